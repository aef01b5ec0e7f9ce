"""How far the gateway's own credential serves a caller of a mount who brings none."""

from functools import lru_cache
from ipaddress import ip_address

from app.api.edge import EdgeRequest
from app.api.passthrough.request_fields import OF_THE_WAY
from app.callers.caller import Leave

_FROM_ELSEWHERE = OF_THE_WAY | {"origin", "via"}


def leave_of(request: EdgeRequest) -> Leave:
    """What its key allows. Without keys it reads, for who asks from this machine, addressed as such, and was not sent by a
    web page or a proxy of somewhere else.

    A page whose own name was made to lead here (DNS rebinding) sends no Origin: the Host tells. A picture in a page
    neither: browsers tell by Sec-Fetch-Site.
    """
    admitted = request.admitted
    if "authorization" in request.headers and admitted.key_field != "authorization":
        return Leave.NONE  # who brings a credential of their own gets nothing of ours
    if admitted.leave is not None:
        return admitted.leave
    return Leave.READ if _is_from_here(request) else Leave.NONE


def _is_from_here(request: EdgeRequest) -> bool:
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
