"""URLs of upstream's API lead to the mount, for each caller as it has addressed the gateway. On sockets, with all stages."""

import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.serving import running
from app.server import create_app
from tests.gateway import Ask, Got, asking, container_of, sent_raw, serving_gateway

ROCKET = "/github/repos/acme/rocket"
ISSUES = f"{ROCKET}/issues?state=all&per_page=3"
PUBLIC = "https://headgate.example/prefix"
MINE = {"Authorization": "Bearer ghp_mine"}

Serve = Callable[..., AbstractAsyncContextManager[tuple[str, Ask]]]


@pytest.fixture
async def github() -> AsyncIterator[tuple[GitHubStandIn, str]]:
    stand_in = GitHubStandIn(Knobs(limits=Limits.alike(1_000)))
    async with running(stand_in.app) as url:
        yield stand_in, url


@pytest.fixture
def serve(github: tuple[GitHubStandIn, str]) -> Serve:
    """Serves a gateway before the stand-in, with more settings of its server and of the mount."""

    @asynccontextmanager
    async def served(server: dict[str, Any] | None = None, **mount: Any) -> AsyncIterator[tuple[str, Ask]]:
        settings = {"kind": "github", "base_url": github[1], "mount": "/github", **mount}
        container = container_of(server, github=settings)
        async with serving_gateway(create_app(container)) as url, asking(url) as ask:
            yield url, ask

    return served


@pytest.fixture
async def gateway(serve: Serve) -> AsyncIterator[tuple[str, Ask]]:
    async with serve() as served:
        yield served


class TestBodies:
    async def test_hold_no_url_of_upstreams(self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]) -> None:
        url, ask = gateway
        for path in (ROCKET, ISSUES, f"{ROCKET}/pulls", f"{ROCKET}/contents/README.md", f"{ROCKET}/releases",
                     f"{ROCKET}/commits", "/github/users/acme", "/github/search/repositories?q=rocket"):  # fmt: skip
            for _ in range(2):
                answer = await ask(path, **MINE)
                assert answer.status == 200
                assert github[1].encode() not in answer.raw
                assert f"{url}/github/".encode() in answer.raw
                assert b'"https://github.com/' in answer.raw

    async def test_are_for_each_as_they_have_addressed_the_gateway(
        self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]
    ) -> None:
        url, ask = gateway
        for _ in range(3):
            for host in (url.removeprefix("http://"), "one.example", "TWO.example:81", "[::1]:8000"):
                answer = await ask(ROCKET, Host=host, **MINE)
                assert answer.body["url"] == f"http://{host}/github/repos/acme/rocket"
        assert github[0].log.total == 1

    @pytest.mark.parametrize("host", ["evil.example/x", 'a"b', "a b", "a@b", "<x>"])
    async def test_reflect_no_host_that_is_none(self, gateway: tuple[str, Ask], host: str) -> None:
        url, _ = gateway
        asked = f"GET {ROCKET} HTTP/1.1\r\nHost: {host}\r\nAuthorization: token x\r\nConnection: close\r\n\r\n"
        answer = await sent_raw(url, asked.encode())
        assert answer.status == 200
        assert json.loads(answer.body)["url"] == f"{url}/github/repos/acme/rocket"
        assert host.encode() not in answer.body

    async def test_are_compressed_for_who_takes_it(
        self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]
    ) -> None:
        url, _ = gateway
        bodies = []
        for _ in range(2):
            for accepting in ("Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n", ""):
                head = f"GET {ISSUES} HTTP/1.1\r\nHost: a\r\nAuthorization: token x\r\nConnection: close\r\n{accepting}\r\n"
                answer = await sent_raw(url, head.encode())
                assert int(answer.headers["content-length"]) == len(answer.body)
                assert ("content-encoding" in answer.headers) is ("gzip" in accepting)
                bodies.append(gzip.decompress(answer.body) if "gzip" in accepting else answer.body)
        assert len({*bodies}) == 1
        assert b'"url":"http://a/github/repos/acme/rocket' in bodies[0]
        assert github[0].log.total == 1

    async def test_of_a_head_are_as_long_as_of_a_get(self, gateway: tuple[str, Ask]) -> None:
        _, ask = gateway
        cold = await ask(ROCKET, "HEAD", **MINE)
        whole = await ask(ROCKET, Accept_Encoding="identity", **MINE)
        warm = await ask(ROCKET, "HEAD", Accept_Encoding="identity", **MINE)
        assert "Content-Length" not in cold.headers
        assert warm.headers["Content-Length"] == str(len(whole.raw))
        assert warm.headers["ETag"] == whole.headers["ETag"]

    async def test_leave_what_people_write(self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]) -> None:
        url, ask = gateway
        upstream = github[1].rstrip("/")
        text = f'See "url": "{upstream}/x", {{"url":"{upstream}/y"}} and \\"url\\":\\"{upstream}/z'
        body = json.dumps({"title": f'"url":"{upstream}/t"', "body": text}).encode()
        head = (
            f"POST {ROCKET}/issues HTTP/1.1\r\nHost: a\r\nAuthorization: token x\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        made = await sent_raw(url, head.encode() + body)
        issue = json.loads(made.body)
        assert (made.status, issue["body"], issue["title"]) == (201, text, f'"url":"{upstream}/t"')
        assert issue["url"] == f"http://a/github/repos/acme/rocket/issues/{issue['number']}"
        read = await ask(issue["url"].removeprefix("http://a"), Authorization="token x")
        assert (read.body["body"], read.body["url"]) == (text, f"{url}{issue['url'].removeprefix('http://a')}")

    async def test_of_files_are_files(self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]) -> None:
        _, ask = gateway
        repository = github[0].world.repository("acme", "rocket")
        assert repository is not None
        content = json.dumps({"url": f"{github[1]}repos/x", "_links": {"self": {"href": f"{github[1]}y"}}}).encode()
        repository.files["urls.json"] = content
        raw = await ask(f"{ROCKET}/contents/urls.json", Accept="application/vnd.github.raw+json", **MINE)
        assert raw.raw == content
        by_fields = await ask(f"{ROCKET}/contents/urls.json", **MINE)
        assert github[1].encode() not in by_fields.raw

    async def test_in_parts(self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]) -> None:
        _, ask = gateway
        asked = {"Accept_Encoding": "identity", **MINE}
        whole = await ask(ROCKET, **asked)
        for _ in range(2):
            part = await ask(ROCKET, Range="bytes=100-199", **asked)
            assert (part.status, part.raw) == (206, whole.raw[100:200])
            assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.raw)}"
            assert part.headers["ETag"] == whole.headers["ETag"]


class TestTags:
    async def test_validate_what_was_sent(self, gateway: tuple[str, Ask]) -> None:
        _, ask = gateway
        first = await ask(ROCKET, **MINE)
        for again in ({}, {"Cache_Control": "no-cache"}, {"Accept_Encoding": "identity"}):
            known = await ask(ROCKET, If_None_Match=first.headers["ETag"], **MINE, **again)
            assert (known.status, known.raw, known.headers["ETag"]) == (304, b"", first.headers["ETag"])
        elsewhere = await ask(ROCKET, If_None_Match=first.headers["ETag"], Host="other.example", **MINE)
        assert (elsewhere.status, elsewhere.body["url"]) == (200, "http://other.example/github/repos/acme/rocket")
        assert elsewhere.headers["ETag"] != first.headers["ETag"]
        assert (await ask(ROCKET, If_None_Match="*", **MINE)).status == 304

    async def test_find_back_on_a_cold_cache(self, github: tuple[GitHubStandIn, str], serve: Serve) -> None:
        """After a restart, and in another worker: the tag itself says all."""
        tags: list[str] = []
        for _ in range(2):
            async with serve({"public_url": PUBLIC}) as (_, ask):
                for tag in tags:
                    known = await ask(ROCKET, If_None_Match=tag, **MINE)
                    assert (known.status, known.headers["ETag"]) == (304, tag)
                    assert github[0].log.statuses[304] == 1
                tags.append((await ask(ROCKET, **MINE)).headers["ETag"])
        assert tags[0] == tags[1]

    async def test_of_upstreams_own_match_nothing_that_was_sent(
        self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]
    ) -> None:
        async with asking(github[1].rstrip("/")) as directly:
            tag = (await directly("/repos/acme/rocket", **MINE)).headers["ETag"]
        _, ask = gateway
        for _ in range(2):  # on a cold cache, and on a warm one
            got = await ask(ROCKET, If_None_Match=tag, **MINE)
            assert (got.status, got.body["name"]) == (200, "rocket")


class TestWhereThingsAre:
    async def test_pages_are_turned_through_the_mount(
        self, github: tuple[GitHubStandIn, str], gateway: tuple[str, Ask]
    ) -> None:
        url, ask = gateway
        path, numbers = ISSUES, []
        while path:
            page = await ask(path, **MINE)
            numbers += [issue["number"] for issue in page.body]
            links = {link["rel"]: str(link["url"]) for link in _links(page)}
            assert all(link.startswith(f"{url}{ROCKET}/issues?") for link in links.values())
            path = links.get("next", "").removeprefix(url)
        assert len(numbers) == len({*numbers}) > 3
        assert github[0].log.total == -(-len(numbers) // 3)

    async def test_who_has_moved_is_found_through_the_mount(self, gateway: tuple[str, Ask]) -> None:
        url, ask = gateway
        for _ in range(2):
            moved = await ask("/github/repos/acme/thruster", **MINE)
            location = moved.headers["Location"]
            assert (moved.status, moved.body["url"]) == (301, location)
            assert location.startswith(f"{url}/github/repositories/")
            there = await ask(location.removeprefix(url), **MINE)
            assert there.body["url"].startswith(f"{url}/github/repos/acme/")


class TestAddressing:
    async def test_a_trusted_proxy_says_how_it_was_called(
        self, github: tuple[GitHubStandIn, str], serve: Serve
    ) -> None:
        async with serve({"trusted_proxies": ["127.0.0.0/8"]}) as (url, ask):
            for _ in range(2):
                for fields, base in (
                    ({"X_Forwarded_Host": "gw.example", "X_Forwarded_Proto": "https"}, "https://gw.example"),
                    ({"Forwarded": 'host="other.example:8443";proto=https'}, "https://other.example:8443"),
                    ({"X_Forwarded_Prefix": "/headgate"}, f"{url}/headgate"),
                    ({}, url),
                ):
                    answer = await ask(ROCKET, **MINE, **fields)
                    assert answer.body["url"] == f"{base}/github/repos/acme/rocket"
        assert github[0].log.total == 1

    async def test_nobody_else_does(self, serve: Serve) -> None:
        async with serve({"trusted_proxies": ["10.0.0.0/8"]}) as (url, ask):
            for _ in range(2):
                answer = await ask(ROCKET, X_Forwarded_Host="evil.example", Forwarded="host=evil.example", **MINE)
                assert answer.body["url"] == f"{url}/github/repos/acme/rocket"

    async def test_the_operators_word_counts_most(self, serve: Serve) -> None:
        async with serve({"public_url": PUBLIC, "trusted_proxies": ["127.0.0.1"]}) as (_, ask):
            for fields in ({}, {"Host": "other.example"}, {"X_Forwarded_Host": "another.example"}):
                answer = await ask(ISSUES, **MINE, **fields)
                assert answer.body[0]["url"].startswith(f"{PUBLIC}/github/repos/acme/rocket/issues/")
                assert f"<{PUBLIC}{ROCKET}/issues?" in answer.headers["Link"]


class TestExtent:
    async def test_headers_only(self, github: tuple[GitHubStandIn, str], serve: Serve) -> None:
        async with serve(rewrite="headers") as (url, ask):
            for host in (url.removeprefix("http://"), "other.example"):
                answer = await ask(ISSUES, Host=host, **MINE)
                assert answer.body[0]["url"].startswith(github[1])
                assert f"<http://{host}{ROCKET}/issues?" in answer.headers["Link"]
                assert "-hg" not in answer.headers["ETag"]

    async def test_off(self, github: tuple[GitHubStandIn, str], serve: Serve) -> None:
        async with serve(rewrite="off") as (_, ask):
            answer = await ask(ISSUES, **MINE)
            assert answer.body[0]["url"].startswith(github[1])
            assert f"<{github[1]}" in answer.headers["Link"]
            moved = await ask("/github/repos/acme/thruster", **MINE)
            assert moved.headers["Location"].startswith(github[1])


class Things:
    """An upstream with strong tags, whose things are written under a condition, and which leads to itself."""

    def __init__(self) -> None:
        self.content = b'{"url": "BASE/things/1", "a": 1}'
        self.seen: list[web.Request] = []
        self.app = web.Application()
        self.app.router.add_route("*", "/base/{path:.*}", self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append(request)
        base = f"http://{request.host}/base"
        body = self.content.replace(b"BASE", base.encode())
        tag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
        fields = {"ETag": tag, "Cache-Control": "max-age=60", "Link": f"<{base}/things?page=2>; rel=next"}
        if request.path.endswith("/moved"):
            return web.Response(status=302, headers={"Location": f"{base}/things/1"})
        if request.method == "PUT":
            if request.headers.get("If-Match") not in {tag, "*"}:
                return web.Response(status=412)
            self.content = await request.read()
            return web.Response(status=204, headers={"Content-Location": "/base/things/1"})
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=fields)
        return web.Response(body=body, content_type="application/json", headers=fields)


@pytest.fixture
async def things() -> AsyncIterator[tuple[Things, str]]:
    upstream = Things()
    async with TestServer(upstream.app) as server:
        yield upstream, str(server.make_url("/base/"))


@asynccontextmanager
async def before(base_url: str, **settings: Any) -> AsyncIterator[tuple[str, Ask]]:
    plain = {"kind": "http", "base_url": base_url, "mount": "/plain", **settings}
    async with serving_gateway(create_app(container_of(plain=plain))) as url, asking(url) as ask:
        yield url, ask


async def test_any_upstream_leads_to_its_mount_by_header_fields(things: tuple[Things, str]) -> None:
    async with before(things[1]) as (url, ask):
        thing = await ask("/plain/things/1", Authorization="x")
        assert thing.body["url"].startswith(things[1])
        assert thing.headers["Link"] == f"<{url}/plain/things?page=2>; rel=next"
        assert (await ask("/plain/moved")).headers["Location"] == f"{url}/plain/things/1"
        assert len(thing.headers["ETag"]) == 10, "as it came"


async def test_a_write_under_a_condition_and_a_tag_that_stays_strong(things: tuple[Things, str]) -> None:
    upstream, base_url = things
    async with before(base_url, rewrite="full") as (url, ask):
        thing = await ask("/plain/things/1", Accept_Encoding="gzip", Authorization="x")
        assert thing.body["url"] == f"{url}/plain/things/1"
        tag = thing.headers["ETag"]
        assert tag.startswith('"')
        assert (await ask("/plain/things/1", "PUT", If_Match='"wrong"', Authorization="x")).status == 412
        written = await ask("/plain/things/1", "PUT", If_Match=tag, Authorization="x")
        assert (written.status, written.headers["Content-Location"]) == (204, f"{url}/plain/things/1")
        assert "-hg" not in upstream.seen[-1].headers["If-Match"]


def _links(answer: Got) -> list[dict[str, str]]:
    found = []
    for line in answer.headers.getall("Link", []):
        for value in line.split(", "):
            address, _, relation = value.partition("; rel=")
            found.append({"url": address.strip("<>"), "rel": relation.strip('"')})
    return found
