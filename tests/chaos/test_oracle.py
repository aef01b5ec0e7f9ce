"""Whom the oracle calls answerable, told by hand."""

from collections.abc import Mapping

import pytest

from tests.chaos import world
from tests.chaos.arrivals import Arrival, End
from tests.chaos.driver import Answer
from tests.chaos.gateway import OPEN_SECONDS, READ_SECONDS, STALE_IF_ERROR_SECONDS, Gateway
from tests.chaos.oracle import Oracle, Reason
from tests.chaos.plan import Episode, Fate, Kind, Plan, Trouble
from tests.chaos.questions import Question
from tests.chaos.upstream import ChaoticUpstream

FRESH_FOR_3 = next(thing for thing in map(world.item, range(100)) if world.lifetime_seconds(thing) == 3)
NEVER_FRESH = next(thing for thing in map(world.item, range(100)) if world.lifetime_seconds(thing) == 0)
RESET = Fate(Kind.RESET_BEFORE_HEAD, 0.01)
QUICK = Fate(Kind.HEALTHY, 0.1)
BEFORE = 20.0
"""When the questions come: traffic has flowed for longer than the window of the retry budget."""


class Told(Plan):
    """A plan whose fates and episodes are told."""

    def __init__(self, fates: Mapping[int, Fate], *episodes: Episode) -> None:
        super().__init__(1, "items", fault_share=0.0, first_episode_seconds=1_000.0)
        self._fates = fates
        self.episodes = episodes

    def fate(self, key: str, ordinal: int, at: float) -> Fate:
        befallen = self.episode(at) is not None
        return super().fate(key, ordinal, at) if befallen else self._fates.get(ordinal, QUICK)


def upstream(*arrivals: Arrival, plan: Plan | None = None, faults: float = 0.0) -> ChaoticUpstream:
    """With traffic that tells that the retry budget is not spent, but for a share of `faults`."""
    made = ChaoticUpstream("items", plan or Told({}), lambda: 0.0)
    for number in range(400):
        other = given(BEFORE - 10 + number / 40, thing=f"items/of-others-{number}")
        if number < 400 * faults:
            other.fate = RESET
        made.log.add(other)
    for arrival in arrivals:
        made.log.add(arrival)
    return made


def given(
    began: float, thing: str = NEVER_FRESH, *, status: int = 200, version: int = 1, method: str = "GET"
) -> Arrival:
    key = f"{method} mount /{thing}"
    return Arrival(key, thing, method, 0, 1, QUICK, None, began, began + 0.1, End.GIVEN, status, version)


def asked(
    thing: str = NEVER_FRESH, *, began: float = BEFORE, seconds: float = 1.0, method: str = "GET", code: str = ""
) -> Answer:
    question = Question(
        number=1,
        upstream="items",
        typed=False,
        method=method,
        path=f"/items/{thing}",
        thing=thing,
        key=f"{method} mount /{thing}",
        timeout_seconds=seconds,
        urgency=None,
        gzip=False,
        conditional=False,
        hangs_up_after_seconds=None,
        pause=0.0,
    )
    return Answer(question, began, began + seconds, status=504, code=code)


def judged(answer: Answer, made: ChaoticUpstream, *writes: Answer) -> Reason:
    by_thing = {write.question.thing: [*writes] for write in writes}
    return Oracle(made, Gateway("http://127.0.0.1:1", []), by_thing).judge(answer)


def test_what_is_stored_is_fresh_then_stale_then_gone() -> None:
    made = upstream(given(15.0, FRESH_FOR_3), plan=Told(dict.fromkeys(range(9), RESET)))
    assert judged(asked(FRESH_FOR_3, began=17.0), made) is Reason.FRESH
    assert judged(asked(FRESH_FOR_3, began=19.0), made) is Reason.STALE
    gone = 15.0 + 3.0 + STALE_IF_ERROR_SECONDS["items"]
    assert judged(asked(FRESH_FOR_3, began=gone - 0.5), made) is not Reason.STALE, "not until its deadline"


def test_a_reply_counts_once_it_can_have_been_stored() -> None:
    made = upstream(given(19.8, FRESH_FOR_3), plan=Told(dict.fromkeys(range(9), RESET)))
    assert judged(asked(FRESH_FOR_3), made) is Reason.FAULTS


def test_what_was_written_since_makes_it_doubtful() -> None:
    made = upstream(given(18.0, FRESH_FOR_3), plan=Told(dict.fromkeys(range(9), RESET)))
    write = asked(FRESH_FOR_3, method="POST", began=18.5, seconds=0.3)
    assert judged(asked(FRESH_FOR_3), made, write) is Reason.FAULTS


def test_a_head_that_tells_of_another_version_pushes_it_out() -> None:
    arrivals = given(18.0, FRESH_FOR_3), given(19.0, FRESH_FOR_3, version=2, method="HEAD")
    made = upstream(*arrivals, plan=Told(dict.fromkeys(range(9), RESET)))
    assert judged(asked(FRESH_FOR_3), made) is Reason.FAULTS


def test_a_304_holds_only_what_was_there() -> None:
    plan = Told(dict.fromkeys(range(9), RESET))
    first, renewed = given(12.0, FRESH_FOR_3), given(18.0, FRESH_FOR_3, status=304)
    renewed.ordinal = 1
    assert judged(asked(FRESH_FOR_3), upstream(first, renewed, plan=plan)) is Reason.FRESH
    other = given(12.0, FRESH_FOR_3, version=7)
    assert judged(asked(FRESH_FOR_3), upstream(other, renewed, plan=plan)) is Reason.FAULTS


def test_a_healthy_attempt_must_end_before_the_deadline() -> None:
    assert judged(asked(seconds=0.5), upstream()) is Reason.ATTEMPT
    assert judged(asked(seconds=0.3), upstream()) is Reason.NO_TIME


def test_the_attempts_that_are_due_are_those_of_the_rules() -> None:
    assert judged(asked(), upstream(plan=Told({0: RESET, 1: RESET}))) is Reason.ATTEMPT
    assert judged(asked(), upstream(plan=Told({0: RESET, 1: RESET, 2: RESET}))) is Reason.FAULTS
    broken = Fate(Kind.STATUS, 0.01, 500)
    assert judged(asked(), upstream(plan=Told({0: broken}))) is Reason.FAULTS, "a 500 is not asked again"
    later = Fate(Kind.STATUS, 0.01, 503, 1)
    assert judged(asked(seconds=1.0), upstream(plan=Told({0: later}))) is Reason.FAULTS, "no time for the wait"
    assert judged(asked(seconds=2.0), upstream(plan=Told({0: later}))) is Reason.ATTEMPT
    stall = Fate(Kind.STALL_BEFORE_HEAD, 0.0)
    assert judged(asked(seconds=READ_SECONDS + 0.4), upstream(plan=Told({0: stall}))) is Reason.FAULTS
    assert judged(asked(seconds=READ_SECONDS + 0.8), upstream(plan=Told({0: stall}))) is Reason.ATTEMPT


def test_repeats_are_not_counted_on_where_the_budget_may_be_spent() -> None:
    plan = Told({0: RESET})
    assert judged(asked(), upstream(plan=plan, faults=0.05)) is Reason.ATTEMPT
    assert judged(asked(), upstream(plan=plan, faults=0.2)) is Reason.SPENT
    lately = Told({0: RESET}, Episode(Trouble.FAILS, 12.0, 13.0))
    assert judged(asked(), upstream(plan=lately)) is Reason.SPENT


def test_what_is_under_way_is_the_first_attempt() -> None:
    under_way = given(19.9, FRESH_FOR_3)
    under_way.ended = 20.2
    hopeless = Told({1: RESET, 2: RESET, 3: RESET})
    assert judged(asked(FRESH_FOR_3), upstream(under_way, plan=hopeless)) is Reason.ATTEMPT
    under_way.end, under_way.fate = End.FAULT, RESET
    assert judged(asked(FRESH_FOR_3), upstream(under_way, plan=hopeless)) is Reason.FAULTS


OUTAGE = Episode(Trouble.REFUSES, 19.0, 21.0)


@pytest.mark.parametrize(
    ("began", "reason"),
    [(20.0, Reason.OPEN), (21.0 + OPEN_SECONDS, Reason.OPEN), (24.0, Reason.ATTEMPT), (18.0, Reason.ATTEMPT)],
)
def test_an_open_breaker_is_believed_where_the_plan_agrees(began: float, reason: Reason) -> None:
    made = upstream(plan=Told({}, OUTAGE))
    assert judged(asked(began=began, seconds=0.6, code="upstream_circuit_open"), made) is reason


def test_an_outage_cuts_what_is_under_way_when_it_begins() -> None:
    slow = dict.fromkeys(range(9), Fate(Kind.HEALTHY, 0.3))
    made = upstream(plan=Told(slow, Episode(Trouble.REFUSES, 20.2, 23.0)))
    assert judged(asked(), made) is not Reason.ATTEMPT


def test_a_limit_is_waited_for_where_that_is_short_and_there_is_time() -> None:
    made = upstream(plan=Told({}, Episode(Trouble.LIMITS, 18.0, 19.5)))
    assert judged(asked(seconds=0.6), made) is Reason.LIMITED
    assert judged(asked(seconds=1.5), made) is Reason.ATTEMPT
    longer = upstream(plan=Told({}, Episode(Trouble.LIMITS, 19.9, 22.0)))
    assert judged(asked(seconds=3.9), longer) is Reason.LIMITED


def test_writes_and_who_hung_up_are_not_judged() -> None:
    assert judged(asked(method="POST"), upstream()) is Reason.NOT_JUDGED
    left = asked()
    left.status = None
    assert judged(left, upstream()) is Reason.NOT_JUDGED
