"""Who could have been answered: decided from upstream's log and plan, not from what the gateway answered.

A question (GET or HEAD, whose caller waited) is *answerable* when

- **fresh**: upstream gave the gateway a whole reply by the same key (method, variant, target), which is still within its
  `max-age`, and nothing was written since that makes it doubtful; or
- **stale within policy**: the same, but no older than `stale_if_error_seconds` allow at the caller's deadline (not for a
  HEAD on a mount, which the gateway passes on); or
- **a healthy attempt fits**: the attempts that the retry rules demand, begun when the question came, meet a healthy reply
  that is whole `MARGIN_SECONDS` before the deadline. What an attempt meets, made or not, is its fate in the plan; one that
  is under way for the same key when the question comes is the first of them. Between two attempts lies the longest
  back-off, or what upstream wants and that.

What is not demanded: a repeat where the retry budget may be spent (an episode within the last ten seconds, or more faults
than `SPENT_SHARE` of what arrived in them); a turn within `QUEUE_SECONDS` while as many requests are under way as may
be; an answer from another worker's question about the same where its reply is not fresh when it comes. Each of the
reasons for which a question was not answerable is counted by its name, so that nothing hides behind them. One more is
the gateway's word, believed only where the plan agrees: that its breaker is open.

The oracle errs on both sides by little. It asks less than possible where a reply would have been whole in the last
moment (`MARGIN_SECONDS`), in the first moment in which a stored reply may not have reached the other worker
(`STORED_SECONDS`), and of what is stored where a HEAD has told of another version. It asks more than the rules where a question joined a flight at its second or third attempt: it
counts on all that would follow the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tests.chaos import world
from tests.chaos.arrivals import Arrival, End
from tests.chaos.driver import Answer
from tests.chaos.gateway import (
    ATTEMPTS,
    IN_FLIGHT,
    MOUNT_ATTEMPTS,
    OPEN_SECONDS,
    READ_SECONDS,
    STALE_IF_ERROR_SECONDS,
    TOTAL_SECONDS,
    Gateway,
)
from tests.chaos.plan import SLOWEST_SECONDS, STALLS, Fate, Kind, Trouble
from tests.chaos.questions import Question
from tests.chaos.upstream import ChaoticUpstream

MARGIN_SECONDS: Final = 0.25
STORED_SECONDS: Final = 0.3
HANDOVER_SECONDS: Final = 0.3
"""After which another worker's question about the same is seen to be over."""
QUEUE_SECONDS: Final = READ_SECONDS
"""After which a turn comes, where as much is under way as may be: what stalls ends then."""
FULL_SHARE: Final = 0.9
EDGE_SECONDS: Final = 0.1
"""Clocks of upstream and caller see the same moment so far apart: an edge of an episode is no point."""
BUDGET_WINDOW_SECONDS: Final = 11.0
"""Ten, and one for the edges of what is counted by the second."""
SPENT_SHARE: Final = 0.07
LONGEST_RETRY_WAIT_SECONDS: Final = 2
LIMIT_SECONDS: Final = 1.0
_BACKOFF_SECONDS: Final = (0.15, 0.3)


class Reason(Enum):
    """Why a question is answerable, or why not."""

    FRESH = "fresh in the cache"
    STALE = "stale within policy"
    ATTEMPT = "a healthy attempt fits the deadline"
    NOT_JUDGED = "a write, or the caller hung up"
    FAULTS = "every attempt that is due meets a fault"
    SPENT = "the retry budget may be spent, and the first attempt meets a fault"
    NO_TIME = "no attempt ends in time"
    FULL = "as much is under way as may be"
    OPEN = "the breaker is rightly open"
    LIMITED = "upstream's limit holds"


ANSWERABLE: Final = frozenset({Reason.FRESH, Reason.STALE, Reason.ATTEMPT})


@dataclass(frozen=True, slots=True)
class Copy:
    """A reply that the cache must hold.

    Attributes:
        asked: When upstream was asked for it.
        since: When it was there.
        fresh_until: Until when it is fresh.
    """

    asked: float
    since: float
    fresh_until: float


class Oracle:
    """Knows one upstream's plan and log, and what was written through the gateway."""

    def __init__(self, upstream: ChaoticUpstream, gateway: Gateway, writes: Mapping[str, list[Answer]]) -> None:
        """Besides its collaborators: `writes` are the run's, by thing."""
        self._upstream = upstream
        self._plan = upstream.plan
        self._log = upstream.log
        self._gateway = gateway
        self._writes = writes
        self._stale_seconds = STALE_IF_ERROR_SECONDS[upstream.name]
        self._in_flight = IN_FLIGHT if upstream.name == "github" else None
        self._mount_attempts = MOUNT_ATTEMPTS[upstream.name]

    def judge(self, answer: Answer) -> Reason:
        """Whether it was answerable, and why."""
        question = answer.question
        if question.method == "POST" or answer.hung_up:
            return Reason.NOT_JUDGED
        copy = self._copy(answer)
        if copy is not None and answer.began + EDGE_SECONDS < copy.fresh_until:
            return Reason.FRESH
        may_be_stale = question.method == "GET" or question.typed
        if (
            copy is not None
            and may_be_stale
            and answer.deadline < copy.fresh_until + self._stale_seconds - EDGE_SECONDS
        ):
            return Reason.STALE
        # The answer to a HEAD has no body that would tell its code.
        if answer.code in {"upstream_circuit_open", "status 503"} and self.may_be_open(answer.ended):
            return Reason.OPEN
        return self._attempts(answer)

    def may_be_open(self, moment: float) -> bool:
        """Whether the plan gives the breaker a reason: an outage, and what it takes to see its end by one probe."""
        slack = OPEN_SECONDS + SLOWEST_SECONDS + MARGIN_SECONDS
        return any(
            each.begins <= moment <= each.ends + slack + (READ_SECONDS if each.trouble is Trouble.STALLS else 0.0)
            for each in self._plan.episodes
            if each.is_outage
        )

    def _limited_until(self, moment: float) -> float:
        """When a limit that holds at `moment` is over for the gateway, at the latest; `moment` itself where none does."""
        for each in self._plan.episodes:
            if each.trouble is Trouble.LIMITS and each.begins - EDGE_SECONDS <= moment < each.ends + LIMIT_SECONDS:
                return each.ends + LIMIT_SECONDS
        return moment

    def _copy(self, answer: Answer) -> Copy | None:
        """The newest that the cache must hold when the question comes, and until its answer."""
        question, now = answer.question, answer.began
        key = question.key.replace("HEAD ", "GET ", 1)
        arrivals = self._log.by_key.get(key, [])
        for arrival in reversed(arrivals[: self._log.before(key, now)]):
            if arrival.end is not End.GIVEN or arrival.ended + STORED_SECONDS > now:
                continue
            whole = self._whole(arrival)
            if whole is None or self._dropped(whole, answer.ended):
                return None
            began = self._flight_began(arrival)
            if self._doubtful(question, began, answer.ended):
                return None
            # Its life begins when it was asked for (RFC 9111 section 4.2.3).
            return Copy(began, arrival.ended, began + world.lifetime_seconds(arrival.thing))
        return None

    def _whole(self, arrival: Arrival) -> Arrival | None:
        """The reply with a body that `arrival` was, or that it renewed by a 304."""
        if arrival.status == 200:
            return arrival
        for earlier in reversed(self._log.by_key[arrival.key][: arrival.ordinal]):
            if earlier.end is End.GIVEN and earlier.status == 200:
                return earlier if earlier.version == arrival.version else None
        return None

    def _flight_began(self, arrival: Arrival) -> float:
        """When the first of the attempts began of which `arrival` may be the last: what was written since is in doubt."""
        attempts = self._log.by_key[arrival.key][max(0, arrival.ordinal - ATTEMPTS + 1) : arrival.ordinal]
        began = arrival.began
        for earlier in reversed(attempts):
            if earlier.end is End.GIVEN or began - earlier.ended > LONGEST_RETRY_WAIT_SECONDS + MARGIN_SECONDS:
                break
            began = earlier.began
        for each in self._plan.episodes:  # one that waited for the end of a limit has left no trace of when it came
            if each.trouble is Trouble.LIMITS and each.begins <= began <= each.ends + LIMIT_SECONDS + STORED_SECONDS:
                return each.begins
        return began

    def _dropped(self, stored: Arrival, until: float) -> bool:
        """Whether a HEAD has told that upstream has another version than the one that is stored."""
        heads = self._log.by_key.get(stored.key.replace("GET ", "HEAD ", 1), ())
        return any(stored.began <= head.ended and head.began <= until for head in heads if head.end is End.GIVEN)

    def _doubtful(self, question: Question, asked: float, until: float) -> bool:
        """Whether something was written meanwhile that makes what was `asked` for doubtful."""
        things = {question.thing, f"{question.thing}/issues"}  # an issue shows on its repository, too
        return any(
            write.began <= until and write.ended + STORED_SECONDS >= asked
            for thing in things
            for write in self._writes.get(thing, ())
        )

    def _attempts(self, answer: Answer) -> Reason:
        """What the attempts that are due meet."""
        question = answer.question
        left = ATTEMPTS if question.typed else self._mount_attempts
        spent = self._budget_may_be_spent(answer.began)
        full = self._in_flight is not None and self._log.under_way(answer.began) >= FULL_SHARE * self._in_flight
        ordinal, first = self._log.before(question.key, answer.began), self._joined(answer)
        now = self._may_begin(answer, full=full)
        over = self._limited_until(now)
        if over > now:  # it waits, if that is short and it may be sent again; or is refused at once
            now = over + _BACKOFF_SECONDS[0]
            if left == 1 or over - answer.began > LONGEST_RETRY_WAIT_SECONDS or now + MARGIN_SECONDS > answer.deadline:
                return Reason.LIMITED
        in_time = False
        for attempt in range(1 if spent else left):
            if first is not None and attempt == 0:
                fate, (healthy, ended) = first.fate, self._ended(first)
            else:
                fate = self._plan.fate(question.key, ordinal, now)
                healthy, ended = self._met(fate, now)
                ordinal += 1
            if ended + MARGIN_SECONDS > answer.deadline:
                break
            in_time = True
            if healthy:
                return Reason.ATTEMPT
            wait = _wait_seconds(fate)
            if wait is None:
                return Reason.FAULTS
            now = ended + wait + _BACKOFF_SECONDS[min(attempt, 1)]
        if not in_time:
            return Reason.FULL if full else Reason.NO_TIME
        return Reason.SPENT if spent and left > 1 else Reason.FAULTS

    def _may_begin(self, answer: Answer, *, full: bool) -> float:
        """When a question of its own may be on its way upstream."""
        begin = answer.began + (QUEUE_SECONDS if full else 0.0)
        others = self._under_way(answer.question.key, answer.began)
        return begin if others is None else max(begin, self._ended(others)[1] + HANDOVER_SECONDS)

    def _joined(self, answer: Answer) -> Arrival | None:
        """What was under way when the question came, and answers it, too."""
        first = self._under_way(answer.question.key, answer.began)
        return first if first is not None and self._shares(first, answer) else None

    def _under_way(self, key: str, moment: float) -> Arrival | None:
        """The newest by this key that was under way then."""
        arrivals = self._log.by_key.get(key, [])
        last = arrivals[: self._log.before(key, moment)][-1:]
        return last[0] if last and last[0].under_way_at(moment) else None

    def _shares(self, first: Arrival, answer: Answer) -> bool:
        """Whether what is under way answers this question, too: where the same worker asks, or its reply is fresh when it
        comes, and nothing was written meanwhile. Else the question waits until it is over.
        """
        if self._doubtful(answer.question, first.began, self._ended(first)[1]):
            return False
        if self._ended(first)[1] - first.began < world.lifetime_seconds(first.thing):
            return True
        gateway = self._gateway
        asks = gateway.worker(first.port, self._upstream.port, first.began)
        return asks is not None and asks == gateway.worker(gateway.port, answer.port, answer.ended)

    def _ended(self, arrival: Arrival) -> tuple[bool, float]:
        """Whether an attempt that was made was healthy, and when it ended."""
        if arrival.end is End.PENDING:
            return False, arrival.began + TOTAL_SECONDS
        return arrival.end is End.GIVEN, arrival.ended

    def _met(self, fate: Fate, started: float) -> tuple[bool, float]:
        """Whether an attempt would have been healthy, and when it would have ended."""
        ended = started + _lasts_seconds(fate)
        for episode in self._plan.episodes:
            # At its edges nobody knows what an attempt that was never made would have met.
            if episode.begins - EDGE_SECONDS <= started < episode.ends + EDGE_SECONDS:
                return False, ended
            if episode.trouble is Trouble.REFUSES and started < episode.begins < ended:
                return False, episode.begins
        return fate.healthy, ended

    def _budget_may_be_spent(self, moment: float) -> bool:
        since = moment - BUDGET_WINDOW_SECONDS
        if any(each.begins <= moment and each.ends >= since for each in self._plan.episodes):
            return True
        arrived = faults = 0
        for arrival in self._log.between(since, moment):
            arrived += 1
            faults += not arrival.fate.healthy
        return arrived < 100 or faults > SPENT_SHARE * arrived


def _lasts_seconds(fate: Fate) -> float:
    if fate.kind in STALLS:
        return fate.after_seconds + READ_SECONDS
    return TOTAL_SECONDS if fate.kind is Kind.DRIP else fate.after_seconds + 0.03


def _wait_seconds(fate: Fate) -> float | None:
    """What upstream wants us to wait before we ask again; None: that does not help, or is too long."""
    if fate.kind is Kind.STATUS and fate.status == 500:
        return None
    wait = fate.retry_after_seconds or 0
    return None if wait > LONGEST_RETRY_WAIT_SECONDS else float(wait)
