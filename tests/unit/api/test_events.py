"""Which stream a caller wants, and how events are written."""

import json

import pytest

from app.api.events import EVENT_STREAM, NDJSON, Event, form_wanted
from app.services.answers.organization_report import Progress

PROGRESS = Progress(done=1, total=3, points_spent=4, seconds=0.5, seconds_left=1.0)


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, None),
        ("", None),
        ("*/*", None),
        ("application/*", None),
        ("application/json", None),
        ("text/html, */*;q=0.8", None),
        ("text/event-stream", EVENT_STREAM),
        ("Text/Event-Stream", EVENT_STREAM),
        ("text/event-stream;q=0.5", EVENT_STREAM),
        ("text/event-stream;q=0", None),
        ("text/event-stream;q=nonsense", None),
        ("application/x-ndjson", NDJSON),
        ("application/x-ndjson, text/event-stream;q=0.9", NDJSON),
        ("application/x-ndjson;q=0.1, text/event-stream;q=0.2", EVENT_STREAM),
        ("text/event-stream, */*", EVENT_STREAM),
        ("application/json, text/event-stream", None),
        ("text/event-stream, application/json", EVENT_STREAM),
        ("application/json;q=0.5, text/event-stream", EVENT_STREAM),
        ("application/json, text/event-stream;q=0.9", None),
    ],
)
def test_a_stream_is_asked_for_by_its_name(accept: str | None, wanted: str | None) -> None:
    form = form_wanted(accept)

    assert (None if form is None else form.media_type.partition(";")[0]) == wanted


def test_server_sent_events() -> None:
    form = form_wanted(EVENT_STREAM)
    assert form is not None

    written = form.written(Event("progress", PROGRESS)).decode()

    first, second, *rest = written.split("\n")
    assert (first, rest) == ("event: progress", ["", ""])
    assert json.loads(second.removeprefix("data: ")) == PROGRESS.model_dump()
    assert form.still_here.startswith(b":")


def test_lines_of_json() -> None:
    form = form_wanted(NDJSON)
    assert form is not None

    written = form.written(Event("progress", PROGRESS))

    assert written.count(b"\n") == 1
    assert json.loads(written) == {"event": "progress", "data": PROGRESS.model_dump()}
    assert form.still_here == b"\n"
