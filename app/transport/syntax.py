"""What a request may hold, so that upstream reads one request out of it, for the place that was meant, and no more.

Checked at the wire, whatever the layers above have done: a field like `Transfer-Encoding ` or a target with a line
break is how a caller hides a second request in the first, and the connection belongs to all callers.
"""

import re

from app.errors import InvalidRequest, ParameterFault
from app.paths.readings import objection
from app.transport.exchange import Request

# Printable ASCII without the space and `#`: what is cut off or added to a request line nobody has seen above.
_is_target = re.compile(r"[!\"$-~]*").fullmatch
_is_token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_no_utf8_in = re.compile("[\ud800-\udfff]").search  # what `surrogateescape` makes of such bytes
_control_in = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]").search

_OF_TYPED_CALLS = frozenset({"Accept", "X-GitHub-Api-Version", "Authorization"})
"""The names that most requests hold and no more: known to be good, and not looked at again."""

_OF_THE_CONNECTION = frozenset({
    "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te",
    "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip


def check(request: Request) -> None:
    """Lets a request pass that will be read as this one request.

    Raises:
        InvalidRequest: The target could be read as a place outside of the base URL, a field frames the message, or something cannot be
            written as HTTP.
    """
    if not _is_token(request.method):
        raise _refusal("header", "method", "is no method")
    if not _is_target(request.target):
        raise _refusal("path", "path", "holds a character that must be percent-encoded")
    if (why := objection(request.target.partition("?")[0])) is not None:
        raise _refusal("path", "path", why)
    for name, value in request.headers.items():
        if name not in _OF_TYPED_CALLS:
            if not _is_token(name):
                raise _refusal("header", "header", "a name holds a character that no name may have")
            if name.lower() in _OF_THE_CONNECTION and not _is_true_length(request, name):
                raise _refusal("header", name, "belongs to one connection, and the one to upstream is ours")
        if not (value.isascii() or is_writable(value)):
            raise _refusal("header", name, "holds bytes that are no UTF-8")


def is_writable(value: str) -> bool:
    """Whether a field's value goes out as it came in: aiohttp leaves out what is no UTF-8, and says nothing of it."""
    return _no_utf8_in(value) is None


def unwritable(request: Request) -> InvalidRequest:
    """Why aiohttp could not write `request`; the value at fault is not shown."""
    name = next((name for name, value in request.headers.items() if _control_in(value)), "header")
    return _refusal("header", name, "holds a character that cannot be written")


def _refusal(place: str, name: str, detail: str) -> InvalidRequest:
    return InvalidRequest([ParameterFault(place, name, detail)])


def _is_true_length(request: Request, name: str) -> bool:
    """Content-Length may stay where it says what is so; a stream is counted as it is sent."""
    if name.lower() != "content-length":
        return False
    (length, *more), body = request.headers.getall(name), request.body
    if more or not (length.isascii() and length.isdigit()):
        return False
    return int(length) == len(body or b"") if body is None or isinstance(body, bytes) else True
