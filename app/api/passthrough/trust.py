"""Whether the gateway's own credential may serve a caller who brings none."""

from functools import lru_cache
from ipaddress import ip_address

from app.api.edge import EdgeRequest
from app.api.passthrough.request_fields import OF_THE_WAY

_FROM_ELSEWHERE = OF_THE_WAY | {"origin", "via"}


def is_trusted(request: EdgeRequest) -> bool:
    """Whether the gateway's own credential may serve a caller who brings none: from this machine, addressed as such,
    and not sent by a web page or a proxy of somewhere else. Caller keys come with a later version.

    A page whose own name was made to lead here (DNS rebinding) sends no Origin: the Host tells. A picture in a page
    neither: browsers tell by Sec-Fetch-Site.
    """
    headers = request.headers
    if not _FROM_ELSEWHERE.isdisjoint(headers) or not request.raw_url.startswith(b"/"):
        return False
    hosts = headers.getall("host", ())
    return (
        _is_loopback(request.peer)
        and len(hosts) == 1
        and _is_here(hosts[0])
        and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    )


@lru_cache(maxsize=256)
def _is_here(host: str) -> bool:
    """Whether a Host names this machine as only it can call itself (RFC 6761 section 6.3)."""
    name = host[: host.rfind("]") + 1].strip("[]") if host.startswith("[") else host.partition(":")[0]
    return name.lower() == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    if address == "127.0.0.1":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
