"""By which names the gateway is addressed: a page that has made a name of its own lead here (DNS rebinding) sends that one."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

_NAMES: Final = 1_024
_in_url = re.compile(rb"[a-z][a-z0-9+.-]*://([^/?#]*)", re.IGNORECASE).match
_without_port = re.compile(r"(\[[^\]]*\]|[^:]*)(:[0-9]*)?").fullmatch


class ServedHosts:
    """The names that are the gateway's own. Besides those that it is given: localhost and whatever ends in it (RFC 6761
    section 6.3), and IP addresses, which no name server of somebody else's can make lead here.

    Args:
        names: Without ports; `*.example.com` for all below one, `*` for any.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        names = [name.lower().rstrip(".") for name in names]
        self._any = "*" in names
        self._exact = frozenset({"localhost", *names})
        self._endings = (".localhost", *(name[1:] for name in names if name.startswith("*.")))
        self._known = lru_cache(_NAMES)(self._is_ours)

    def __contains__(self, host: str) -> bool:
        """Of a Host field's value, with or without a port."""
        return self._any or self._known(host)

    def _is_ours(self, host: str) -> bool:
        parts = _without_port(host)
        if parts is None:
            return False
        name = parts[1].lower().rstrip(".")
        return name in self._exact or name.endswith(self._endings) or _is_address(name)


def host_in(url: bytes) -> str | None:
    """The host of a request line in absolute form, which counts instead of Host (RFC 9112 section 3.2.2); None: it has none."""
    found = _in_url(url)
    return None if found is None else found[1].decode("latin-1").rpartition("@")[2]


def _is_address(name: str) -> bool:
    try:
        ip_address(name[1:-1] if name.startswith("[") else name)
    except ValueError:
        return False
    return True
