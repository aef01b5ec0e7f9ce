"""What the typed API says of the cache, and what it spares upstream: a gateway before GitHub's stand-in, on sockets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.clients.github import FakeGitHubClient
from app.container import Container
from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.serving import running
from app.journal.records import Served
from app.logs.access import Requests
from app.server import create_app
from tests.gateway import Ask, asking, container_of, sent_raw, serving_gateway
from tests.waits import eventually

ROCKET = "/api/v1/repos/acme/rocket"
ISSUES = f"{ROCKET}/issues?state=all&per_page=3"
THEIRS = {"Authorization": "Bearer ghp_of_a_caller"}


@dataclass
class Gateway:
    """One before a GitHub: `ask` it, and look at what the other has seen."""

    github: GitHubStandIn
    container: Container
    base_url: str
    ask: Ask

    @property
    def asked(self) -> int:
        return self.github.log.total


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A caller's reload is heeded at once: so a test need not wait until something is stale."""
    github = GitHubStandIn(Knobs(limits=Limits.alike(1_000)))
    async with running(github.app) as upstream_url:
        settings = {
            "kind": "github",
            "base_url": upstream_url,
            "token": "ghp_of_the_gateway",
            "mount": "/github",
            "cache": {"caller_reload": "always"},
        }
        container = container_of(github=settings)
        async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
            yield Gateway(github, container, base_url, ask)


async def test_a_miss_a_hit_and_a_reload_say_so(gateway: Gateway) -> None:
    miss, hit, reload = [await gateway.ask(ROCKET, **fields) for fields in ({}, {}, {"Cache_Control": "no-cache"})]

    assert [answer.headers["Cache-Status"].rpartition("; ttl=")[0] for answer in (miss, hit, reload)] == [
        "headgate; fwd=uri-miss; fwd-status=200; stored",
        "headgate; hit",
        "headgate; fwd=request; fwd-status=304; stored",
    ]
    for answer in (miss, hit, reload):
        assert 55 <= int(answer.headers["Cache-Status"].rpartition("ttl=")[2]) <= 60
        assert 0 <= int(answer.headers["Age"]) <= 5
        assert (answer.status, answer.raw, answer.headers["ETag"]) == (200, miss.raw, miss.headers["ETag"])
        assert answer.headers.getall("Cache-Control") == ["private, no-cache"]
        assert int(answer.headers["Content-Length"]) == len(miss.raw)
    assert (gateway.asked, gateway.github.log.counted) == (2, 1)


async def test_each_answer_has_an_id_of_its_own_or_the_callers(gateway: Gateway) -> None:
    answers = [await gateway.ask(ROCKET) for _ in range(3)] + [await gateway.ask(ROCKET, X_Request_ID="mine")]

    ids = [answer.headers.getall("X-Request-ID") for answer in answers]
    assert len({first for (first,) in ids}) == 4
    assert ids[-1] == ["mine"]


@pytest.mark.parametrize("path", [ROCKET, ISSUES])
async def test_who_has_it_already_gets_304(gateway: Gateway, path: str) -> None:
    first = await gateway.ask(path)
    tag = first.headers["ETag"]

    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        known = await gateway.ask(path, If_None_Match=given)
        assert (known.status, known.raw, known.headers["ETag"]) == (304, b"", tag)
        assert known.headers["Cache-Status"].startswith("headgate; hit; ttl=")
        assert known.headers.get("Link") == first.headers.get("Link")
        assert "Content-Length" not in known.headers
        assert "Content-Type" not in known.headers
    for given in ('"other"', tag.strip('"'), '""'):
        assert (await gateway.ask(path, If_None_Match=given)).status == 200
    assert gateway.asked == 1


async def test_a_304_may_need_asking_upstream(gateway: Gateway) -> None:
    tag = (await gateway.ask(ROCKET)).headers["ETag"]

    unchanged = await gateway.ask(ROCKET, If_None_Match=tag, Cache_Control="no-cache")
    gateway.github.tick("acme/rocket")
    changed = await gateway.ask(ROCKET, If_None_Match=tag, Cache_Control="no-cache")

    assert (unchanged.status, changed.status) == (304, 200)
    assert "fwd-status=304" in unchanged.headers["Cache-Status"]
    assert "fwd-status=200" in changed.headers["Cache-Status"]
    assert changed.headers["ETag"] != tag


@pytest.mark.parametrize("warm", [False, True])
async def test_head_is_get_without_its_body(gateway: Gateway, warm: bool) -> None:
    if warm:
        await gateway.ask(ROCKET)
    head = await sent_raw(gateway.base_url, f"HEAD {ROCKET} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    get = await gateway.ask(ROCKET)

    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == len(get.raw)
    assert head.headers["etag"] == get.headers["ETag"]
    assert head.headers["cache-status"].startswith("headgate; hit" if warm else "headgate; fwd=uri-miss")
    assert gateway.asked == 1


async def test_a_changed_reply_makes_another_answer(gateway: Gateway) -> None:
    before = await gateway.ask(ROCKET)
    gateway.github.tick("acme/rocket")

    assert (await gateway.ask(ROCKET)).raw == before.raw, "fresh for a minute, by GitHub's word"
    after = await gateway.ask(ROCKET, Cache_Control="no-cache")
    assert after.body["stars"] == before.body["stars"] + 1
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.headers["Cache-Status"].startswith("headgate; fwd=request; fwd-status=200; stored; ttl=")
    assert (await gateway.ask(ROCKET)).raw == after.raw
    assert gateway.asked == 2


async def test_only_if_cached_asks_nobody(gateway: Gateway) -> None:
    cold = await gateway.ask(ROCKET, Cache_Control="only-if-cached")
    await gateway.ask(ROCKET)
    warm = await gateway.ask(ROCKET, Cache_Control="only-if-cached")

    assert (cold.status, cold.body["code"], warm.status) == (504, "not_cached", 200)
    assert warm.headers["Cache-Status"].startswith("headgate; hit")
    assert gateway.asked == 1


async def test_an_answer_of_several_replies_is_as_old_as_the_oldest(gateway: Gateway) -> None:
    """A list's parts come one after the other; here the second page of a slice that GitHub cuts otherwise."""
    first = await gateway.ask(ISSUES)
    asked = gateway.asked
    again = await gateway.ask(ISSUES)

    assert again.raw == first.raw
    assert again.headers["Link"] == first.headers["Link"]
    assert again.headers["Cache-Status"].startswith("headgate; hit; ttl=")
    assert gateway.asked == asked


async def test_a_list_names_its_neighbours_as_each_caller_calls_us(gateway: Gateway) -> None:
    here = (await gateway.ask(ISSUES)).body["next"]
    there = (await gateway.ask(ISSUES, Host="gateway.example")).body["next"]

    assert here.startswith(gateway.base_url)
    assert there.startswith("http://gateway.example/")
    assert gateway.asked == 1, "another answer of the same reply"


async def test_an_override_takes_effect_at_once_and_is_undone_at_once(gateway: Gateway) -> None:
    real = await gateway.ask(ROCKET)
    fake = FakeGitHubClient([{"full_name": "acme/rocket", "stargazers_count": 77}])

    with gateway.container.github_client.override(fake):
        overridden = await gateway.ask(ROCKET)
        assert overridden.body["stars"] == 77
        assert not {"Age", "Cache-Status"} & set(overridden.headers)
    assert (await gateway.ask(ROCKET)).raw == real.raw
    assert gateway.asked == 1


async def test_an_error_is_no_answer_to_remember(gateway: Gateway) -> None:
    gateway.github.log.clear()
    for _ in range(2):
        missing = await gateway.ask("/api/v1/repos/acme/nothing")
        assert (missing.status, missing.body["code"]) == (404, "not_found")
        assert "ETag" not in missing.headers


class TestWrites:
    """What somebody writes through the mount shows in the typed API at once, in lists and under ids, for everybody."""

    @staticmethod
    async def create(gateway: Gateway, path: str = "/github/repos/acme/rocket/issues") -> int:
        """By bytes: the asking client sends no bodies."""
        body = b'{"title":"Made through the gateway"}'
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        head += f"Authorization: {THEIRS['Authorization']}\r\n\r\n"
        return (await sent_raw(gateway.base_url, head.encode() + body)).status

    async def test_an_issue_shows_in_the_list_and_on_the_repository(self, gateway: Gateway) -> None:
        before = [(await gateway.ask(path)).body for path in (ISSUES, ROCKET)]
        await gateway.ask("/github/repos/acme/rocket/issues?per_page=1", **THEIRS)

        assert await self.create(gateway) == 201

        issues, rocket = [(await gateway.ask(path)).body for path in (ISSUES, ROCKET)]
        assert issues["items"][0]["title"] == "Made through the gateway"
        assert issues["items"][0]["number"] == before[0]["items"][0]["number"] + 1
        assert rocket["open_issues"] == before[1]["open_issues"] + 1
        (theirs,) = (await gateway.ask("/github/repos/acme/rocket/issues?per_page=1", **THEIRS)).body
        assert theirs["title"] == "Made through the gateway"

    async def test_so_does_one_that_was_made_under_the_repositorys_number(self, gateway: Gateway) -> None:
        await gateway.ask(ISSUES)
        number = (await gateway.ask("/github/repos/acme/rocket")).body["id"]

        assert await self.create(gateway, f"/github/repositories/{number}/issues") == 201

        assert (await gateway.ask(ISSUES)).body["items"][0]["title"] == "Made through the gateway"

    async def test_a_refused_write_changes_nothing(self, gateway: Gateway) -> None:
        await gateway.ask(ISSUES)
        refused = await sent_raw(
            gateway.base_url,
            b"POST /github/repos/acme/rocket/issues HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            b"Authorization: Bearer ghp_of_a_caller\r\nContent-Length: 2\r\n\r\n{}",
        )
        asked = gateway.asked

        assert refused.status == 422
        assert (await gateway.ask(ISSUES)).headers["Cache-Status"].startswith("headgate; hit")
        assert gateway.asked == asked


async def test_an_access_line_says_what_was_asked(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    paths = (ROCKET, "/github/zen", "/github/rate_limit")
    with caplog.at_level("INFO", logger="access"):
        for path in paths:
            await gateway.ask(f"{path}?secret=1" if path == "/github/zen" else path, **THEIRS)
        await eventually(lambda: len(logged(caplog)) == len(paths))
    assert [record.path for record in logged(caplog)] == [*paths]
    assert "secret" not in caplog.text


def logged(caplog: pytest.LogCaptureFixture) -> list[Served]:
    return [served for record in caplog.records if isinstance(record.msg, Requests) for served in record.msg.served]
