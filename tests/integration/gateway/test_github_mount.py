"""GitHub's own API under a mount: on whose credential, byte for byte, and what it costs. On sockets, before a stand-in."""

import gzip
from collections.abc import AsyncIterator

import pytest

from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.serving import running
from app.server import create_app
from tests.faulty_upstream import FaultyUpstream
from tests.gateway import Ask, asking, container_of, sent_raw, serving_gateway

ROCKET = "/github/repos/acme/rocket"
ISSUES = f"{ROCKET}/issues?state=all&per_page=3"
OURS, MINE, THEIRS = "Bearer ghp_of_the_gateway", "Bearer ghp_mine", "Bearer ghp_theirs"


@pytest.fixture
def github() -> GitHubStandIn:
    return GitHubStandIn(Knobs(limits=Limits.alike(1_000), revoked_tokens=frozenset({"ghp_revoked"})))


@pytest.fixture
async def base_url(github: GitHubStandIn) -> AsyncIterator[str]:
    async with running(github.app) as upstream_url:
        settings = {"kind": "github", "base_url": upstream_url, "token": "ghp_of_the_gateway", "mount": "/github"}
        async with serving_gateway(create_app(container_of(github=settings))) as url:
            yield url


@pytest.fixture
async def ask(base_url: str) -> AsyncIterator[Ask]:
    async with asking(base_url) as ask:
        yield ask


def credentials(github: GitHubStandIn) -> list[str | None]:
    return [seen.headers.get("Authorization") for seen in github.log.recent]


class TestIdentity:
    async def test_each_credential_is_a_cache_of_its_own(self, github: GitHubStandIn, ask: Ask) -> None:
        for _ in range(2):
            for who in (MINE, THEIRS, None):
                answer = await ask(ROCKET, **({"Authorization": who} if who else {}))
                assert (answer.status, answer.body["full_name"]) == (200, "acme/rocket")
        assert credentials(github) == [MINE, THEIRS, OURS]

    async def test_a_scheme_is_a_part_of_the_credential_and_its_case_too(self, github: GitHubStandIn, ask: Ask) -> None:
        for who in ("token ghp_mine", "Bearer ghp_mine", "bearer ghp_mine"):
            await ask(ROCKET, Authorization=who)
        assert len(credentials(github)) == 3

    async def test_who_comes_from_a_web_page_is_nobody(self, github: GitHubStandIn, ask: Ask) -> None:
        await ask(ROCKET, Origin="https://page.example")
        await ask(ROCKET)
        await ask(ROCKET, Origin="https://other.example")
        assert credentials(github) == [None, OURS], "nobody's is shared by all nobodies, and with nobody else"

    async def test_our_own_credential_writes_nothing(self, github: GitHubStandIn, base_url: str) -> None:
        refused = await sent_raw(
            base_url,
            b"POST /github/repos/acme/rocket/issues HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            b'Content-Length: 13\r\n\r\n{"title":"x"}',
        )
        assert refused.status == 401
        assert credentials(github) == [None]

    async def test_a_refused_credential_is_no_answer_for_the_next(self, github: GitHubStandIn, ask: Ask) -> None:
        statuses = [
            (await ask(ROCKET, Authorization=who)).status for who in ("Bearer ghp_revoked", MINE, "Bearer ghp_revoked")
        ]
        assert statuses == [401, 200, 401]
        assert credentials(github) == ["Bearer ghp_revoked", MINE, "Bearer ghp_revoked"]


class TestQuota:
    FIELDS = ("x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-limit", "x-ratelimit-resource")

    def told(self, headers: object) -> tuple[str, ...]:
        return tuple(getattr(headers, "getall")(name)[0] for name in self.FIELDS)  # noqa: B009

    async def test_a_hit_tells_the_newest_and_each_field_once(self, ask: Ask) -> None:
        first = await ask(ROCKET, Authorization=MINE)
        later = await ask(ISSUES, Authorization=MINE)
        hit = await ask(ROCKET, Authorization=MINE)

        assert self.told(first.headers) == ("999", "1", "1000", "core")
        assert self.told(later.headers) == self.told(hit.headers) == ("998", "2", "1000", "core")
        assert hit.headers["Cache-Status"].startswith("headgate; hit")
        for name in self.FIELDS:
            assert len(hit.headers.getall(name)) == 1

    async def test_nobody_is_told_of_anothers(self, ask: Ask) -> None:
        for _ in range(3):
            await ask(ISSUES, Authorization=THEIRS, Cache_Control="no-cache")
        for _ in range(2):
            mine = await ask(ROCKET, Authorization=MINE)
            assert self.told(mine.headers)[:2] == ("999", "1")


class TestBytes:
    @pytest.fixture
    async def upstream(self) -> AsyncIterator[FaultyUpstream]:
        async with FaultyUpstream() as upstream:
            yield upstream

    @pytest.fixture
    async def plain(self, upstream: FaultyUpstream) -> AsyncIterator[str]:
        settings = {"kind": "http", "base_url": f"{upstream.url}base/", "mount": "/plain"}
        async with serving_gateway(create_app(container_of(plain=settings))) as url:
            yield url

    @staticmethod
    async def status(base_url: str, target: str, *, encoding: str = "ascii") -> int:
        asked = f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode(encoding)
        return (await sent_raw(base_url, asked)).status

    @pytest.mark.parametrize(
        ("asked", "sent"),
        [
            ("/plain", "/base/"),
            ("/plain/", "/base/"),
            ("/plain//", "/base/"),
            ("/plain?a=1", "/base/?a=1"),
            ("/plain/?a=1&a=2&b", "/base/?a=1&a=2&b"),
            ("/plain//repos/x", "/base/repos/x"),
            ("/plain/repos//x/", "/base/repos//x/"),
            ("/plain/a%2Fb/c%2fd", "/base/a%2Fb/c%2fd"),
            ("/plain/a%20b+c;d=e,f", "/base/a%20b+c;d=e,f"),
            ("/plain/%C3%A9?q=%E2%82%AC", "/base/%C3%A9?q=%E2%82%AC"),
            ("/plain/x?url=http://a/b?c", "/base/x?url=http://a/b?c"),
            ("/plain/http://other.example/x", "/base/http://other.example/x"),
            ("/plain/%7Euser/(x)!*'", "/base/%7Euser/(x)!*'"),
        ],
    )
    async def test_a_target_goes_on_as_it_came(
        self, upstream: FaultyUpstream, plain: str, asked: str, sent: str
    ) -> None:
        assert await self.status(plain, asked) == 200
        assert [seen.target for seen in upstream.seen] == [sent]

    @pytest.mark.parametrize("asked", ["/plain/../admin", "/plain/a/../../admin", "/plain/%2e%2e/admin", "/plain/.."])
    async def test_none_leaves_the_base(self, upstream: FaultyUpstream, plain: str, asked: str) -> None:
        assert await self.status(plain, asked) == 400
        assert upstream.seen == []

    @pytest.mark.parametrize("asked", ["/plain/caf\u00e9", "/plain/x?q=\u00e9"])
    @pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
    async def test_bytes_that_belong_in_no_target_are_the_callers_mistake(
        self, upstream: FaultyUpstream, plain: str, asked: str, encoding: str
    ) -> None:
        assert await self.status(plain, asked, encoding=encoding) == 400
        assert upstream.seen == []

    async def test_what_is_beside_the_mount_is_not_below_it(self, upstream: FaultyUpstream, plain: str) -> None:
        assert await self.status(plain, "/plainer/x") == 404
        assert upstream.seen == []


class TestReplies:
    async def test_a_body_goes_out_compressed_as_it_came_or_unfolded_for_who_wants_that(
        self, github: GitHubStandIn, base_url: str
    ) -> None:
        folded, unfolded = [
            await sent_raw(
                base_url, f"GET {ISSUES} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{accepting}\r\n".encode()
            )
            for accepting in ("Accept-Encoding: gzip\r\n", "")
        ]
        assert folded.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in unfolded.headers
        assert gzip.decompress(folded.body) == unfolded.body
        for answer in (folded, unfolded):
            assert int(answer.headers["content-length"]) == len(answer.body)
        assert github.log.total == 1

    @pytest.mark.parametrize("warm", [False, True])
    async def test_head(self, base_url: str, ask: Ask, warm: bool) -> None:
        if warm:
            await ask(ROCKET)
        head = await sent_raw(
            base_url, f"HEAD {ROCKET} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        again = await sent_raw(
            base_url, f"GET {ROCKET} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )

        assert (head.status, head.body) == (200, b"")
        assert head.headers["etag"] == again.headers["etag"]

    async def test_a_callers_own_condition_is_answered_here(self, github: GitHubStandIn, ask: Ask) -> None:
        tag = (await ask(ROCKET)).headers["ETag"]

        for _ in range(2):
            known = await ask(ROCKET, If_None_Match=tag)
            assert (known.status, known.raw, known.headers["ETag"]) == (304, b"", tag)
            assert "Content-Length" not in known.headers
        assert (await ask(ROCKET, If_None_Match='"other"')).status == 200
        assert github.log.total == 1

    async def test_a_part_of_what_is_stored(self, github: GitHubStandIn, ask: Ask) -> None:
        # The tag is weak, so that the part is asked for without If-Range.
        whole = await ask(ROCKET, Accept_Encoding="identity")
        for first, last in ((0, 9), (10, 19), (0, 9)):
            part = await ask(ROCKET, Accept_Encoding="identity", Range=f"bytes={first}-{last}")
            assert (part.status, part.raw) == (206, whole.raw[first : last + 1])
            assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole.raw)}"
        beyond = await ask(ROCKET, Accept_Encoding="identity", Range=f"bytes={len(whole.raw)}-")
        assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole.raw)}")
        assert github.log.total == 1

    async def test_an_error_of_upstream_goes_on_as_it_is(self, ask: Ask) -> None:
        missing = await ask("/github/repos/acme/nothing")

        assert (missing.status, missing.body["message"]) == (404, "Not Found")
        assert missing.headers["Content-Type"].startswith("application/json")

    async def test_a_redirect_is_relayed_and_not_followed(self, github: GitHubStandIn, ask: Ask) -> None:
        moved = await ask("/github/repos/acme/thruster")

        assert moved.status == 301
        assert "/repositories/" in moved.headers["Location"]
        assert github.log.total == 1
