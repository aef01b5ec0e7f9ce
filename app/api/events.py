"""Events as they are written: server-sent events and lines of JSON; and which of them a caller wants.

Sources: https://html.spec.whatwg.org/multipage/server-sent-events.html and https://github.com/ndjson/ndjson-spec; for the
choice RFC 9110 section 12.5.1.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from pydantic import BaseModel
from pydantic_core import to_json

from app.api.written import JSON

EVENT_STREAM: Final = "text/event-stream"
NDJSON: Final = "application/x-ndjson"
STREAMS: Final = (EVENT_STREAM, NDJSON)


class Event(NamedTuple):
    """Something that is told on the way, under a name."""

    name: str
    data: BaseModel


class Form(NamedTuple):
    """How a stream is written.

    Attributes:
        media_type: Of the answer.
        written: One event.
        still_here: What says nothing, so that neither side, nor a proxy between them, takes the other for lost.
    """

    media_type: str
    written: Callable[[Event], bytes]
    still_here: bytes


def form_wanted(accept: str | None) -> Form | None:
    """The stream that a caller prefers to JSON; None: JSON, as for who does not say.

    Args:
        accept: Its Accept, with all lines joined by commas.
    """
    if not accept:
        return None
    quality = {media_type: _quality(accept, media_type) for media_type in (JSON, *STREAMS)}
    best = max(STREAMS, key=lambda media_type: quality[media_type])
    # Who takes anything takes JSON: a stream is asked for by its name.
    if quality[best] <= 0 or best not in accept.lower() or quality[best] < quality[JSON]:
        return None
    if quality[best] == quality[JSON] and _first(accept, JSON) < _first(accept, best):
        return None
    return _FORMS[best]


def _quality(accept: str, media_type: str) -> float:
    """What the most specific range that matches gives it; zero where none does."""
    kind = media_type.partition("/")[0]
    best = (0, 0.0)
    for written in accept.split(","):
        wanted, *parameters = (part.strip().lower() for part in written.split(";"))
        rank = {media_type: 3, f"{kind}/*": 2, "*/*": 1}.get(wanted, 0)
        if rank > best[0]:
            best = (rank, _weight(parameters))
    return best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _first(accept: str, media_type: str) -> int:
    """Where it stands; at the end where it does not."""
    place = accept.lower().find(media_type)
    return len(accept) if place < 0 else place


def _as_server_sent(event: Event) -> bytes:
    """JSON has no line ends outside of strings, and none unescaped in them: one `data` line does."""
    return b"event: %b\ndata: %b\n\n" % (event.name.encode(), to_json(event.data))


def _as_line(event: Event) -> bytes:
    return b'{"event":"%b","data":%b}\n' % (event.name.encode(), to_json(event.data))


_FORMS: Final = {
    EVENT_STREAM: Form(f"{EVENT_STREAM}; charset=utf-8", _as_server_sent, b": still here\n\n"),
    NDJSON: Form(NDJSON, _as_line, b"\n"),
}
