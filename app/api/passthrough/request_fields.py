"""What of a request goes on to upstream, and what authorises the caller."""

from enum import Enum, auto
from functools import lru_cache
from typing import Any

from multidict import CIMultiDict

from app.api.edge import CLASS_HEADER, TIMEOUT_HEADER
from app.services.passthrough import authorises

OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "host", "content-length", "expect"}
)
"""RFC 9110 section 7.6.1, and what the next connection says for itself."""
OF_THE_WAY = frozenset(
    {"forwarded", "true-client-ip", "x-client-ip", "x-host", "x-original-host", "x-original-url", "x-real-ip"}
    | {"x-rewrite-url"}
    | {f"x-forwarded-{what}" for what in ("by", "for", "host", "path", "port", "prefix", "proto", "scheme", "server")}
    | {f"x-forwarded-{what}" for what in ("ssl", "uri")}
)
"""How somebody came to us, or so they say. To upstream we are the client; and what an upstream builds into a reply from
one of these would be everybody's who asks for the same without it.
"""
_FOR_US = frozenset({TIMEOUT_HEADER.lower(), CLASS_HEADER.lower()})
"""What a caller says to the gateway, and upstream has its own ideas about."""
_OVERRIDING = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
"""They make another method of the request. What is read is answered from the cache, and with our own credential."""


def target_of(raw_url: bytes, prefix: int) -> str:
    """What lies below the mount, byte for byte. Clients whose base URL ends in a slash ask for `//repos`."""
    if not raw_url.startswith(b"/"):  # the absolute form, which a server must take (RFC 9112 section 3.2.2)
        raw_url = b"/" + raw_url.partition(b"://")[2].partition(b"/")[2]
    return raw_url[prefix:].lstrip(b"/").decode("ascii")


def split(headers: Any, method: str) -> tuple[CIMultiDict[str], dict[str, str]]:
    """What goes on to upstream, and what authorises the caller."""
    kept = CIMultiDict(headers)  # the log still wants to know what was asked
    credentials = {}
    apart = {name: kind for name in headers if (kind := _kind(name)) is not None}
    if "connection" in apart:
        apart = {**dict.fromkeys(named(kept.getall("connection")), _Kind.OF_THE_CONNECTION), **apart}
    for name, kind in apart.items():
        if kind is _Kind.CREDENTIAL:
            credentials[name] = ", ".join(kept.popall(name))
        elif kind is not _Kind.OF_A_WRITE or method == "GET" or method == "HEAD":  # noqa: PLR1714 -- faster
            kept.popall(name, None)
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
    if name in _OVERRIDING:
        return _Kind.OF_A_WRITE
    return _Kind.CREDENTIAL if authorises(name) else None
