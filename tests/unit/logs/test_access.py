"""The access line: whatever a request holds, it is one line, and says of the request what its record says."""

import json
import logging
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.journal.records import Served
from app.logs.access import AccessLines
from app.logs.json_form import JsonForm
from app.logs.request_fields import event_of
from app.logs.text_form import TextForm
from tests.unit.logs.test_lines import configured

SERVED = Served(
    at=1764041000.25,
    request_id="mine",
    caller="ci",
    peer="127.0.0.1",
    method="GET",
    route="/api/v1/repos/<owner>/<repo>",
    path="/api/v1/repos/acme/rocket",
    status=200,
    outcome="hit",
    code="",
    points=0,
    saved=1,
    seconds=0.0003125,
    upstream_seconds=0.0,
    sent_bytes=1234,
    trace_id="",
)
REFUSED = SERVED._replace(
    status=504, outcome="failed", code="upstream_timeout", upstream_seconds=1.5, trace_id="a" * 32
)

ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from('\n\r\x1b"\\\x00\x85\u2028\udc80'))
SERVED_ANYHOW = st.builds(
    Served,
    at=st.floats(0, 4e9),
    request_id=ANY_TEXT,
    caller=ANY_TEXT,
    peer=ANY_TEXT,
    method=ANY_TEXT,
    route=ANY_TEXT,
    path=ANY_TEXT,
    status=st.integers(100, 599),
    outcome=ANY_TEXT,
    code=ANY_TEXT,
    points=st.integers(0),
    saved=st.integers(0),
    seconds=st.floats(0, 1e6),
    upstream_seconds=st.floats(0, 1e6),
    sent_bytes=st.integers(0),
    trace_id=ANY_TEXT,
)


def writable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def test_json() -> None:
    assert JsonForm().requests([SERVED, REFUSED]).splitlines() == [
        (
            '{"time":"2025-11-25T03:23:20.250Z","level":"info","logger":"access","event":"request","request_id":"mine",'
            '"caller":"ci","peer":"127.0.0.1","method":"GET","route":"/api/v1/repos/<owner>/<repo>",'
            '"path":"/api/v1/repos/acme/rocket","status":200,"outcome":"hit","points":0,"saved":1,"milliseconds":0.312,'
            '"upstream_milliseconds":0.000,"sent_bytes":1234}'
        ),
        (
            '{"time":"2025-11-25T03:23:20.250Z","level":"info","logger":"access","event":"request","request_id":"mine",'
            f'"trace_id":"{"a" * 32}","caller":"ci","peer":"127.0.0.1","method":"GET",'
            '"route":"/api/v1/repos/<owner>/<repo>","path":"/api/v1/repos/acme/rocket","status":504,"outcome":"failed",'
            '"code":"upstream_timeout","points":0,"saved":1,"milliseconds":0.312,"upstream_milliseconds":1500.000,'
            '"sent_bytes":1234}'
        ),
    ]


def test_text() -> None:
    line = TextForm(colours=False).requests([SERVED]).partition(" INFO ")[2]
    assert line == (
        "access request request_id=mine caller=ci peer=127.0.0.1 method=GET route=/api/v1/repos/<owner>/<repo> "
        "path=/api/v1/repos/acme/rocket status=200 outcome=hit points=0 saved=1 milliseconds=0.312 "
        "upstream_milliseconds=0 sent_bytes=1234"
    )


@given(st.lists(SERVED_ANYHOW, min_size=1, max_size=3))
@example(
    [SERVED._replace(path='/"},{"forged":"'), SERVED._replace(path="/\U0001f680"), SERVED._replace(path="/\udc80")]
)
def test_json_of_anything_is_a_line_that_says_what_the_record_says(served: list[Served]) -> None:
    text = JsonForm().requests(served)

    assert text.isascii()
    lines = text.split("\n")
    assert len(lines) == len(served)
    for line, each in zip(lines, served, strict=True):
        read = json.loads(line)
        assert [read.pop(name) for name in ("level", "logger")] == ["info", "access"]
        del read["time"]
        expected = {name: writable(value) for name, value in event_of(each).items()}
        assert list(read) == list(expected)
        for name, value in expected.items():
            assert read[name] == (pytest.approx(value, abs=0.001) if isinstance(value, float) else value), name


@given(st.lists(SERVED_ANYHOW, min_size=1, max_size=3))
def test_text_of_anything_is_a_line(served: list[Served]) -> None:
    lines = TextForm(colours=False).requests(served).split("\n")
    assert len(lines) == len(served)
    for line in lines:
        assert line.isprintable()
        assert " INFO access request request_id=" in line


def test_all_that_is_new_is_told_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        AccessLines().read([SERVED, REFUSED], [])
        AccessLines().read([], [])
    (record,) = caplog.records
    assert record.name == "access"
    assert record.getMessage().count("\n") == 1


def test_nothing_is_told_where_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        AccessLines().read([SERVED], [])
    assert caplog.records == []


@pytest.mark.usefixtures("quiet_logs")
def test_the_lines_go_where_the_others_go() -> None:
    told = configured("json")
    AccessLines().read([SERVED, REFUSED], [])
    assert [json.loads(line)["status"] for line in told()] == [200, 504]
