"""What a caller demands that a mount cannot pass on: told plainly, before upstream is asked."""

from typing import Final

from multidict import istr
from sanic.compat import Header

from app.errors import InvalidRequest, NotSupported, ParameterFault

_HOST: Final = istr("Host")
_UPGRADE: Final = istr("Upgrade")
_TRAILER: Final = istr("Trailer")
_MERELY_OFFERED: Final = frozenset({"h2c", "http", "tls"})
"""Other forms of HTTP: whoever offers one goes on without it (RFC 9110 section 7.8). Some clients always do."""


def check(headers: Header, version: str) -> None:
    """Lets a request pass that says where it goes, and wants neither another protocol nor its trailers passed on.

    Args:
        headers: Of the request.
        version: Of HTTP, as in `1.1`.

    Raises:
        InvalidRequest: It has no Host, or several (RFC 9112 section 3.2).
        NotSupported: It wants an upgrade (WebSocket), or announces trailers.
    """
    hosts = headers.getall(_HOST, ())
    if len(hosts) > 1 or (not hosts and version != "1.0"):
        detail = "is given more than once" if hosts else "is missing"
        raise InvalidRequest([ParameterFault("header", "Host", detail)])
    if _UPGRADE in headers and not _wanted(headers.getall(_UPGRADE)) <= _MERELY_OFFERED:
        raise NotSupported("This gateway passes HTTP on and no other protocol: a connection cannot be upgraded.")
    if _TRAILER in headers:
        raise NotSupported("This gateway passes no trailers on.")


def _wanted(upgrade: list[str]) -> set[str]:
    protocols = (one.strip().lower() for line in upgrade for one in line.split(","))
    return {name for name in (one.partition("/")[0] for one in protocols) if name}
