"""What of a mount's request goes on to upstream, and what is refused before."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sanic.compat import Header

from app.api.passthrough import demands
from app.api.passthrough.request_fields import split, target_of
from app.callers.key import new_key
from app.errors import InvalidRequest, KeyRejected, NotSupported

MOUNT = len("/any")


class TestTarget:
    @pytest.mark.parametrize(
        ("asked", "target"),
        [
            (b"/any", ""),
            (b"/any/", ""),
            (b"/any?a=1", "?a=1"),
            (b"/any/?a=1&&b", "?a=1&&b"),
            (b"/any/a%2Fb/%2e?x=%20+", "a%2Fb/%2e?x=%20+"),
            (b"/any//a//b/", "a//b/"),
            (b"/any///evil.example/x", "evil.example/x"),
            (b"/any/http://evil.example/", "http://evil.example/"),
            (b"http://gate.example/any/a?b", "a?b"),
            (b"HTTPS://gate.example:8443/any", ""),
            (b"http://[::1]:80/any//a", "a"),
        ],
    )
    def test_what_lies_below_the_mount_byte_for_byte(self, asked: bytes, target: str) -> None:
        assert target_of(asked, MOUNT) == target

    @pytest.mark.parametrize(
        "asked",
        [
            b"/anyone/a",
            b"/any@evil.example/",
            b"/any#a",
            b"/any\\a",
            b"/any;a",
            b"*",
            b"any/a",
            b"evil.example:80",
            b"ftp://evil.example/any/a",
            b"http://user@evil.example/any/a",
            b"http://evil.example?/any/a",
            b"http://evil.example#/any/a",
            b"http://evil.example\\/any/a",
            b"http:///any/a",
            b"http:/any/a",
            b"://evil.example/any/a",
            b"x http://evil.example/any/a",
            b"http://evil.example/anyone",
        ],
    )
    def test_nothing_else_is_one(self, asked: bytes) -> None:
        with pytest.raises(InvalidRequest):
            target_of(asked, MOUNT)

    @given(st.binary(max_size=40).filter(bytes.isascii))
    @example(b"//any/x")
    def test_whatever_is_asked_no_target_begins_with_a_slash(self, rest: bytes) -> None:
        try:
            target = target_of(b"/any" + rest, MOUNT)
        except InvalidRequest:
            return
        assert not target.startswith("/")
        assert rest.lstrip(b"/") == target.encode()


class TestDemands:
    @pytest.mark.parametrize(
        ("fields", "version"),
        [
            ({"host": "a"}, "1.1"),
            ({}, "1.0"),
            ({"host": "a", "upgrade": "h2c", "connection": "Upgrade, HTTP2-Settings"}, "1.1"),
            ({"host": "a", "upgrade": "HTTP/2.0, TLS/1.3"}, "1.1"),
            ({"host": "a", "upgrade": ""}, "1.1"),
            ({"host": "a", "te": "trailers", "upgrade-insecure-requests": "1"}, "1.1"),
        ],
    )
    def test_what_goes_without_is_let_pass(self, fields: dict[str, str], version: str) -> None:
        demands.check(Header(fields), version)

    @pytest.mark.parametrize(
        "fields",
        [{"upgrade": "websocket"}, {"upgrade": "h2c, WebSocket"}, {"upgrade": "IRC/6.9"}, {"trailer": "X-Sum"}],
    )
    def test_what_does_not_is_refused(self, fields: dict[str, str]) -> None:
        with pytest.raises(NotSupported):
            demands.check(Header({"host": "a", **fields}), "1.1")

    @pytest.mark.parametrize(
        ("hosts", "version"), [([], "1.1"), (["a", "b"], "1.1"), (["a", "a"], "1.1"), (["a", "b"], "1.0")]
    )
    def test_a_request_has_one_host(self, hosts: list[str], version: str) -> None:
        with pytest.raises(InvalidRequest) as caught:
            demands.check(Header([("host", host) for host in hosts]), version)
        assert caught.value.faults[0].name == "Host"


def test_nothing_of_the_way_goes_on() -> None:
    way = ("x-forwarded-for", "x-forwarded-host", "forwarded", "x-original-url", "x-rewrite-url", "x-host", "x-real-ip")
    connection = ("host", "connection", "keep-alive", "te", "upgrade", "proxy-connection", "proxy", "http2-settings")
    kept, credentials = split(Header({**dict.fromkeys((*way, *connection), "x"), "accept": ""}), "GET")

    assert dict(kept) == {"accept": ""}
    assert credentials == {}


@pytest.mark.parametrize(("method", "stays"), [("GET", False), ("HEAD", False), ("OPTIONS", False), ("POST", True)])
def test_another_method_is_made_of_a_write_only(method: str, stays: bool) -> None:
    kept, _ = split(Header({"x-http-method-override": "DELETE"}), method)
    assert ("x-http-method-override" in kept) is stays


def test_a_key_goes_on_in_no_field() -> None:
    key = new_key()
    for fields in (
        [("authorization", "Bearer ghp_theirs"), ("authorization", f"Bearer {key}")],
        [("x-api-key", "their own"), ("x-api-key", key)],
        [("cookie", f"a=b; session={key}; c=d")],
        [("authorization", f"Custom key={key}")],
        [("x-note", f"see {key}")],
    ):
        with pytest.raises(KeyRejected):
            split(Header(fields), "GET")
    assert split(Header([("x-note", "hg_tools")]), "GET")[0] == {"x-note": "hg_tools"}
