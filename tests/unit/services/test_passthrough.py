"""Passing through: on whose credential a request goes on, and what is said of quotas."""

import pytest

from app.call import Call, current_call, serving
from app.callers.caller import Leave
from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.identity import ANONYMOUS, Identities, Identity
from app.services.passthrough import KnownQuota, PassThroughService
from app.services.rewriting.rewriting import Rewriting
from app.transport.dialect import Dialect, Quota
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Health
from app.transport.session import UpstreamSession
from app.transport.upstream import Upstream
from tests.live import CONNECTION
from tests.unit.api.test_answer_memory import FakeSource
from tests.unit.transport.stages import buffered

NOW = 1_800_000_000.0
CORE = Quota("core", 5_000, 4_990, 10, int(NOW) + 600)
SAID = {
    "x-ratelimit-resource": "core",
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "17",
    "x-ratelimit-used": "4983",
    "x-ratelimit-reset": str(int(NOW) - 3_000),
}
TOKEN = {"authorization": "Bearer ghp_of_a_caller"}


class Noting:
    """Answers the same, and notes on whose behalf it was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[tuple[Request, Identity | None]] = []

    async def send(self, request: Request) -> Reply:
        self.asked.append((request, current_call().identity))
        return self.reply


def stored(headers: dict[str, str], source: FakeSource) -> Buffered:
    reply = buffered(200, headers, b"{}")
    return Buffered(reply.upstream, 200, reply.headers, b"{}", 1_000, source)


def upstream_of(stage: Noting, health: Health | None = None, dialect: Dialect | None = None) -> Upstream:
    session = UpstreamSession("github", CONNECTION)  # never opened
    dialect = dialect or GitHubDialect()
    return Upstream("github", "github", "https://github.example/", dialect, stage, stage, session, health or Health())


def service_of(upstream: Upstream) -> PassThroughService:
    upstreams = {"github": upstream}
    return PassThroughService(upstreams, Identities(b"k" * 32), Rewriting(upstreams, {}))


class TestIdentity:
    @staticmethod
    async def identity(method: str, credentials: dict[str, str], leave: Leave) -> Identity | None:
        stage = Noting(buffered())
        with serving(Call()):
            await service_of(upstream_of(stage)).send(
                "github", Request(method, "repos/acme/rocket"), credentials, leave=leave
            )
        ((_, identity),) = stage.asked
        return identity

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    async def test_our_own_credential_reads_for_who_is_trusted(self, method: str) -> None:
        assert await self.identity(method, {}, Leave.READ) is None

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "M-SEARCH", "QUERY"])
    async def test_it_writes_only_for_whose_key_says_so(self, method: str) -> None:
        assert await self.identity(method, {}, Leave.READ) is ANONYMOUS
        assert await self.identity(method, {}, Leave.WRITE) is None

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
    async def test_who_is_not_trusted_is_nobody(self, method: str) -> None:
        assert await self.identity(method, {}, Leave.NONE) is ANONYMOUS

    @pytest.mark.parametrize("leave", Leave)
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_who_brings_a_credential_is_who_it_says(self, method: str, leave: Leave) -> None:
        identity = await self.identity(method, TOKEN, leave)

        assert identity is not None
        assert identity.credential is not None
        assert identity.credential.reveal() == TOKEN
        assert identity.partition == Identities(b"k" * 32).of(TOKEN).partition


class TestQuota:
    @staticmethod
    async def quota(upstream: Upstream, credentials: dict[str, str], *, leave: Leave = Leave.READ) -> KnownQuota | None:
        with serving(Call()):
            return (await service_of(upstream).send("github", Request("GET", "x"), credentials, leave=leave)).quota

    async def test_instead_of_what_is_stored_the_newest_is_told(self) -> None:
        health = Health()
        quota = await self.quota(upstream_of(Noting(stored(SAID, FakeSource())), health), {})
        assert quota is not None
        assert quota.lines(NOW) == "", "what is stored is long past, and nothing newer is known"

        for remaining in (4_990, 4_989):
            health.learn("gateway:github", (CORE._replace(remaining=remaining),), own=True)
            assert f"\r\nx-ratelimit-remaining: {remaining}\r\n" in quota.lines(NOW)

    async def test_each_is_told_of_their_own(self) -> None:
        health = Health()
        mine = Identities(b"k" * 32).of(TOKEN).partition
        health.learn("gateway:github", (CORE._replace(remaining=1),), own=True)
        health.learn(mine, (CORE._replace(remaining=2),), own=False)
        health.learn(ANONYMOUS.partition, (CORE._replace(remaining=3),), own=False)

        told: list[str] = []
        for credentials, leave in (
            ({}, Leave.READ),
            (TOKEN, Leave.READ),
            ({}, Leave.NONE),
            ({"authorization": "x"}, Leave.READ),
        ):
            # Each has an entry of its own in the cache.
            quota = await self.quota(upstream_of(Noting(stored(SAID, FakeSource())), health), credentials, leave=leave)
            assert quota is not None
            told.append(quota.lines(NOW).partition("x-ratelimit-remaining: ")[2].partition("\r\n")[0])

        assert told == ["1", "2", "3", ""]

    @pytest.mark.parametrize(
        ("reset", "known"), [(int(NOW) + 1, True), (int(NOW), False), (int(NOW) - 1, False), (None, True)]
    )
    async def test_a_window_that_has_ended_says_nothing(self, reset: int | None, known: bool) -> None:
        health = Health()
        health.learn("gateway:github", (CORE._replace(reset_epoch_seconds=reset),), own=True)

        quota = await self.quota(upstream_of(Noting(stored(SAID, FakeSource())), health), {})

        assert quota is not None
        assert bool(quota.lines(NOW)) is known

    async def test_it_counts_the_news(self) -> None:
        health = Health()
        quota = await self.quota(upstream_of(Noting(stored(SAID, FakeSource())), health), {})
        assert quota is not None
        before = quota.news
        health.learn("gateway:github", (CORE,), own=True)
        assert quota.news != before

    async def test_what_is_not_remembered_keeps_its_own_fields(self) -> None:
        assert await self.quota(upstream_of(Noting(buffered(200, SAID))), {}) is None

    async def test_what_says_nothing_of_quotas_gets_none(self) -> None:
        assert await self.quota(upstream_of(Noting(stored({}, FakeSource()))), {}) is None
        plain = upstream_of(Noting(stored(SAID, FakeSource())), dialect=PlainDialect())
        assert await self.quota(plain, {}) is None

    async def test_it_is_found_once_for_each_stored_reply(self) -> None:
        upstream = upstream_of(Noting(stored(SAID, FakeSource())))
        assert await self.quota(upstream, {}) is await self.quota(upstream, {})
