"""Where a request comes from: from this very machine, or from a web page of another site.

That somebody's browser runs here must not be enough. A page of another site is told by what browsers say of it, and a
page whose host name was made to lead here (DNS rebinding) by that name.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

FORWARDED: Final = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"})
"""What proxies add: with one of them, the caller is somebody behind the peer."""
_KNOWN: Final = 1_024
"""Of so many addresses and names it is remembered: to read one costs a quarter of an answer from memory."""


def is_cross_site(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that a page of another origin is behind a request (Fetch Metadata; RFC 6454)."""
    if headers.get("sec-fetch-site", "none").lower() not in {"same-origin", "none"}:
        return True
    host = headers.get("host", "")
    return headers.get("origin", f"http://{host}").lower() not in {f"http://{host}".lower(), f"https://{host}".lower()}


def is_on_this_machine(peer: str, headers: Mapping[str, str]) -> bool:
    """Whether the caller at the address `peer` asks for this very machine, and for itself."""
    if not FORWARDED.isdisjoint(headers):
        return False
    return _is_loopback(peer) and _is_loopback_name(headers.get("host", ""))


@lru_cache(_KNOWN)
def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback


@lru_cache(_KNOWN)
def _is_loopback_name(host: str) -> bool:
    """Of `127.0.0.1:8000`, `[::1]:8000`, `localhost` and their like: names that no DNS of somebody else's decides on."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower() == "localhost" or _is_loopback(name)
