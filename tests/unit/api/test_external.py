"""How a caller has addressed the gateway, and whose word counts for it."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sanic.compat import Header

from app.api.edge import EdgeRequest
from app.api.passthrough.external import entrance_of, gateway_url
from app.api.proxies import TrustedProxies
from app.services.rewriting.rewriting import Entrance

PROXY, OUTER, SOMEBODY = "10.0.0.1", "10.0.0.2", "203.0.113.9"
HOST = {"host": "internal:8000"}


@dataclass
class Asked:
    """What of a request is looked at."""

    headers: Header
    peer: str = SOMEBODY
    raw_url: bytes = b"/github/repos"
    trusted: tuple[str, ...] = ("10.0.0.0/8", "2001:db8::/32")
    public_url: str | None = None
    ssl: bool = False
    server: str = "192.0.2.1:8000"
    app: Any = field(init=False)
    conn_info: Any = field(init=False)

    def __post_init__(self) -> None:
        self.app = SimpleNamespace(public_url=self.public_url, trusted_proxies=TrustedProxies(self.trusted))
        self.conn_info = SimpleNamespace(ssl=self.ssl, server=self.server)


def url(*lines: dict[str, str], **asked: Any) -> str:
    headers = Header([pair for line in lines for pair in line.items()])
    return gateway_url(cast(EdgeRequest, Asked(headers, **asked)))


class TestHost:
    @pytest.mark.parametrize(
        "host", ["gateway", "Gateway.example:8000", "127.0.0.1:1", "[::1]:8000", "[2001:db8::1]", "a_b-c.example."]
    )
    def test_is_taken_as_it_was_written(self, host: str) -> None:
        assert url({"host": host}) == f"http://{host}"
        assert url({"host": host}, ssl=True) == f"https://{host}"

    @pytest.mark.parametrize(
        "host",
        [
            "",
            "a b",
            'a"',
            "a/b",
            "a\\b",
            "a@b",
            "a:port",
            "a:123456",
            "a?b",
            "a#b",
            "é.example",
            "[::1",
            "[evil]",
            "<x>",
        ],
    )
    def test_that_is_none_gets_nowhere(self, host: str) -> None:
        assert url({"host": host}) == "http://192.0.2.1:8000"

    def test_that_is_said_twice_is_none(self) -> None:
        assert url({"host": "a"}, {"host": "b"}) == "http://192.0.2.1:8000"

    def test_without_any_the_address_is_one(self) -> None:
        assert url() == "http://192.0.2.1:8000"
        assert url(server="[2001:db8::1]:80") == "http://[2001:db8::1]:80"
        assert url(server="/run/headgate.sock") == ""

    def test_in_the_request_line_counts_more(self) -> None:
        assert url(HOST, raw_url=b"http://other:1/github/x") == "http://other:1"
        assert url(HOST, raw_url=b"http://a b/x") == "http://192.0.2.1:8000"

    @given(st.text())
    def test_nothing_that_is_none_is_reflected(self, host: str) -> None:
        found = url({"host": host})
        assert found == "http://192.0.2.1:8000" or set(found) <= set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:-_[]/"
        )


class TestPublicUrl:
    @pytest.mark.parametrize("peer", [SOMEBODY, PROXY])
    def test_counts_most(self, peer: str) -> None:
        said = {"forwarded": "host=other;proto=http", "x-forwarded-host": "another"}
        assert url(HOST, said, peer=peer, public_url="https://gw.example/prefix") == "https://gw.example/prefix"


class TestForwarded:
    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ("proto=https;host=gw.example", "https://gw.example"),
            ('For="[2001:db8::9]:4711";Proto=HTTPS;Host="gw.example:8443"', "https://gw.example:8443"),
            ("host=gw.example", "http://gw.example"),
            ("proto=https", "https://internal:8000"),
            ("for=203.0.113.9", "http://internal:8000"),
            ("proto=gopher;host=gw.example", "http://gw.example"),
            ('host="evil\\".example"', "http://internal:8000"),
            ('host="a b"', "http://internal:8000"),
            ("nonsense", "http://internal:8000"),
            ("", "http://internal:8000"),
        ],
    )
    def test_by_a_trusted_proxy(self, said: str, found: str) -> None:
        assert url(HOST, {"forwarded": said}, peer=PROXY) == found

    def test_of_several_the_outermost_trusted_one_counts(self) -> None:
        said = f"for={SOMEBODY};host=evil.example, for=198.51.100.7;host=gw.example;proto=https, for={OUTER};host=inner"
        assert url(HOST, {"forwarded": said}, peer=PROXY) == "https://gw.example"
        first, second, third = said.split(", ")
        assert url(HOST, {"forwarded": first}, {"forwarded": f"{second}, {third}"}, peer=PROXY) == "https://gw.example"

    def test_what_a_caller_claims_before_is_not_believed(self) -> None:
        said = f"for={OUTER};host=evil.example, for={SOMEBODY};host=gw.example"
        assert url(HOST, {"forwarded": said}, peer=PROXY) == "http://gw.example"


class TestXForwarded:
    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ({"host": "gw.example", "proto": "https"}, "https://gw.example"),
            ({"host": "gw.example:8443", "proto": "https", "port": "1"}, "https://gw.example:8443"),
            ({"host": "gw.example", "proto": "https", "port": "8443"}, "https://gw.example:8443"),
            ({"host": "gw.example", "proto": "https", "port": "443"}, "https://gw.example"),
            ({"host": "gw.example", "port": "443x"}, "http://gw.example"),
            ({"host": "gw.example", "port": "123456"}, "http://gw.example"),
            ({"host": "gw.example", "prefix": "/api/headgate/"}, "http://gw.example/api/headgate"),
            ({"host": "[2001:db8::1]", "port": "81"}, "http://[2001:db8::1]:81"),
            ({"prefix": "//evil.example"}, "http://internal:8000"),
            ({"prefix": '/a"b'}, "http://internal:8000"),
            ({"prefix": "/../admin"}, "http://internal:8000"),
            ({"prefix": "nonsense"}, "http://internal:8000"),
            ({"host": "a/b"}, "http://internal:8000"),
        ],
    )
    def test_by_a_trusted_proxy(self, said: dict[str, str], found: str) -> None:
        assert url(HOST, {f"x-forwarded-{name}": value for name, value in said.items()}, peer=PROXY) == found

    def test_of_several_the_outermost_trusted_one_counts(self) -> None:
        fields = {
            "x-forwarded-for": f"{OUTER}, {SOMEBODY}, {OUTER}",
            "x-forwarded-host": "evil.example, gw.example, inner",
            "x-forwarded-proto": "https",
        }
        assert url(HOST, fields, peer=PROXY) == "https://gw.example"

    def test_forwarded_counts_more(self) -> None:
        fields = {"forwarded": "host=gw.example", "x-forwarded-host": "other", "x-forwarded-proto": "https"}
        assert url(HOST, fields, peer=PROXY) == "https://gw.example"


@pytest.mark.parametrize("peer", [SOMEBODY, "", "nonsense", "11.0.0.1", "::ffff:203.0.113.9", "2001:db9::1"])
@pytest.mark.parametrize(
    "said",
    [{"forwarded": "host=evil.example;proto=https"}, {"x-forwarded-host": "evil.example", "x-forwarded-prefix": "/x"}],
)
def test_of_anybody_else_it_is_a_claim(peer: str, said: dict[str, str]) -> None:
    assert url(HOST, said, peer=peer) == "http://internal:8000"


@pytest.mark.parametrize("peer", [PROXY, "10.255.255.255", "2001:db8::7", "::ffff:10.0.0.1"])
def test_who_is_trusted(peer: str) -> None:
    assert url(HOST, {"x-forwarded-host": "gw.example"}, peer=peer) == "http://gw.example"
    assert url(HOST, {"x-forwarded-host": "gw.example"}, peer=peer, trusted=()) == "http://internal:8000"


def test_a_mount_is_addressed_below_it() -> None:
    asked = Asked(Header({"host": "gateway"}))
    assert entrance_of(cast(EdgeRequest, asked), "/github") == Entrance("http://gateway", "/github")
