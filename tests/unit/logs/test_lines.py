"""Lines as whoever reads the log sees them, in both forms, whoever logs."""

import io
import json
import logging
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from sanic.log import access_logger, error_logger, server_logger, websockets_logger
from sanic.log import logger as sanic_logger

from app.call import Call, serving
from app.logs.configuration import LogFormat, OutputHandler, configure_logs, form_of
from app.logs.json_form import JsonForm
from app.logs.logger import logger_of
from app.logs.text_form import TextForm
from app.trace import TraceContext

pytestmark = pytest.mark.usefixtures("quiet_logs")

OURS = logger_of("app.transport.session")
FOREIGN = logging.getLogger("somebodys")
HOSTILE = 'a "b"\n2026-01-01 00:00:00,000 INFO forged line\r\x1b[2J\u2028\u202e\udc80'

SECRET = "a value in a variable"

Told = Callable[[], list[str]]


def configured(log_format: LogFormat) -> Told:
    stream = io.StringIO()
    output = configure_logs(log_format, stream=stream)

    def told() -> list[str]:
        assert output.flush()
        return stream.getvalue().splitlines()

    return told


def broken(reason: str, secret: str) -> None:
    raise ValueError(reason)


@pytest.fixture
def as_text() -> Told:
    return configured("text")


@pytest.fixture
def as_json() -> Callable[[], list[dict[str, Any]]]:
    told = configured("json")
    return lambda: [json.loads(line) for line in told()]


def without_time(line: str) -> str:
    found = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (.*)", line)
    assert found, line
    return found[1]


class TestText:
    def test_a_line(self, as_text: Told) -> None:
        OURS.info("session opened", upstream="github", pid=7)
        (line,) = as_text()
        assert without_time(line) == "INFO app.transport.session session opened upstream=github pid=7"

    def test_a_line_is_written_once_however_often_it_is_set_up(self) -> None:
        configured("text")
        told = configured("text")
        OURS.info("session opened")
        assert len(told()) == 1

    def test_during_a_request_its_id_stands_before_the_fields(self, as_text: Told) -> None:
        with serving(Call("mine", trace=TraceContext("a" * 32, "b" * 16))):
            OURS.warning("limited", upstream="github")
        (line,) = as_text()
        assert line.endswith(f"session limited request_id=mine trace_id={'a' * 32} upstream=github")

    def test_a_traceback_follows_on_lines_that_cannot_be_taken_for_others(self, as_text: Told) -> None:
        try:
            broken(HOSTILE, SECRET)
        except ValueError:
            OURS.exception("it broke", reason=HOSTILE)
        first, *rest = as_text()
        assert "\n" not in first
        assert rest[0] == "  Traceback (most recent call last):"
        assert all(line.startswith("  ") and line.isprintable() for line in rest)
        assert not [line for line in rest if SECRET in line]

    @pytest.mark.parametrize("logger", [FOREIGN, OURS])
    def test_nothing_forges_a_line_or_moves_a_cursor(self, logger: Any, as_text: Told) -> None:
        logger.warning(HOSTILE)
        (line,) = as_text()
        assert line.isprintable()

    def test_what_others_log_has_the_same_form(self, as_text: Told) -> None:
        FOREIGN.warning("lost %d of %s", 1, "two")
        (line,) = as_text()
        assert without_time(line) == "WARNING somebodys lost 1 of …"


class TestJson:
    def test_a_line(self, as_json: Callable[[], list[dict[str, Any]]]) -> None:
        OURS.info("session opened", upstream="github", pid=7, share=0.5, nothing=None, odd=[1], endless=float("inf"))
        (line,) = as_json()
        time = line.pop("time")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
        assert line == {
            "level": "info",
            "logger": "app.transport.session",
            "event": "session opened",
            "upstream": "github",
            "pid": 7,
            "share": 0.5,
            "nothing": None,
            "odd": "[1]",
            "endless": "inf",
        }

    def test_the_order_of_the_keys(self, as_json: Callable[[], list[dict[str, Any]]]) -> None:
        with serving(Call("mine", trace=TraceContext("a" * 32, "b" * 16))):
            OURS.error("broken off", upstream="github", exc_info=ZeroDivisionError())
        (line,) = as_json()
        first = ["time", "level", "logger", "event", "request_id", "trace_id", "upstream", "exception"]
        assert list(line) == first

    def test_an_exception_is_one_field_and_shows_neither_its_text_nor_variables(
        self, as_json: Callable[[], list[dict[str, Any]]]
    ) -> None:
        try:
            broken(SECRET, SECRET)
        except ValueError:
            OURS.exception("it broke")
            FOREIGN.exception("it broke")
        for line in as_json():
            assert line["exception"].startswith("Traceback (most recent call last):\n")
            assert line["exception"].endswith("\nValueError")
            assert SECRET not in line["exception"]

    def test_hostile_text_stays_in_its_quotes(self, as_json: Callable[[], list[dict[str, Any]]]) -> None:
        OURS.warning("it broke", reason=HOSTILE)
        FOREIGN.warning(HOSTILE)
        ours, foreign = as_json()
        assert ours["reason"] == foreign["event"] == HOSTILE.replace("\udc80", "?")

    def test_a_request_named_by_hand_is_the_one_that_counts(self, as_json: Callable[[], list[dict[str, Any]]]) -> None:
        OURS.error("unforeseen error", request_id="theirs")
        assert as_json()[0]["request_id"] == "theirs"

    def test_a_warning_of_python_is_a_line(self, as_json: Callable[[], list[dict[str, Any]]]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=True)
            warnings.warn("old", UserWarning, stacklevel=1)
        (line,) = as_json()
        assert (line["logger"], line["level"]) == ("py.warnings", "warning")

    def test_a_message_with_wrong_arguments_is_told_without_them(
        self, as_json: Callable[[], list[dict[str, Any]]]
    ) -> None:
        (handler,) = (each for each in logging.getLogger().handlers if isinstance(each, OutputHandler))
        handler.handle(logging.LogRecord("somebodys", logging.ERROR, "", 0, "%s secrets", ("hunter2", 2), None))
        (line,) = as_json()
        assert (line["event"], line["of"]) == ("a log line could not be made", "somebodys")
        assert "hunter2" not in str(line)


def test_a_process_without_standard_error_logs_into_the_void(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    output = configure_logs()
    OURS.info("session opened")
    assert output.flush()


def test_sanic_speaks_only_of_what_is_wrong() -> None:
    told = configured("text")
    for talking in (sanic_logger, server_logger, websockets_logger, error_logger, access_logger):
        talking.info("Goin' Fast")
    error_logger.warning("Sanic is running in PRODUCTION mode.")
    error_logger.error("something broke")
    (line,) = told()
    assert without_time(line) == "ERROR sanic.error something broke"


class TestWhichForm:
    @pytest.mark.parametrize(
        ("log_format", "terminal", "form"),
        [
            ("json", True, JsonForm),
            ("json", False, JsonForm),
            ("text", True, TextForm),
            ("text", False, TextForm),
            ("auto", True, TextForm),
            ("auto", False, JsonForm),
        ],
    )
    def test_auto_is_text_on_a_terminal(self, log_format: LogFormat, terminal: bool, form: type) -> None:
        assert isinstance(form_of(log_format, terminal=terminal, environ={}), form)

    @pytest.mark.parametrize(
        ("terminal", "environ", "colours"),
        [
            (True, {}, True),
            (True, {"TERM": "xterm", "NO_COLOR": ""}, True),
            (True, {"NO_COLOR": "1"}, False),
            (True, {"TERM": "dumb"}, False),
            (False, {}, False),
        ],
    )
    def test_colours_are_for_terminals_that_want_them(
        self, terminal: bool, environ: dict[str, str], colours: bool
    ) -> None:
        line = form_of("text", terminal=terminal, environ=environ).line(
            0.0, {"level": "error", "logger": "app", "event": "it broke", "upstream": "github"}
        )
        assert ("\x1b[31mERROR\x1b[0m" in line) is colours
        assert re.sub(r"\x1b\[\d*m", "", line).endswith("ERROR app it broke upstream=github")
