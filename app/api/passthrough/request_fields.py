"""What of a request goes on to upstream, and what authorises the caller."""

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from multidict import CIMultiDict

from app.api.own_fields import CLASS_HEADER, TIMEOUT_HEADER
from app.api.presented import holds_a_key, stands_in
from app.errors import InvalidRequest, KeyRejected, ParameterFault
from app.services.overriding import OVERRIDING_FIELDS
from app.services.passthrough import authorises

OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "host", "content-length", "expect", "http2-settings", "proxy"}
)
"""RFC 9110 section 7.6.1, and what the next connection says for itself. (`Proxy` is no field at all: upstreams that make
environment variables of fields would take it for HTTP_PROXY.)
"""
OF_THE_WAY = frozenset(
    {"forwarded", "true-client-ip", "x-client-ip", "x-host", "x-original-host", "x-original-url", "x-real-ip"}
    | {"x-rewrite-url"}
    | {f"x-forwarded-{what}" for what in ("by", "for", "host", "path", "port", "prefix", "proto", "scheme", "server")}
    | {f"x-forwarded-{what}" for what in ("ssl", "uri")}
)
"""How somebody came to us, or so they say. To upstream we are the client; and what an upstream builds into a reply from
one of these would be everybody's who asks for the same without it.
"""
_FOR_US = frozenset({TIMEOUT_HEADER.lower(), CLASS_HEADER.lower(), "traceparent", "tracestate", "baggage"})
"""What a caller says to the gateway, and upstream has its own ideas about. A trace goes on from the gateway's own span
(app/transport/tracing.py), and what a reply was made of must not depend on one.
"""

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""They are sent with the gateway's own credential for who may only read: no field may make a write of one."""


def target_of(raw_url: bytes, prefix: int) -> str:
    """What lies below the mount, byte for byte. Clients whose base URL ends in a slash ask for `//repos`.

    Raises:
        InvalidRequest: It is a target in no form that a mount could be asked by.
    """
    if not raw_url.startswith(b"/"):
        absolute = _in_absolute_form(raw_url)
        if absolute is None:
            raise InvalidRequest([ParameterFault("path", "path", "is neither a path nor the URL of one")])
        raw_url = absolute[1]
    target = raw_url[prefix:]
    if target and not target.startswith((b"/", b"?")):  # the router reads alike, and this is what must never be
        raise InvalidRequest([ParameterFault("path", "path", "is not below this mount")])
    return target.lstrip(b"/").decode("ascii")


_in_absolute_form = re.compile(rb"https?://[^/?#@\\]+(/.*)", re.IGNORECASE | re.DOTALL).fullmatch
"""Which a server must take (RFC 9112 section 3.2.2). The host in it means as little as the one in Host; a user in it is
no part of an HTTP URL (RFC 9110 section 4.2.4).
"""


def split(headers: Any, method: str, key_field: str = "") -> tuple[CIMultiDict[str], dict[str, str]]:
    """What goes on to upstream, and what authorises the caller there.

    Args:
        headers: Of the request.
        method: Of the request.
        key_field: In lower case, the field that held a key of the gateway's own: it goes no further.

    Raises:
        KeyRejected: A key of the gateway's own stands in another one, from where it would go on to upstream.
    """
    kept = CIMultiDict(headers)  # the log still wants to know what was asked
    if key_field:
        kept.popall(key_field, None)
    credentials = {}
    has_key = False
    apart = {name: kind for name in kept if (kind := _kind(name)) is not None}
    if "connection" in kept:
        apart = {**dict.fromkeys(named(kept.getall("connection")), _Kind.OF_THE_CONNECTION), **apart}
    for name, kind in apart.items():
        if kind is _Kind.CREDENTIAL:
            lines = kept.popall(name)
            has_key = has_key or holds_a_key(lines)  # each by itself: joined, only the first would be seen
            credentials[name] = ", ".join(lines)
        elif kind is not _Kind.OF_A_WRITE or method in _READS:
            kept.popall(name, None)
    if has_key or stands_in(kept.values()):
        raise KeyRejected("a key of this gateway belongs into Authorization or X-API-Key, and there once")
    return kept, credentials


def named(connection: list[str]) -> set[str]:
    """What Connection names (RFC 9110 section 7.6.1)."""
    return {option.strip().lower() for line in connection for option in line.split(",")}


class _Kind(Enum):
    """Why a field does not go on to upstream as it is."""

    OF_THE_CONNECTION = auto()
    CREDENTIAL = auto()
    OF_A_WRITE = auto()


@lru_cache(maxsize=2_000)
def _kind(name: str) -> _Kind | None:
    if name in OF_THE_CONNECTION or name in OF_THE_WAY or name in _FOR_US:
        return _Kind.OF_THE_CONNECTION
    if name in OVERRIDING_FIELDS:  # what is read is answered from the cache, and with our own credential
        return _Kind.OF_A_WRITE
    return _Kind.CREDENTIAL if authorises(name) else None
