"""The stage learns from every reply what upstream will take, and sends nothing that it would refuse."""

import asyncio
import json

import pytest

from app.call import Call, Urgency, serving
from app.clients.facebook import FacebookDialect
from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.errors import PrimaryLimit, QuotaReserved, SecondaryLimit, Unreachable
from app.identity import ANONYMOUS, Identity, SealedCredential
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import Ledger
from app.transport.budget.rules import BudgetRules
from app.transport.budget.stage import Budget
from app.transport.dialect import Dialect, Quota
from app.transport.exchange import Buffered, Headers, Reply, Request, Streamed
from app.transport.health import Health
from tests.unit.transport.stages import Body, Scripted, buffered

OWN = Identity("gateway:github", SealedCredential({"Authorization": "Bearer own"}))
CALLER = Identity("caller:1", SealedCredential({"Authorization": "Bearer theirs"}))
NOW = 1_800_000_000.0
RESET = int(NOW) + 600
REPOSITORY = Request("GET", "repos/acme/rocket")
SEARCH = Request("GET", "search/issues?q=rocket")
SECONDARY = b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}'


def quota_fields(remaining: int, *, resource: str = "core", limit: int = 100, reset: int = RESET) -> dict[str, str]:
    return {
        "x-ratelimit-resource": resource,
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-used": str(limit - remaining),
        "x-ratelimit-reset": str(reset),
    }


class Rig:
    """The stage above scripted replies, with a clock that only the test moves."""

    def __init__(
        self,
        *answers: Reply | BaseException,
        dialect: Dialect | None = None,
        own: Identity = OWN,
        rules: BudgetRules | None = None,
    ) -> None:
        self.now = NOW
        self.below = Scripted(*answers)
        self.health = Health()
        ledger = Ledger()
        loop = asyncio.get_running_loop()
        self.gate = Gate("github", ledger, rules or BudgetRules(), clock=self.clock, monotonic=loop.time)
        self.stage = Budget(
            self.below,
            "github",
            self.gate,
            ledger,
            dialect or GitHubDialect(),
            own,
            self.health,
            clock=self.clock,
            monotonic=loop.time,
        )

    def clock(self) -> float:
        return self.now

    async def ask(self, request: Request = REPOSITORY, call: Call | None = None) -> Reply:
        with serving(call or Call()):
            return await self.stage.send(request)


async def test_after_a_reply_that_leaves_nothing_nothing_is_sent_until_the_reset() -> None:
    rig = Rig(buffered(200, quota_fields(0)), buffered(200, quota_fields(99, reset=RESET + 3600)))
    await rig.ask()
    with pytest.raises(PrimaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == 600
    assert len(rig.below.asked) == 1
    rig.now = RESET
    await rig.ask()
    assert len(rig.below.asked) == 2


async def test_each_resource_and_each_credential_has_a_quota_of_its_own() -> None:
    rig = Rig(buffered(200, quota_fields(0)), buffered(), buffered())
    await rig.ask()
    await rig.ask(SEARCH)
    await rig.ask(call=Call(identity=CALLER))
    with pytest.raises(PrimaryLimit):
        await rig.ask()


async def test_a_quota_of_another_resource_than_was_thought_is_learned_as_that() -> None:
    rig = Rig(buffered(200, quota_fields(0, resource="code_search")), buffered())
    await rig.ask()
    await rig.ask(Request("GET", "repos/acme/lander"))
    with pytest.raises(PrimaryLimit):
        await rig.ask(Request("GET", "search/code?q=rocket"))


async def test_what_is_free_is_asked_in_any_case_and_tells_of_all_quotas() -> None:
    told = {
        "resources": {
            "core": {"limit": 100, "used": 100, "remaining": 0, "reset": RESET},
            "search": {"limit": 30, "used": 1, "remaining": 29, "reset": RESET},
        }
    }
    free = Request("GET", "rate_limit")
    rig = Rig(buffered(body=json.dumps(told).encode()), buffered(body=json.dumps(told).encode()))
    await rig.ask(free)
    with pytest.raises(PrimaryLimit):
        await rig.ask()
    await rig.ask(free)
    assert rig.health.quotas["search"] == Quota("search", 30, 29, 1, RESET)


async def test_health_hears_of_quotas_and_of_whom_they_are() -> None:
    rig = Rig(buffered(200, quota_fields(7)), buffered(200, quota_fields(9)), buffered())
    await rig.ask()
    await rig.ask(call=Call(identity=ANONYMOUS))
    await rig.ask()
    assert rig.health.quotas == {"core": Quota("core", 100, 7, 93, RESET)}
    assert rig.health.quotas_of[ANONYMOUS.partition] == {"core": Quota("core", 100, 9, 91, RESET)}
    assert rig.health.news == 2


async def test_who_asks_anonymously_shares_the_quota_that_we_have_without_a_token() -> None:
    rig = Rig(buffered(200, quota_fields(7)), own=ANONYMOUS)
    await rig.ask(call=Call(identity=ANONYMOUS))
    assert rig.health.quotas == {"core": Quota("core", 100, 7, 93, RESET)}


@pytest.mark.parametrize("status", [403, 429])
async def test_a_secondary_limit_holds_for_a_minute_and_then_grows(status: int) -> None:
    limit = [buffered(status, quota_fields(50), SECONDARY) for _ in range(2)]
    rig = Rig(*limit, buffered(200, quota_fields(49)))
    assert (await rig.ask()).status == status
    with pytest.raises(SecondaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == pytest.approx(60, abs=0.01)
    rig.now += 61
    assert (await rig.ask()).status == status
    with pytest.raises(SecondaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == pytest.approx(120, abs=0.01)
    rig.now += 121
    assert (await rig.ask()).status == 200


async def test_a_secondary_limit_that_says_how_long_holds_so_long() -> None:
    rig = Rig(buffered(429, {"Retry-After": "7"}, SECONDARY), buffered())
    await rig.ask()
    with pytest.raises(SecondaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == pytest.approx(7, abs=0.01)
    rig.now += 7.01
    await rig.ask()


async def test_a_query_that_is_limited_inside_a_200_blocks_though_points_are_left() -> None:
    limited = b'{"data": null, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}'
    fields = {**quota_fields(50, resource="graphql"), "Content-Type": "application/json"}
    rig = Rig(buffered(200, fields, limited))
    query = Request("POST", "graphql", body=b"{}")
    await rig.ask(query)
    with pytest.raises(SecondaryLimit):
        await rig.ask(query)
    assert len(rig.below.asked) == 1


async def test_a_403_that_is_no_limit_blocks_nothing() -> None:
    rig = Rig(buffered(403, quota_fields(50), b'{"message": "Must have admin rights to Repository."}'), buffered())
    await rig.ask()
    await rig.ask()


async def test_an_upstream_that_says_only_429() -> None:
    rig = Rig(buffered(429, {"Retry-After": "30"}), dialect=PlainDialect())
    await rig.ask()
    with pytest.raises(SecondaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == pytest.approx(30, abs=0.01)


async def test_nothing_stays_under_way_whatever_came_of_it() -> None:
    rig = Rig(Unreachable("github", "refused"), RuntimeError("bug"), buffered())
    with pytest.raises(Unreachable):
        await rig.ask()
    with pytest.raises(RuntimeError):
        await rig.ask()
    await rig.ask()
    assert rig.gate.in_flight == 0


async def test_a_stream_is_under_way_until_its_body_ends() -> None:
    body = Body(b"a", b"b")
    rig = Rig(body.reply(200, quota_fields(50)))
    reply = await rig.ask()
    assert isinstance(reply, Streamed)
    assert rig.gate.in_flight == 1
    reply.close()
    assert rig.gate.in_flight == 0


async def test_classes() -> None:
    rig = Rig(buffered(200, quota_fields(4)), buffered(), rules=BudgetRules(interactive_percent=5))
    await rig.ask()
    with pytest.raises(QuotaReserved):
        await rig.ask()
    await rig.ask(call=Call(urgency=Urgency.INTERACTIVE))


class Slow:
    """Answers when it is told to: `rate_limit` at once."""

    def __init__(self, remaining: int) -> None:
        self.asked: list[str] = []
        self.let_go = asyncio.Event()
        self._remaining = remaining

    async def send(self, request: Request) -> Buffered:
        self.asked.append(request.target)
        if request.target == "rate_limit":
            used = 100 - self._remaining
            core = {"limit": 100, "used": used, "remaining": self._remaining, "reset": RESET}
            return buffered(body=json.dumps({"resources": {"core": core}}).encode())
        await self.let_go.wait()
        return buffered(200, quota_fields(self._remaining))


async def test_a_burst_on_an_unknown_quota_asks_once_what_is_left() -> None:
    rig, below = Rig(), Slow(remaining=0)
    rig.stage._following = below
    asking = [asyncio.create_task(rig.ask(Request("GET", f"repos/acme/{number}"))) for number in range(20)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert below.asked == ["repos/acme/0", "rate_limit"]
    refused = await asyncio.gather(*asking[1:], return_exceptions=True)
    assert all(isinstance(one, PrimaryLimit) for one in refused)
    below.let_go.set()
    assert (await asking[0]).status == 200


async def test_a_burst_goes_on_as_soon_as_it_is_known_that_it_may() -> None:
    rig, below = Rig(), Slow(remaining=50)
    rig.stage._following = below
    asking = [asyncio.create_task(rig.ask(Request("GET", f"repos/acme/{number}"))) for number in range(20)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert sorted(below.asked) == sorted(["rate_limit", *(f"repos/acme/{number}" for number in range(20))])
    below.let_go.set()
    assert {reply.status for reply in await asyncio.gather(*asking)} == {200}


async def test_where_replies_tell_nothing_a_burst_does_not_wait() -> None:
    rig = Rig(buffered(), *(buffered() for _ in range(3)))
    await rig.ask()  # as a GitHub Enterprise Server without rate limits answers
    assert rig.stage._books[OWN.partition, "core"].silent_until > asyncio.get_running_loop().time()
    await asyncio.gather(*(rig.ask(Request("GET", f"repos/acme/{number}")) for number in range(3)))
    assert all(request.target != "rate_limit" for request in rig.below.asked)


SPENT = b'{"message": "API rate limit exceeded for user ID 1."}'


@pytest.mark.parametrize("ahead_seconds", [0.3, 30])
async def test_where_our_clock_is_ahead_of_the_reset_a_refusal_is_not_asked_for_again_and_again(
    ahead_seconds: float,
) -> None:
    rig = Rig(*(buffered(403, quota_fields(0), SPENT) for _ in range(10)))
    rig.now = RESET + ahead_seconds  # as we see it; there it is RESET
    waits = []
    while rig.now < RESET + 2 * ahead_seconds:  # until then it refuses
        await rig.ask()
        with pytest.raises(SecondaryLimit) as caught:
            await rig.ask()
        waits.append(caught.value.retry_after_seconds)
        rig.now += caught.value.retry_after_seconds + 0.01
    assert waits == pytest.approx([2.0**number for number in range(len(waits))], abs=0.01)
    assert len(rig.below.asked) == len(waits) <= 5


async def test_a_limit_that_was_lowered_within_the_window_is_a_limit() -> None:
    rig = Rig(buffered(200, quota_fields(900, limit=1000)), buffered(403, quota_fields(0, limit=50), SPENT))
    await rig.ask()
    await rig.ask()
    with pytest.raises(SecondaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == pytest.approx(600, abs=0.01)


async def test_a_target_that_counts_against_another_resource_is_known_to_do_so() -> None:
    snapshots = Request("POST", "repos/acme/rocket/dependency-graph/snapshots?first=1", body=b"{}")
    rig = Rig(
        buffered(403, quota_fields(0, resource="dependency_snapshots"), SPENT),
        buffered(200, quota_fields(50)),
        buffered(200, quota_fields(99, reset=RESET + 3600)),
        buffered(200, quota_fields(98, reset=RESET + 3600)),
    )
    await rig.ask(snapshots)
    with pytest.raises(PrimaryLimit):
        await rig.ask(snapshots)
    await rig.ask()  # the others are not meant
    rig.now = RESET
    await rig.ask(snapshots)  # now it says that it counts as most do
    await rig.ask(snapshots)


async def test_the_points_of_a_stream_are_counted_when_its_reply_begins() -> None:
    body = Body(b"a", b"b")
    rig = Rig(body.reply(200, quota_fields(1)), buffered(200, quota_fields(0)))
    reply = await rig.ask()
    assert isinstance(reply, Streamed)
    await rig.ask()  # the last point: nobody need wait for the end of the download
    assert rig.gate.in_flight == 1
    reply.close()
    assert rig.gate.in_flight == 0


class Misread(GitHubDialect):
    """One that has a bug."""

    def quotas(self, headers: Headers) -> tuple[Quota, ...]:
        raise ZeroDivisionError


async def test_a_dialect_that_fails_keeps_no_place() -> None:
    rig = Rig(buffered(), dialect=Misread())
    with pytest.raises(ZeroDivisionError):
        await rig.ask()
    assert rig.gate.in_flight == 0


async def test_what_is_said_of_a_far_future_is_nonsense() -> None:
    rig = Rig(
        buffered(200, quota_fields(0, reset=2**32 - 1)),
        buffered(200, quota_fields(0)),
    )
    await rig.ask()
    await rig.ask()
    with pytest.raises(PrimaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == 600


async def test_no_limit_holds_for_ever() -> None:
    rig = Rig(buffered(429, {"Retry-After": "99999999999"}, SECONDARY), buffered())
    await rig.ask()
    with pytest.raises(SecondaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == pytest.approx(86_400, abs=1)


async def test_quotas_without_an_end_make_nobody_wait_for_news() -> None:
    rig = Rig(buffered(200, quota_fields(50, reset=0)))
    await rig.ask()
    assert rig.stage._books[OWN.partition, "core"].silent_until > asyncio.get_running_loop().time()


async def test_a_limit_is_one_whatever_status_the_upstream_gives_it() -> None:
    limited = b'{"error": {"message": "Application request limit reached", "code": 4}}'
    rig = Rig(buffered(400, body=limited), dialect=FacebookDialect())
    await rig.ask()
    with pytest.raises(SecondaryLimit) as caught:
        await rig.ask()
    assert caught.value.retry_after_seconds == pytest.approx(3600, abs=0.01)
