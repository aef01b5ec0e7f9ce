"""The key of the gateway's own that a request brings, wherever its client could put it.

A field of its own (`X-API-Key`), or the one in which clients of an upstream send that upstream's credential: many can set
nothing else. What it is told by is its prefix, so that a credential of the caller's own is never taken for it.
"""

import re
from base64 import b64decode
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from multidict import istr
from sanic.compat import Header

from app.callers.caller import KEY_PREFIX
from app.callers.key import CHECK_CHARACTERS, RANDOM_CHARACTERS

_AUTHORIZATION: Final = istr("Authorization")
_API_KEY: Final = istr("X-API-Key")
_LARGEST: Final = 16_384
"""Characters of a Basic credential that is looked into: more than a whole head may have by default."""
_PREFIX: Final = KEY_PREFIX.encode()
_VALUE_IN_QUERY: Final = b"=" + _PREFIX
_whole_key = re.compile(
    rf"(?<![0-9A-Za-z]){KEY_PREFIX}[0-9A-Za-z]{{{RANDOM_CHARACTERS + CHECK_CHARACTERS}}}(?![0-9A-Za-z])"
).search
"""In a cookie, a list, a scheme of whatever name."""


class Presented(NamedTuple):
    """A key as it came.

    Attributes:
        key: Beginning with the prefix.
        field: In lower case, where it stood: what else a request authorises itself by is the caller's own affair.
    """

    key: str
    field: str


def presented_by(headers: Header) -> Presented | None:
    """The key of a request; None: it brings none. X-API-Key counts first: the other may be a credential for upstream."""
    if _API_KEY in headers:
        value = headers[_API_KEY].strip()
        if value.startswith(KEY_PREFIX):
            return Presented(value, "x-api-key")
    if _AUTHORIZATION in headers:
        key = _authorising(headers[_AUTHORIZATION])
        if key is not None:
            return Presented(key, "authorization")
    return None


def holds_a_key(values: Iterable[str]) -> bool:
    """Whether one of the credentials that would go on to an upstream is a key of the gateway's, or holds a whole one."""
    return any(
        value.lstrip().startswith(KEY_PREFIX) or _authorising(value) is not None or _whole_key(value) is not None
        for value in values
    )


def stands_in(values: Iterable[str]) -> bool:
    """Whether a whole key stands in one of these, which are no credentials."""
    return any(KEY_PREFIX in value and _whole_key(value) is not None for value in values)


def stands_in_url(url: bytes) -> bool:
    """Whether a key stands in a URL, in whatever encoding: there it gets into logs, histories and upstreams."""
    if _PREFIX not in url and b"%" not in url:
        return False
    return any(
        _VALUE_IN_QUERY in text or _whole_key(text.decode("latin-1")) is not None
        for text in {url, unquote_to_bytes(url)}
    )


def _authorising(value: str) -> str | None:
    """`Bearer KEY`, `token KEY` as GitHub's clients say, or either part of a Basic credential (RFC 7617)."""
    scheme, _, rest = value.strip().partition(" ")
    rest = rest.strip()
    if rest.startswith(KEY_PREFIX):
        return rest
    if scheme.lower() == "basic" and len(rest) <= _LARGEST:
        try:
            user, _, password = b64decode(rest, validate=True).decode("latin-1").partition(":")
        except ValueError:  # no Base64 at all, or not even ASCII
            return None
        return next((part for part in (password, user) if part.startswith(KEY_PREFIX)), None)
    return None
