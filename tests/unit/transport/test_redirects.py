"""Redirects of typed calls: followed inside the origin, refused outside, never for ever."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.errors import RedirectRefused
from app.transport.exchange import Reply, Request
from app.transport.redirects import MAX_HOPS, Redirects, redirected_target
from app.transport.syntax import check
from tests.unit.transport.stages import Body, Scripted, buffered

BASE = "https://api.example/v3/"
ASKED = Request("GET", "repos/acme/old", CIMultiDict({"Accept": "x"}), follow_redirects=True)


def to(location: str, status: int = 301) -> Reply:
    return buffered(status, {"Location": location})


async def followed(*answers: Reply | BaseException, request: Request = ASKED) -> tuple[Reply, list[str]]:
    below = Scripted(*answers)
    reply = await Redirects(below, "up", BASE).send(request)
    return reply, [asked.target for asked in below.asked]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_each_kind_is_followed(status: int) -> None:
    reply, targets = await followed(to(f"{BASE}repositories/1", status), buffered(200))

    assert reply.status == 200
    assert targets == ["repos/acme/old", "repositories/1"]


@pytest.mark.parametrize("status", [200, 300, 304, 404, 500])
async def test_nothing_else_is(status: int) -> None:
    reply, targets = await followed(buffered(status, {"Location": f"{BASE}elsewhere"}))

    assert reply.status == status
    assert len(targets) == 1


async def test_a_hop_is_the_same_request_elsewhere() -> None:
    below = Scripted(to(f"{BASE}b"), buffered())
    asked = Request("HEAD", "a", CIMultiDict({"Accept": "x"}), follow_redirects=True, may_stream=True)

    await Redirects(below, "up", BASE).send(asked)

    assert below.asked[1] == Request("HEAD", "b", asked.headers, follow_redirects=True, may_stream=True)


async def test_a_mount_relays_them() -> None:
    reply, targets = await followed(to(f"{BASE}b"), request=Request("GET", "a"))

    assert reply.status == 301
    assert targets == ["a"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_writes_is_never_sent_again(method: str) -> None:
    reply, targets = await followed(to(f"{BASE}b", 307), request=Request(method, "a", follow_redirects=True))

    assert reply.status == 307
    assert targets == ["a"]


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/v3/b",
        "http://api.example/v3/b",
        "https://api.example:444/v3/b",
        "https://user@api.example/v3/b",
        "//elsewhere.example/v3/b",
        "https://api.example/other",
        "/outside",
        "../../../etc",
        "https://api.example/v3/../admin",
        "javascript:alert(1)",
        "https://[broken/v3/b",
        "https://api.example/v3/%2e%2e/admin",
        "https://api.example/v3/x/%2E%2E/%2e./admin",
        "https://api.example/v3/..%2fadmin",
        "https://api.example/v3/..\\admin",
        "https://api.example:port/v3/b",
        "https://api.example:99999/v3/b",
    ],
)
async def test_what_leaves_the_upstream_is_refused(location: str) -> None:
    with pytest.raises(RedirectRefused, match="somewhere else"):
        await followed(to(location), buffered())


async def test_a_redirect_to_nowhere_is_refused() -> None:
    with pytest.raises(RedirectRefused, match="without saying where"):
        await followed(buffered(302))


async def test_a_circle_is_refused() -> None:
    with pytest.raises(RedirectRefused, match="circle"):
        await followed(to(f"{BASE}b"), to(f"{BASE}{ASKED.target}"))


async def test_a_chain_ends_after_a_few_hops() -> None:
    chain = [to(f"{BASE}{number}") for number in range(MAX_HOPS)]

    reply, targets = await followed(*chain, buffered())
    assert (reply.status, len(targets)) == (200, MAX_HOPS + 1)

    with pytest.raises(RedirectRefused, match="more than 5 times"):
        await followed(*chain, to(f"{BASE}last"), buffered())


async def test_a_streamed_redirect_is_closed_before_the_next_hop() -> None:
    body = Body(b"moved")
    reply, _ = await followed(body.reply(301, {"Location": f"{BASE}b"}), buffered())

    assert reply.status == 200
    assert body.closed == 1


async def test_a_streamed_redirect_is_closed_when_it_is_refused() -> None:
    bodies = [Body(b"moved") for _ in range(MAX_HOPS + 1)]
    chain = [body.reply(301, {"Location": f"{BASE}{number}"}) for number, body in enumerate(bodies)]

    with pytest.raises(RedirectRefused):
        await followed(*chain)

    assert [body.closed for body in bodies] == [1] * (MAX_HOPS + 1)


class TestRedirectedTarget:
    @pytest.mark.parametrize(
        ("location", "target"),
        [
            (f"{BASE}b", "b"),
            (f"{BASE}b?page=2", "b?page=2"),
            (f"{BASE}b#part", "b"),
            ("/v3/b", "b"),
            ("b", "repos/acme/b"),
            ("?page=2", "repos/acme/old?page=2"),
            ("HTTPS://API.example/v3/b", "b"),
            ("https://api.example:443/v3/b", "b"),
            (BASE, ""),
            (f"{BASE}a%2Fb", "a%2Fb"),
        ],
    )
    def test_is_relative_to_the_base(self, location: str, target: str) -> None:
        assert redirected_target(BASE, "repos/acme/old", location) == target

    @example("0\x00")
    @given(
        st.lists(
            st.sampled_from(
                ["https:", "//", "/", "api.example", "v3", "..", "%2e", "@", ":443", "?", "#", "[", "\\", " "]
            )
            | st.text(max_size=3),
            max_size=8,
        ).map("".join)
    )
    def test_of_any_text_is_a_target_inside_or_none(self, location: str) -> None:
        target = redirected_target(BASE, "repos/acme/old", location)

        if target is not None:
            check(Request("GET", target))  # an upstream's odd Location must not look like a caller's fault
            assert urlsplit(urljoin(BASE, BASE + target)).path.startswith("/v3/")
            assert urlsplit(BASE + target).netloc == "api.example"

    def test_writes_what_has_no_place_in_a_request_line(self) -> None:
        assert redirected_target(BASE, "a", f"{BASE}b c/é/%20?q=ü d") == "b%20c/%C3%A9/%20?q=%C3%BC%20d"
        assert redirected_target(BASE, "a", f"{BASE}b\udcff") == "b%FF"
