"""Cache directives: Cache-Control (RFC 9111 section 5.2) and the field that is targeted at us (RFC 9213)."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from app.transport.caching.dictionary import parse_dictionary
from app.transport.caching.grammar import QUOTED_STRING, TOKEN, elements, unescaped
from app.transport.exchange import Headers

Directives = Mapping[str, str | None]
"""Lower-case name to value: None where it has none, an empty text where what stands there is malformed.

Whoever reads one takes the malformed for the stricter: no number is stale, no list of names means all.
"""

MAX_SECONDS = 2**31
"""What is too large to be represented becomes this (RFC 9111 section 1.2.2): 68 years."""

TARGETED_FIELD = "CDN-Cache-Control"

_WITH_FIELD_NAMES = frozenset({"no-cache", "private"})
_directive = re.compile(rf"(?P<name>{TOKEN})(?P<value>.*)", re.DOTALL).fullmatch
_value = re.compile(rf"=(?:(?P<token>{TOKEN})|(?P<quoted>{QUOTED_STRING}))", re.DOTALL).fullmatch


def parse_directives(values: Iterable[str]) -> Directives:
    """The directives of all lines of a Cache-Control field. Never raises.

    A piece that does not begin with a name is left out; one that goes on wrongly keeps its name. Of a repeated
    directive the first counts (RFC 9111 section 4.2.1); `no-cache` and `private` are joined, for they forbid.
    """
    return _parsed(tuple(values))


@lru_cache(maxsize=1_000)  # an upstream says the same over and over
def _parsed(lines: tuple[str, ...]) -> Directives:
    directives: dict[str, str | None] = {}
    for line in lines:
        for piece in elements(line):
            found = _directive(piece.strip(" \t"))
            if found is None:
                continue
            name, value = found["name"].lower(), _read_value(found["value"])
            if name in directives:
                if name in _WITH_FIELD_NAMES:
                    directives[name] = _joined(directives[name], value)
                continue
            directives[name] = value
    return MappingProxyType(directives)


def reply_directives(headers: Headers) -> Directives:
    """What a reply says to this cache: the targeted field where it is valid, else Cache-Control."""
    targeted = targeted_directives(headers)
    return parse_directives(headers.getall("Cache-Control", ())) if targeted is None else targeted


def targeted_directives(headers: Headers) -> Directives | None:
    """What CDN-Cache-Control says (RFC 9213 section 2.1); None where it is absent, empty or malformed.

    Where it is not None, Cache-Control and Expires say nothing.
    """
    if TARGETED_FIELD not in headers:
        return None
    members = parse_dictionary(headers.getall(TARGETED_FIELD))
    if members is None:
        return None
    return {
        name: _of_member(name, written)
        for name, written in members.items()
        if written != "?0"  # false: as if it were not there
    }


def delta_seconds(value: str | None) -> int | None:
    """A number of seconds (RFC 9111 section 1.2.2), `MAX_SECONDS` at most.

    None for what is no non-negative integer: the reply that says it is stale (RFC 9111 section 4.2.1).
    """
    if not value or not (value.isascii() and value.isdigit()):
        return None
    digits = value.lstrip("0") or "0"
    return MAX_SECONDS if len(digits) > 10 else min(int(digits), MAX_SECONDS)


def field_names(value: str | None) -> frozenset[str]:
    """The lower-case names in `no-cache="…"` or `private="…"`; none: the directive is about the whole reply."""
    return frozenset(name for piece in (value or "").split(",") if (name := piece.strip(" \t").lower()))


def _read_value(text: str) -> str | None:
    if not text:
        return None
    found = _value(text)
    if found is None:
        return ""
    return unescaped(r"\1", found["quoted"][1:-1]) if found["quoted"] else found["token"]


def _joined(first: str | None, second: str | None) -> str | None:
    return f"{first},{second}" if first and second else None


def _of_member(name: str, written: str | None) -> str | None:
    if written is None or written == "?1":
        return None
    if written.startswith('"'):  # a string: fits a list of names, and is the wrong type for a number
        return unescaped(r"\1", written[1:-1]) if name in _WITH_FIELD_NAMES else ""
    return written
