"""How a caller has addressed the gateway: scheme, host and prefix, which the URLs in its answers must begin with.

The operator's word (`server.public_url`) counts most. Else it is the request's own Host, unless a proxy that the
operator trusts says by Forwarded (RFC 7239) or by X-Forwarded-* how it was called itself; of anybody else these fields
are only what somebody claims.
"""

import re
from typing import Final

from sanic.compat import Header

from app.api.edge import EdgeRequest
from app.services.rewriting.rewriting import Entrance

_FORWARDED: Final = "forwarded"
_OF_PROXIES: Final = ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-prefix")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

_is_host = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?").fullmatch
_is_prefix = re.compile(r"(/[A-Za-z0-9_~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%-]*)+").fullmatch
_is_port = re.compile("[0-9]{1,5}").fullmatch
_elements = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+').findall
_pairs = re.compile(r'([!#$%&\'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^;,"\s]*)').findall
_escaped = re.compile(r"\\(.)")


def entrance_of(request: EdgeRequest, mount: str) -> Entrance:
    """How the caller has addressed the `mount` that it asks."""
    return Entrance(gateway_url(request), mount)


def gateway_url(request: EdgeRequest) -> str:
    """Scheme, host and prefix, without a slash at the end; empty where nobody has said a host that is one, and the
    connection has none either.
    """
    public_url = request.app.public_url
    if public_url is not None:
        return public_url.rstrip("/")
    scheme = "https" if request.conn_info and request.conn_info.ssl else "http"
    host, prefix = _asked_host(request), ""
    if request.app.trusted_proxies and request.peer in request.app.trusted_proxies:
        scheme, host, prefix = _seen_by_proxies(request, scheme, host)
    return f"{scheme}://{host}{prefix}" if host else ""


def _asked_host(request: EdgeRequest) -> str:
    """The host in the request line where it holds one, or else in Host (RFC 9112 section 3.2.2), or the address that
    the connection goes to. What is no host must not get into a body.
    """
    url = request.raw_url
    if url.startswith(b"/"):
        hosts = request.headers.getall("host", ())
        host = hosts[0] if len(hosts) == 1 else ""
    else:
        host = url.partition(b"://")[2].partition(b"/")[0].decode("latin-1")
    if _is_host(host):
        return host
    here = request.conn_info.server if request.conn_info else ""
    return here if _is_host(here) else ""


def _seen_by_proxies(request: EdgeRequest, scheme: str, host: str) -> tuple[str, str, str]:
    """Scheme, host and prefix as trusted proxies tell them; `scheme` and `host` where they tell none that is one."""
    told = _told_by_proxies(request)
    told_scheme = told.get("proto", "").lower()
    scheme = told_scheme if told_scheme in _DEFAULT_PORTS else scheme
    host = told["host"] if _is_host(told.get("host", "")) else host
    port = told.get("port", "")
    if _is_port(port) and ":" not in host.rpartition("]")[2] and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    prefix = told.get("prefix", "").rstrip("/")
    return scheme, host, prefix if _is_prefix(prefix) else ""


def _told_by_proxies(request: EdgeRequest) -> dict[str, str]:
    """What the outermost trusted proxy has said of the request that it got; each adds to the right of the others."""
    headers, trusted = request.headers, request.app.trusted_proxies
    hops = 1
    for client in reversed(_listed(headers, "x-forwarded-for")):
        if _address(client) not in trusted:
            break
        hops += 1
    told = {}
    for name in _OF_PROXIES:
        if said := _listed(headers, name):
            # One that sets the field, where others add to it, leaves fewer than there are proxies.
            told[name.removeprefix("x-forwarded-")] = said[-min(hops, len(said))]
    elements = [_parameters(element) for element in _elements(", ".join(headers.getall(_FORWARDED, ())))]
    hops = 1
    while hops < len(elements) and _address(elements[-hops].get("for", "")) in trusted:
        hops += 1
    return {**told, **elements[-hops]} if elements else told


def _listed(headers: Header, name: str) -> list[str]:
    if name not in headers:
        return []
    return [each.strip() for line in headers.getall(name) for each in line.split(",")]


def _parameters(element: str) -> dict[str, str]:
    """Of one element of Forwarded (RFC 7239 section 4)."""
    return {
        name.lower(): _escaped.sub(r"\1", value[1:-1]) if value.startswith('"') else value
        for name, value in _pairs(element)
    }


def _address(node: str) -> str:
    """Without port and brackets (RFC 7239 section 6)."""
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node.partition(":")[0] if node.count(":") == 1 else node
