"""Lines for machines: one JSON object each (RFC 8259), in ASCII.

Whatever a text holds, it stays inside its quotes: control characters, line ends of any script and what terminals heed are
escaped, because everything beyond ASCII is.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from json.encoder import encode_basestring_ascii
from math import isfinite
from typing import Any, Final

from app.journal.records import Served
from app.logs.request_fields import EVENT, LOGGER

_text: Final[Callable[[str], str]] = encode_basestring_ascii
_SURROGATE: Final = "\\ud"


class JsonForm:
    """Times are UTC, with milliseconds (RFC 3339)."""

    def line(self, at: float, told: Mapping[str, Any]) -> str:
        """`told` begins with level, logger and event."""
        told = {"time": _time(int(at * 1000)), **{name: _plain(value) for name, value in told.items()}}
        return json.dumps(told, separators=(",", ":"))

    def requests(self, served: Sequence[Served]) -> str:
        """A line for each. This is paid by every request: an f-string costs a fifth of `json.dumps` (docs/logs-and-traces.md)."""
        lines = _request_lines(served)
        if _SURROGATE in lines:  # bytes that are no text, or a character beyond U+FFFF
            lines = _request_lines([_with_text_only(each) for each in served])
        return lines


def _request_lines(served: Sequence[Served]) -> str:
    lines = []
    now, time_text = -1, ""
    for (
        at,
        request_id,
        caller,
        peer,
        method,
        route,
        path,
        status,
        outcome,
        code,
        points,
        saved,
        seconds,
        upstream_seconds,
        sent_bytes,
        trace_id,
    ) in served:
        if (whole := int(at * 1000)) != now:
            now, time_text = whole, _time(whole)
        trace = f',"trace_id":{_text(trace_id)}' if trace_id else ""
        upstream = f"{upstream_seconds * 1000:.3f}" if upstream_seconds else "0.000"
        problem = f',"code":{_text(code)}' if code else ""
        lines.append(
            f'{{"time":"{time_text}","level":"info","logger":"{LOGGER}","event":"{EVENT}",'
            f'"request_id":{_text(request_id)}{trace},"caller":{_text(caller)},"peer":{_text(peer)},'
            f'"method":{_text(method)},"route":{_text(route)},"path":{_text(path)},"status":{status},'
            f'"outcome":{_text(outcome)}{problem},"points":{points},"saved":{saved},'
            f'"milliseconds":{seconds * 1000:.3f},"upstream_milliseconds":{upstream},'
            f'"sent_bytes":{sent_bytes}}}'
        )
    return "\n".join(lines)


def _with_text_only(served: Served) -> Served:
    """Lone surrogates stand for bytes that are no UTF-8, and no reader of JSON must take them (RFC 8259 section 8.2)."""
    return Served._make(_writable(each) if isinstance(each, str) else each for each in served)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    return _writable(str(value))


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _time(milliseconds: int) -> str:
    """Of milliseconds since the epoch."""
    second, rest = divmod(milliseconds, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(second))}.{rest:03d}Z"
