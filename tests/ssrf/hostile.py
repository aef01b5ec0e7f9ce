"""What is tried to make a mount ask somebody else: one row for each, with where it must go.

`EVIL` stands for the address of a listener that must never be connected to, `GATE` for the gateway's own. The mount is
/any, its upstream's base path /v2/.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MOUNT = "/any"
BASE_PATH = "/v2/"
BAD_REQUEST, NOT_FOUND, NOT_ALLOWED, URL_TOO_LONG, UNSUPPORTED = 400, 404, 405, 414, 501
OWN_PAGE, ALLOWED = 200, 204


@dataclass(frozen=True, slots=True)
class Hostile:
    """One request.

    Attributes:
        group: What is tried.
        request: As it is sent, each character a byte.
        goes: The target that upstream must see; or the status with which the gateway refuses it, asking nobody.
        reply: What upstream answers; empty: a 200.
        shown: How the table shows the request, where that is not its first line or field.
    """

    group: str
    request: str
    goes: str | int
    reply: str = ""
    shown: str = ""

    @property
    def name(self) -> str:
        """As the table shows it: all that cannot be seen is escaped."""
        said = self.shown or self.request.partition(" HTTP/1.1\r\nHost: GATE")[0].removeprefix("GET ")
        return "".join(char if " " <= char <= "~" else f"\\x{ord(char):02x}" for char in said)


def asking(target: str, method: str = "GET", fields: str = "", body: str = "") -> str:
    """A request in which only the target is hostile."""
    return f"{method} {target} HTTP/1.1\r\nHost: GATE\r\n{fields}Connection: close\r\n\r\n{body}"


def hostile() -> tuple[Hostile, ...]:
    """All rows, in the order of the table."""
    return tuple(_rows())


def _rows() -> Iterator[Hostile]:
    for group, targets in _TARGETS.items():
        for target, goes in targets:
            yield Hostile(group, asking(target), goes)
    yield from _long()
    yield from _lines()
    yield from _methods()
    yield from _fields()
    yield from _framing()
    yield from _redirects()


_TARGETS: dict[str, list[tuple[str, str | int]]] = {
    "another host in the path": [
        ("//EVIL/x", NOT_FOUND),
        ("//EVIL/any/x", NOT_FOUND),
        ("///EVIL/any/x", NOT_FOUND),
        ("//EVIL/%2e%2e/any/x", NOT_FOUND),
        ("/any//EVIL/x", "/v2/EVIL/x"),
        ("/any///EVIL/x", "/v2/EVIL/x"),
        ("/any////EVIL", "/v2/EVIL"),
        ("/any//EVIL//x", "/v2/EVIL//x"),
        ("/any/http://EVIL/", "/v2/http://EVIL/"),
        ("/any//http://EVIL/", "/v2/http://EVIL/"),
        ("/any/http:/EVIL/", "/v2/http:/EVIL/"),
        ("/any/http:EVIL", "/v2/http:EVIL"),
        ("/any/http:%2f%2fEVIL%2f", "/v2/http:%2f%2fEVIL%2f"),
        ("/any/%2f%2fEVIL", "/v2/%2f%2fEVIL"),
        ("/any/%2F/EVIL", "/v2/%2F/EVIL"),
        ("/any%2f%2fEVIL", NOT_FOUND),
        ("/any/\\EVIL", "/v2/\\EVIL"),
        ("/any/\\\\EVIL\\share", "/v2/\\\\EVIL\\share"),
        ("/any\\\\EVIL", NOT_FOUND),
        ("/any\\/EVIL", NOT_FOUND),
        ("\\\\EVIL/any/x", BAD_REQUEST),
        ("/\\EVIL/any/x", NOT_FOUND),
        ("/any/%5c%5cEVIL", "/v2/%5c%5cEVIL"),
        ("/any/.EVIL", "/v2/.EVIL"),
        ("/any.EVIL/x", NOT_FOUND),
        ("/any:81/x", NOT_FOUND),
        ("/any/:81/x", "/v2/:81/x"),
        ("/any/[::1]:81/x", "/v2/[::1]:81/x"),
        ("/any/127.0.0.1/x", "/v2/127.0.0.1/x"),
        ("/any/2130706433/x", "/v2/2130706433/x"),
        ("/any/file:///etc/passwd", "/v2/file:///etc/passwd"),
        ("/any/gopher://EVIL/_x", "/v2/gopher://EVIL/_x"),
        ("/any/javascript:x", "/v2/javascript:x"),
    ],
    "a user in front of another host": [
        ("/any@EVIL/x", NOT_FOUND),
        ("/any:80@EVIL/x", NOT_FOUND),
        ("/any/@EVIL/x", "/v2/@EVIL/x"),
        ("/any//@EVIL/x", "/v2/@EVIL/x"),
        ("/any/user:word@EVIL/x", "/v2/user:word@EVIL/x"),
        ("/any/%40EVIL/x", "/v2/%40EVIL/x"),
        ("/any?@EVIL/x", "/v2/?@EVIL/x"),
        ("/any#@EVIL/x", BAD_REQUEST),
        ("/any/#@EVIL/x", BAD_REQUEST),
        ("/any;@EVIL/x", NOT_FOUND),
        ("/any/;@EVIL/x", "/v2/;@EVIL/x"),
        ("@EVIL/any/x", BAD_REQUEST),
    ],
    "out of the base path by dots": [
        ("/any/..", BAD_REQUEST),
        ("/any/../admin", BAD_REQUEST),
        ("/any/../../admin", BAD_REQUEST),
        ("/any/a/../../admin", BAD_REQUEST),
        ("/any/a/../b", BAD_REQUEST),
        ("/any/./a", BAD_REQUEST),
        ("/any/a/.", BAD_REQUEST),
        ("/any/..?a", BAD_REQUEST),
        ("/any/..#a", BAD_REQUEST),
        ("/any//../admin", BAD_REQUEST),
        ("/any/..//EVIL", BAD_REQUEST),
        ("/any/%2e%2e/admin", BAD_REQUEST),
        ("/any/%2E%2e/admin", BAD_REQUEST),
        ("/any/.%2e/admin", BAD_REQUEST),
        ("/any/%2e./admin", BAD_REQUEST),
        ("/any/..%2fadmin", BAD_REQUEST),
        ("/any/%2e%2e%2Fadmin", BAD_REQUEST),
        ("/any/..\\admin", BAD_REQUEST),
        ("/any/..%5cadmin", BAD_REQUEST),
        ("/any/a\\..\\..\\admin", BAD_REQUEST),
        ("/any/%2e%2e%5Cadmin", BAD_REQUEST),
        ("/any%2f..%2fadmin", NOT_FOUND),
        ("/other/../any/x", NOT_FOUND),
        ("/any/a..b/x", "/v2/a..b/x"),
        ("/any/.../x", "/v2/.../x"),
        ("/any/.git/x", "/v2/.git/x"),
        ("/any/x?a=/../../admin", "/v2/x?a=/../../admin"),
        ("/any/x?%2e%2e/", "/v2/x?%2e%2e/"),
    ],
    "dots that only one of two readers sees": [
        ("/any/%252e%252e/admin", BAD_REQUEST),
        ("/any/%25252e%25252e/admin", BAD_REQUEST),
        ("/any/%2%65%2%65/admin", BAD_REQUEST),
        ("/any/..%252fadmin", BAD_REQUEST),
        ("/any/..%255cadmin", BAD_REQUEST),
        ("/any/..;/admin", BAD_REQUEST),
        ("/any/..;a=b/admin", BAD_REQUEST),
        ("/any/%2e%2e;/admin", BAD_REQUEST),
        ("/any/..%3b/admin", BAD_REQUEST),
        ("/any/.;/admin", BAD_REQUEST),
        ("/any/..%20/admin", BAD_REQUEST),
        ("/any/%20../admin", BAD_REQUEST),
        ("/any/..%09/admin", BAD_REQUEST),
        ("/any/..%00/admin", BAD_REQUEST),
        ("/any/..%0a/admin", BAD_REQUEST),
        ("/any/%u002e%u002e/admin", BAD_REQUEST),
        ("/any/..%u2216admin", BAD_REQUEST),
        ("/any/..%E2%88%95admin", BAD_REQUEST),
        ("/any/%c0%ae%c0%ae/admin", BAD_REQUEST),
        ("/any/..%c0%afadmin", BAD_REQUEST),
        ("/any/..%c1%9cadmin", BAD_REQUEST),
        ("/any/%e0%80%ae%e0%80%ae/admin", BAD_REQUEST),
        ("/any/%f0%80%80%ae./admin", BAD_REQUEST),
        ("/any/%25c0%25ae./admin", BAD_REQUEST),
        ("/any/%ef%bc%8e%ef%bc%8e/admin", BAD_REQUEST),
        ("/any/..%ef%bc%8fadmin", BAD_REQUEST),
        ("/any/%e2%80%a5/admin", BAD_REQUEST),
        ("/any/a;v=1/b", "/v2/a;v=1/b"),
        ("/any/a%2Fb%2fc", "/v2/a%2Fb%2fc"),
        ("/any/%E9t%E9", "/v2/%E9t%E9"),
        ("/any/100%", "/v2/100%"),
        ("/any/%zz", "/v2/%zz"),
    ],
    "other forms of a target": [
        ("http://EVIL/any/x", "/v2/x"),
        ("http://EVIL/any/x?http://EVIL/", "/v2/x?http://EVIL/"),
        ("https://EVIL/any/x", "/v2/x"),
        ("HTTP://EVIL/any//x", "/v2/x"),
        ("http://GATE/any/x", "/v2/x"),
        ("http://EVIL/x", NOT_FOUND),
        ("http://EVIL", OWN_PAGE),
        ("http://EVIL?/any/x", OWN_PAGE),
        ("http://EVIL?x=/any/x", OWN_PAGE),
        ("http://EVIL#/any/x", BAD_REQUEST),
        ("http://EVIL/any/../x", BAD_REQUEST),
        ("http://EVIL//any/x", NOT_FOUND),
        ("http://EVIL/any@GATE/x", NOT_FOUND),
        ("http://EVIL\\/any/x", BAD_REQUEST),
        ("http://EVIL\\@GATE/any/x", BAD_REQUEST),
        ("http://user@EVIL/any/x", BAD_REQUEST),
        ("http://GATE@EVIL/any/x", BAD_REQUEST),
        ("http://EVIL:80:81/any/x", BAD_REQUEST),
        ("http://evil.example:99999/any/x", BAD_REQUEST),
        ("http://evil.example:/any/x", BAD_REQUEST),
        ("http://evil.example:0/any/x", "/v2/x"),
        ("http://127.1/any/x", "/v2/x"),
        ("http://0x7f000001/any/x", "/v2/x"),
        ("http://[::ffff:127.0.0.1]/any/x", "/v2/x"),
        ("http://[::1/any/x", BAD_REQUEST),
        ("http://xn--e1awd7f.example/any/x", "/v2/x"),
        ("http://\xd0\xb5vil.example/any/x", BAD_REQUEST),
        ("http:///any/x", BAD_REQUEST),
        ("http:/any/x", BAD_REQUEST),
        ("http:any/x", BAD_REQUEST),
        ("://EVIL/any/x", BAD_REQUEST),
        ("ftp://EVIL/any/x", BAD_REQUEST),
        ("file:///any/x", BAD_REQUEST),
        ("ws://EVIL/any/x", BAD_REQUEST),
        ("x://y://EVIL/any/x", BAD_REQUEST),
        ("EVIL", BAD_REQUEST),
        ("any/x", BAD_REQUEST),
        ("?/any/x", BAD_REQUEST),
        ("*", NOT_FOUND),
        ("/ANY/x", NOT_FOUND),
        ("/%61ny/x", NOT_FOUND),
        ("/any%2fx", NOT_FOUND),
        ("/any", "/v2/"),
        ("/any?x", "/v2/?x"),
        ("/anyone", NOT_FOUND),
    ],
    "characters that end a line or a text": [
        ("/any/x\r\nHost: EVIL", BAD_REQUEST),
        ("/any/x HTTP/1.1\r\nHost: EVIL\r\nX:", BAD_REQUEST),
        ("/any/x\nHost: EVIL", BAD_REQUEST),
        ("/any/x\rHost: EVIL", BAD_REQUEST),
        ("/any/x EVIL", BAD_REQUEST),
        ("/any/x\tEVIL", BAD_REQUEST),
        ("/any/x\x00EVIL", BAD_REQUEST),
        ("/any/x\x0bEVIL", BAD_REQUEST),
        ("/any/x\x7fEVIL", BAD_REQUEST),
        ("/any/x\x85EVIL", BAD_REQUEST),
        ("/any/\xc3\xa9", BAD_REQUEST),
        ("/any/\xe9", BAD_REQUEST),
        ("/any/\xc0\xae\xc0\xae/admin", BAD_REQUEST),
        ("/any/\xe2\x80\xa8EVIL", BAD_REQUEST),
        ("/any/x%0d%0aHost:%20EVIL", BAD_REQUEST),
        ("/any/x%0aEVIL", BAD_REQUEST),
        ("/any/x%0D", BAD_REQUEST),
        ("/any/x%250d%250aEVIL", BAD_REQUEST),
        ("/any/x%00EVIL", BAD_REQUEST),
        ("/any/x%2500EVIL", BAD_REQUEST),
        ("/any/%E5%98%8A%E5%98%8DEVIL", "/v2/%E5%98%8A%E5%98%8DEVIL"),
        ("/any/x?a=%0d%0aHost:%20EVIL", "/v2/x?a=%0d%0aHost:%20EVIL"),
        ("/any/x?a=%00", "/v2/x?a=%00"),
        ("/any/x%20EVIL", "/v2/x%20EVIL"),
        ("/any/x?EVIL%23", "/v2/x?EVIL%23"),
        ("/any/x?a=1?b=2&&a=%2F+%20;c", "/v2/x?a=1?b=2&&a=%2F+%20;c"),
        ("/any/%D0%B5vil.example", "/v2/%D0%B5vil.example"),
        ('/any/<x>"{}|`^', '/v2/<x>"{}|`^'),
    ],
}


def _long() -> Iterator[Hostile]:
    group = "very long targets"
    for length, goes in ((4_000, "/v2/" + "a" * 4_000), (20_000, URL_TOO_LONG)):
        yield Hostile(group, asking(f"/any/{'a' * length}"), goes, shown=f"/any/ and {length:,} times a")
    yield Hostile(group, asking(f"/any/{'../' * 1_000}admin"), BAD_REQUEST, shown="/any/ and 1,000 times ../")
    yield Hostile(group, asking(f"/any{'/' * 4_000}EVIL"), "/v2/EVIL", shown="/any, 4,000 times / and EVIL")
    deep = f"/any/%{'25' * 2_000}2e%{'25' * 2_000}2e/admin"
    yield Hostile(group, asking(deep), BAD_REQUEST, shown="/any/, two dots escaped 2,000 times and /admin")


def _lines() -> Iterator[Hostile]:
    group = "request lines that are none"
    rest = "Host: GATE\r\nConnection: close\r\n\r\n"
    for line in (
        "GET /any/x",
        "GET  /any/x HTTP/1.1",
        "GET /any/x HTTP/1.1 ",
        "GET\t/any/x\tHTTP/1.1",
        "/any/x HTTP/1.1",
    ):
        yield Hostile(group, f"{line}\r\n{rest}", BAD_REQUEST, shown=f"{line}\r\n")
    yield Hostile(group, f" /any/x HTTP/1.1\r\n{rest}", BAD_REQUEST, shown=" /any/x HTTP/1.1\r\n")
    for version in ("HTTP/2.0", "HTTP/0.9", "HTTP/1.1@EVIL", "http/1.1", "HTTPS/1.1"):
        yield Hostile(group, f"GET /any/x {version}\r\n{rest}", BAD_REQUEST, shown=f"/any/x {version}")
    yield Hostile(group, f"GET /any/x HTTP/1.0\r\n{rest}", "/v2/x", shown="/any/x HTTP/1.0")


def _methods() -> Iterator[Hostile]:
    group = "methods that lead elsewhere"
    for method, target, goes in (
        ("CONNECT", "EVIL", BAD_REQUEST),
        ("CONNECT", "/any/x", NOT_ALLOWED),
        ("CONNECT", "http://EVIL/any/x", NOT_ALLOWED),
        ("TRACE", "/any/x", NOT_ALLOWED),
        ("OPTIONS", "*", ALLOWED),
        ("OPTIONS", "/any/*", "/v2/*"),
        ("get", "/any/x", NOT_ALLOWED),
        ("GET\r\nHost: EVIL", "/any/x", BAD_REQUEST),
        ("M-SEARCH", "/any//EVIL/", "/v2/EVIL/"),
        ("POST", "/any/../x", BAD_REQUEST),
    ):
        yield Hostile(group, asking(target, method), goes, shown=f"{method} {target}")


def _fields() -> Iterator[Hostile]:
    group = "fields that name another host or path"
    for field in (
        "X-Forwarded-Host: EVIL",
        "X-Forwarded-Server: EVIL",
        "X-Forwarded-For: EVIL",
        "X-Forwarded-Prefix: /admin",
        "Forwarded: host=EVIL;proto=https",
        "X-Host: EVIL",
        "X-Original-Host: EVIL",
        "X-Original-URL: http://EVIL/admin",
        "X-Rewrite-URL: //EVIL/admin",
        "X-Real-IP: EVIL",
        "Proxy: http://EVIL",
        "Proxy-Connection: EVIL",
        "Connection: close, Host",
    ):
        yield Hostile(group, asking("/any/x", fields=f"{field}\r\n"), "/v2/x", shown=field)
    for field in (
        "Host: EVIL",
        "Host : EVIL",
        " Host: EVIL",
        "X: y\nHost: EVIL",
        "X: y\rHost: EVIL",
        "X\x00: EVIL",
        "X: y\x00EVIL",
        "Ho st: EVIL",
    ):
        yield Hostile(group, asking("/any/x", fields=f"{field}\r\n"), BAD_REQUEST, shown=f"Host: GATE, {field}")
    for host in ("EVIL", "user@EVIL", "GATE@EVIL", "EVIL/any", "http://EVIL", "", "GATE, EVIL", "127.0.0.1:99999"):
        request = f"GET /any/x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        yield Hostile(group, request, "/v2/x", shown=f"Host: {host}")
    yield Hostile(group, "GET /any/x HTTP/1.1\r\nConnection: close\r\n\r\n", BAD_REQUEST, shown="no Host")
    yield Hostile(group, asking("/any/x", fields="Upgrade: websocket\r\n"), UNSUPPORTED, shown="Upgrade: websocket")


def _framing() -> Iterator[Hostile]:
    group = "a second request in the first"
    hidden = "GET /any/hidden HTTP/1.1\r\nHost: EVIL\r\nConnection: close\r\n\r\n"
    chunked = "Transfer-Encoding: chunked\r\n"
    length = f"Content-Length: {len(hidden)}\r\n"
    for shown, fields, body, goes in (
        ("Content-Length and Transfer-Encoding", f"Content-Length: 5\r\n{chunked}", f"0\r\n\r\n{hidden}", BAD_REQUEST),
        ("Transfer-Encoding and Content-Length", f"{chunked}Content-Length: 5\r\n", f"0\r\n\r\n{hidden}", BAD_REQUEST),
        ("two Content-Length", f"Content-Length: 0\r\n{length}", hidden, BAD_REQUEST),
        ("Content-Length: +3", "Content-Length: +3\r\n", "abc", BAD_REQUEST),
        ("Content-Length: -1", "Content-Length: -1\r\n", hidden, BAD_REQUEST),
        ("Transfer-Encoding: xchunked", "Transfer-Encoding: xchunked\r\n", hidden, BAD_REQUEST),
        ("Transfer-Encoding : chunked", "Transfer-Encoding : chunked\r\n", f"0\r\n\r\n{hidden}", BAD_REQUEST),
        ("a chunk of size 0x5", chunked, f"0x5\r\nabcde\r\n0\r\n\r\n{hidden}", BAD_REQUEST),
        ("a chunk of size -5", chunked, f"-5\r\nabcde\r\n0\r\n\r\n{hidden}", BAD_REQUEST),
        ("a chunk longer than it says", chunked, f"2\r\nabcde\r\n0\r\n\r\n{hidden}", BAD_REQUEST),
        ("trailers that are not announced", chunked, f"0\r\n{hidden}", BAD_REQUEST),
        ("trailers that are announced", f"{chunked}Trailer: X\r\n", "0\r\nX: y\r\n\r\n", UNSUPPORTED),
        ("a body that looks like a request", length, hidden, "/v2/x"),
    ):
        request = asking("/any/x", "POST", fields, body)
        if goes == BAD_REQUEST:  # where it is refused, nothing but that may end the connection
            request = request.replace("Connection: close\r\n", "", 1)
        yield Hostile(group, request, goes, shown=shown)


def _redirects() -> Iterator[Hostile]:
    group = "upstream redirects elsewhere (the answer is passed on, and followed by nobody here)"
    for status in (301, 302, 303, 307, 308):
        reply = f"HTTP/1.1 {status} Moved\r\nLocation: http://EVIL/x\r\nContent-Length: 0\r\n\r\n"
        yield Hostile(group, asking("/any/x"), "/v2/x", reply, f"{status} to http://EVIL/x")
    for said in (
        "Location: //EVIL/x",
        "Location: \\\\EVIL\\x",
        "Refresh: 0; url=http://EVIL/",
        'Alt-Svc: http/1.1="EVIL"',
    ):
        reply = f"HTTP/1.1 302 Found\r\n{said}\r\nContent-Length: 0\r\n\r\n"
        yield Hostile(group, asking("/any/x"), "/v2/x", reply, f"302, {said}")
    reply = "HTTP/1.1 305 Use Proxy\r\nLocation: http://EVIL/\r\nContent-Length: 0\r\n\r\n"
    yield Hostile(group, asking("/any/x"), "/v2/x", reply, "305 to http://EVIL/")
