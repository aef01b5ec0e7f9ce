"""What nobody catches is a line of the log."""

import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from app.logs import uncaught

SECRET = "ghs_0123456789abcdef"


@pytest.fixture(autouse=True)
def hooks() -> Iterator[None]:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    uncaught.log_uncaught()
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = before


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, str(record.msg)) for record in caplog.records]


def test_in_the_main_thread(caplog: pytest.LogCaptureFixture) -> None:
    sys.excepthook(ValueError, ValueError(SECRET), None)

    assert logged(caplog) == [("CRITICAL", "ended by an error that nobody foresaw")]


def test_in_another(caplog: pytest.LogCaptureFixture) -> None:
    def break_down() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=break_down)
    thread.start()
    thread.join()

    assert logged(caplog) == [("ERROR", "a thread ended by an error that nobody foresaw")]


def test_where_nobody_can_be_told(caplog: pytest.LogCaptureFixture) -> None:
    sys.unraisablehook(SimpleNamespace(exc_value=ValueError(SECRET)))

    assert logged(caplog) == [("ERROR", "an error where nobody can be told of it")]


def test_who_interrupts_and_who_ends_are_told_nothing(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    threading.excepthook(threading.ExceptHookArgs((SystemExit, SystemExit(), None, None)))
    sys.unraisablehook(SimpleNamespace(exc_value=None))

    assert logged(caplog) == []
    assert "KeyboardInterrupt" in capsys.readouterr().err
