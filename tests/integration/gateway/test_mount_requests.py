"""What of a request on a mount reaches its upstream, and what of the reply its caller: fields and methods, byte for byte."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.server import create_app
from tests.faulty_upstream import CHUNKED, Connection, FaultyUpstream, Script, Seen, chunk
from tests.gateway import Ask, RawAnswer, asking, container_of, sent_raw, serving_gateway


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream() as upstream:
        yield upstream


@pytest.fixture
async def base_url(upstream: FaultyUpstream) -> AsyncIterator[str]:
    settings: dict[str, Any] = {"kind": "http", "base_url": f"{upstream.url}v2/", "mount": "/any"}
    async with serving_gateway(create_app(container_of(any=settings))) as url:
        yield url


@pytest.fixture
async def ask(base_url: str) -> AsyncIterator[Ask]:
    async with asking(base_url) as ask:
        yield ask


def replying(head: str, body: bytes = b"") -> Script:
    async def script(connection: Connection, _: Seen) -> None:
        await connection.send(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n" + body)

    return script


async def sent(base_url: str, fields: str, line: str = "GET /any/x HTTP/1.1", body: str = "") -> RawAnswer:
    """One request on a connection that ends with it."""
    return await sent_raw(
        base_url, f"{line}\r\nHost: gate\r\nConnection: close\r\n{fields}\r\n{body}".encode("latin-1")
    )


class TestMethods:
    async def test_options_are_upstreams_own(self, upstream: FaultyUpstream, ask: Ask) -> None:
        upstream.script = replying(
            "HTTP/1.1 204 No Content\nAllow: GET, PATCH\nAccess-Control-Allow-Methods: PATCH\nVary: Origin\n"
        )
        answer = await ask("/any/x", "OPTIONS", Origin="https://page.example", Access_Control_Request_Method="PATCH")

        assert (answer.status, answer.raw) == (204, b"")
        assert answer.headers["Allow"] == "GET, PATCH"
        assert "Access-Control-Allow-Methods" not in answer.headers, (
            "which pages may is for the gateway's operator to say"
        )
        assert "Content-Length" not in answer.headers
        (seen,) = upstream.seen
        assert (seen.method, seen.headers["Origin"]) == ("OPTIONS", "https://page.example")
        assert seen.headers["Access-Control-Request-Method"] == "PATCH"

    async def test_a_head_has_the_length_of_what_it_is_about_and_no_body(
        self, upstream: FaultyUpstream, ask: Ask
    ) -> None:
        upstream.script = replying('HTTP/1.1 200 OK\nContent-Length: 1234\nETag: "e"\nContent-Type: a/b\n')
        answer = await ask("/any/x", "HEAD")

        assert (answer.status, answer.raw) == (200, b"")
        assert (answer.headers["Content-Length"], answer.headers["ETag"]) == ("1234", '"e"')
        assert [seen.method for seen in upstream.seen] == ["HEAD"]

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
    async def test_a_write_and_its_answer(self, upstream: FaultyUpstream, base_url: str, method: str) -> None:
        upstream.script = replying("HTTP/1.1 201 Created\nLocation: /v2/x/1\nContent-Length: 2\n", b"ok")
        answer = await sent(base_url, "Content-Length: 3\r\n", f"{method} /any/x?a=1 HTTP/1.1", "abc")

        assert (answer.status, answer.body) == (201, b"ok")
        (seen,) = upstream.seen
        assert (seen.method, seen.target, seen.body) == (method, "/v2/x?a=1", b"abc")

    @pytest.mark.parametrize("status", [204, 205, 304])
    async def test_an_answer_without_a_body_stays_one(
        self, upstream: FaultyUpstream, base_url: str, status: int
    ) -> None:
        length = "Content-Length: 0\n" if status == 205 else ""
        upstream.script = replying(f'HTTP/1.1 {status} Said\nETag: "e"\n{length}')
        answer = await sent(base_url, 'If-None-Match: "e"\r\n', "POST /any/x HTTP/1.1")

        assert (answer.status, answer.body) == (status, b"")
        assert answer.headers["etag"] == '"e"'
        assert answer.headers.get("content-length", "0") == "0"
        assert "transfer-encoding" not in answer.headers

    @pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 418, 451, 500, 503, 599])
    async def test_any_status_is_passed_on_and_no_redirect_followed(
        self, upstream: FaultyUpstream, ask: Ask, status: int
    ) -> None:
        upstream.script = replying(
            f"HTTP/1.1 {status} In Its Own Words\nLocation: https://other.example/y\nContent-Length: 4\n", b"body"
        )
        answer = await ask("/any/x")

        assert (answer.status, answer.raw, answer.headers["Location"]) == (status, b"body", "https://other.example/y")
        assert len(upstream.seen) == 1


class TestConditions:
    async def test_what_is_not_stored_is_asked_for_with_the_callers_condition(
        self, upstream: FaultyUpstream, ask: Ask
    ) -> None:
        upstream.script = replying('HTTP/1.1 304 Not Modified\nETag: "e"\nCache-Control: no-store\n')
        answer = await ask("/any/x", If_None_Match='"e", W/"f"')

        assert (answer.status, answer.headers["ETag"], answer.raw) == (304, '"e"', b"")
        assert upstream.seen[0].headers["If-None-Match"] == '"e", W/"f"'

    @pytest.mark.parametrize("name", ["If-Match", "If-Unmodified-Since"])
    async def test_conditions_of_a_write_are_upstreams_to_judge(
        self, upstream: FaultyUpstream, ask: Ask, name: str
    ) -> None:
        upstream.script = replying("HTTP/1.1 412 Precondition Failed\nContent-Length: 0\n")
        answer = await ask("/any/x", "PUT", **{name: '"e"'})

        assert answer.status == 412
        assert upstream.seen[0].headers[name] == '"e"'

    async def test_a_range_of_what_is_not_stored(self, upstream: FaultyUpstream, ask: Ask) -> None:
        upstream.script = replying(
            'HTTP/1.1 206 Partial Content\nContent-Range: bytes 2-3/10\nETag: "e"\nContent-Length: 2\n', b"23"
        )
        answer = await ask("/any/x", Range="bytes=2-3", If_Range='"e"')

        assert (answer.status, answer.headers["Content-Range"], answer.raw) == (206, "bytes 2-3/10", b"23")
        assert answer.headers["Content-Length"] == "2"
        (seen,) = upstream.seen
        assert (seen.headers["Range"], seen.headers["If-Range"]) == ("bytes=2-3", '"e"')

    async def test_several_ranges(self, upstream: FaultyUpstream, ask: Ask) -> None:
        body = b"--b\r\nContent-Range: bytes 0-0/10\r\n\r\n0\r\n--b--\r\n"
        upstream.script = replying(
            f"HTTP/1.1 206 Partial Content\nContent-Type: multipart/byteranges; boundary=b\nContent-Length: {len(body)}\n",
            body,
        )
        answer = await ask("/any/x", Range="bytes=0-0,5-6")

        assert (answer.status, answer.raw) == (206, body)
        assert upstream.seen[0].headers["Range"] == "bytes=0-0,5-6"


class TestFields:
    async def test_repeated_ones_stay_apart_and_in_order(self, upstream: FaultyUpstream, base_url: str) -> None:
        fields = "X-Many: 1\r\nX-Other: a\r\nX-Many: 2\r\nX-Many: 1\r\n"
        await sent(base_url, fields)

        assert upstream.seen[0].headers.getall("X-Many") == ["1", "2", "1"]

    @pytest.mark.parametrize("written", ["Accept:\r\n", "Accept: \r\n"])
    async def test_an_empty_accept_stays_empty(self, upstream: FaultyUpstream, base_url: str, written: str) -> None:
        await sent(base_url, written)
        assert upstream.seen[0].headers.getall("Accept") == [""]

    async def test_values_are_passed_on_as_they_are(self, upstream: FaultyUpstream, base_url: str) -> None:
        fields = 'Accept: */*;q=0.1, a/b\r\nX-Quoted: "a, b" ; c\r\nX-Text: caf\xc3\xa9\r\nCache-Control: max-age=0\r\n'
        await sent(base_url, fields)

        seen = upstream.seen[0].headers
        assert seen["Accept"] == "*/*;q=0.1, a/b"
        assert seen["X-Quoted"] == '"a, b" ; c'
        assert seen["X-Text"] == "caf\xc3\xa9"
        assert seen["Cache-Control"] == "max-age=0"

    async def test_host_is_upstreams_and_nothing_tells_who_called_us(
        self, upstream: FaultyUpstream, base_url: str
    ) -> None:
        way = (
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Prefix",
            "Forwarded",
            "X-Real-IP",
        )
        await sent(base_url, "".join(f"{name}: told.example\r\n" for name in way))

        (seen,) = upstream.seen
        assert seen.headers.getall("Host") == [f"127.0.0.1:{upstream.port}"]
        assert not {*way} & {*seen.headers}
        assert b"told.example" not in seen.head

    @pytest.mark.parametrize(
        ("version", "given", "via"),
        [
            ("1.1", "", ["1.1 headgate"]),
            ("1.0", "", ["1.0 headgate"]),
            ("1.1", "Via: 1.1 edge, 2 inner\r\n", ["1.1 edge, 2 inner", "1.1 headgate"]),
            ("1.0", "Via: 1.1 edge\r\nVia: 1.0 other\r\n", ["1.1 edge", "1.0 other", "1.0 headgate"]),
        ],
    )
    async def test_via_grows_by_us(
        self, upstream: FaultyUpstream, base_url: str, version: str, given: str, via: list[str]
    ) -> None:
        await sent(base_url, given, f"GET /any/x HTTP/{version}")
        assert upstream.seen[0].headers.getall("Via") == via

    async def test_what_connection_names_stays_on_it(self, upstream: FaultyUpstream, base_url: str) -> None:
        asked = (
            "GET /any/x HTTP/1.1\r\nHost: gate\r\nConnection: close, X-Mine ,x-more\r\nX-Mine: 1\r\nX-More: 2\r\n"
            "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: trailers, gzip\r\nX-Yours: 3\r\n\r\n"
        )
        upstream.script = replying(
            "HTTP/1.1 200 OK\nConnection: X-Hop\nX-Hop: 1\nKeep-Alive: timeout=5\nProxy-Connection: close\n"
            "Proxy-Authenticate: Basic\nTrailer: X-Sum\nX-Stays: 2\nContent-Length: 0\n"
        )
        answer = await sent_raw(base_url, asked.encode())

        gone = {"x-mine", "x-more", "keep-alive", "proxy-connection", "te", "connection"}
        assert not gone & {name.lower() for name in upstream.seen[0].headers}
        assert upstream.seen[0].headers["X-Yours"] == "3"
        assert not {"x-hop", "keep-alive", "proxy-connection", "proxy-authenticate", "trailer"} & {*answer.headers}
        assert answer.headers["x-stays"] == "2"

    async def test_what_upstream_says_of_its_own_origin_is_not_said_of_ours(
        self, upstream: FaultyUpstream, base_url: str
    ) -> None:
        upstream.script = replying(
            'HTTP/1.1 200 OK\nAlt-Svc: h3=":443"\nStrict-Transport-Security: max-age=31536000\nContent-Length: 0\n'
        )
        answer = await sent(base_url, "", "GET /any/x HTTP/1.1")
        assert not {"alt-svc", "strict-transport-security"} & {*answer.headers}


class TestDemands:
    @pytest.mark.parametrize("protocol", ["websocket", "h2c, websocket", "IRC/6.9"])
    async def test_another_protocol_is_refused_plainly(
        self, upstream: FaultyUpstream, base_url: str, protocol: str
    ) -> None:
        asked = (
            f"GET /any/x HTTP/1.1\r\nHost: gate\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        answer = await sent_raw(base_url, asked.encode())

        assert (answer.status, json.loads(answer.body)["code"]) == (501, "not_supported")
        assert "upgrade" not in answer.headers
        assert upstream.seen == []

    async def test_another_version_that_is_merely_offered_is_not_taken(
        self, upstream: FaultyUpstream, base_url: str
    ) -> None:
        asked = (
            "GET /any/x HTTP/1.1\r\nHost: gate\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        )
        assert (await sent_raw(base_url, asked.encode())).status == 200
        assert not {"Upgrade", "HTTP2-Settings"} & {*upstream.seen[0].headers}

    async def test_an_upgrade_that_upstream_makes_unasked_is_its_fault(
        self, upstream: FaultyUpstream, ask: Ask
    ) -> None:
        upstream.script = replying("HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n")
        assert (await ask("/any/x")).status == 502

    @pytest.mark.parametrize(
        ("announced", "status", "code"), [("Trailer: X-Sum\r\n", 501, "not_supported"), ("", 400, "invalid_request")]
    )
    async def test_trailers_are_refused_announced_or_not(
        self, upstream: FaultyUpstream, base_url: str, announced: str, status: int, code: str
    ) -> None:
        fields = f"Transfer-Encoding: chunked\r\n{announced}"
        answer = await sent(base_url, fields, "POST /any/x HTTP/1.1", "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n")

        assert (answer.status, json.loads(answer.body)["code"]) == (status, code)
        assert upstream.seen == []

    async def test_the_trailers_of_a_reply_go_no_further(self, upstream: FaultyUpstream, base_url: str) -> None:
        async def script(connection: Connection, _: Seen) -> None:
            await connection.send(CHUNKED.replace(b"\r\n\r\n", b"\r\nTrailer: X-Sum\r\n\r\n"))
            await connection.send(chunk(b"abc") + b"0\r\nX-Sum: 1\r\n\r\n")

        upstream.script = script
        answer = await sent(base_url, "")

        assert (answer.status, answer.body) == (200, b"abc")
        assert not {"trailer", "x-sum"} & {*answer.headers}

    @pytest.mark.parametrize("hosts", ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"])
    async def test_a_request_without_its_one_host_is_none(
        self, upstream: FaultyUpstream, base_url: str, hosts: str
    ) -> None:
        asked = f"GET /any/x HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"
        assert (await sent_raw(base_url, asked.encode())).status == 400
        assert upstream.seen == []


async def test_a_url_without_a_path_is_answered(base_url: str) -> None:
    for target in ("http://gate", "http://gate?x=/any/x"):
        answer = await sent_raw(base_url, f"GET {target} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n".encode())
        assert answer.status == 200  # the dashboard: the root, and no mount
