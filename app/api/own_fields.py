"""What a caller says to the gateway itself: how long it waits, how urgent it is, how fresh the answer must be."""

import re
from typing import Final

from multidict import istr
from sanic.compat import Header

from app.call import Urgency
from app.errors import InvalidRequest, ParameterFault

# As `istr` a name is folded once, which is most of what looking for it costs.
TIMEOUT_HEADER: Final = istr("X-Request-Timeout")
CLASS_HEADER: Final = istr("X-Request-Class")
SHORTEST_SECONDS: Final = 0.001
CLASSES: Final = {urgency.name.lower(): urgency for urgency in sorted(Urgency, reverse=True)}
"""What a caller may say in `X-Request-Class`, the highest first."""

_CACHE_CONTROL: Final = istr("Cache-Control")
_PRAGMA: Final = istr("Pragma")
_SECONDS: Final = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def timeout_seconds(headers: Header, longest_seconds: float) -> float:
    """How long the caller gives us for its answer, or for the head of one whose body streams; never longer than
    `longest_seconds`.

    Raises:
        InvalidRequest: It is no number of seconds, less than SHORTEST_SECONDS, or said twice.
    """
    if TIMEOUT_HEADER not in headers:
        return longest_seconds
    said = _only(headers, TIMEOUT_HEADER)
    if _SECONDS.fullmatch(said) is None or (seconds := float(said)) < SHORTEST_SECONDS:
        raise _fault(TIMEOUT_HEADER, f"should be a number of seconds from {SHORTEST_SECONDS} on, such as 2 or 0.5")
    return min(seconds, longest_seconds)


def urgency_of(headers: Header, otherwise: Urgency, highest: Urgency | None) -> Urgency:
    """The class that the caller puts itself into.

    Args:
        headers: Of the request.
        otherwise: Where neither it nor its key says one.
        highest: That its key may have, and has where it says nothing.

    Raises:
        InvalidRequest: There is no such class, or it is said twice.
    """
    if CLASS_HEADER not in headers:
        return otherwise if highest is None else highest
    urgency = CLASSES.get(_only(headers, CLASS_HEADER).lower())
    if urgency is None:
        raise _fault(CLASS_HEADER, f"should be one of {', '.join(CLASSES)}")
    return urgency if highest is None else min(urgency, highest)


def says_own(headers: Header) -> bool:
    """Whether one of the fields is there that are meant for the gateway, and that it must be able to read."""
    return TIMEOUT_HEADER in headers or CLASS_HEADER in headers


def cache_control_of(headers: Header) -> str | None:
    """What the caller wants of caches; Pragma counts where there is no Cache-Control (RFC 9111 section 5.4)."""
    if _CACHE_CONTROL in headers:
        return ", ".join(headers.getall(_CACHE_CONTROL))
    if _PRAGMA in headers and "no-cache" in headers[_PRAGMA].lower():
        return "no-cache"
    return None


def _only(headers: Header, name: str) -> str:
    """The value of a field that may stand in a request once."""
    said: str
    said, *more = headers.getall(name)
    if more:
        raise _fault(name, "is given more than once")
    return said.strip(" \t")


def _fault(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest([ParameterFault("header", name, detail)])
