"""The proxies in front of the gateway whose word counts for how a caller has addressed it."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

_ADDRESSES = 1_024


class TrustedProxies:
    """Whether an address is one of theirs.

    Args:
        networks: Addresses and networks, as text; none: nobody's word counts.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(ip_network(network) for network in networks)
        self._known = lru_cache(_ADDRESSES)(self._is_inside)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: str) -> bool:
        return bool(self._networks) and self._known(address)

    def _is_inside(self, address: str) -> bool:
        try:
            there = ip_address(address)
        except ValueError:
            return False
        if isinstance(there, IPv6Address) and there.ipv4_mapped is not None:
            there = there.ipv4_mapped
        return any(there in network for network in self._networks)
