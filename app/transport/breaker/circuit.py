"""When to leave an upstream alone, and when to try it again: a state machine, pure, the clock is passed in.

closed ──too many failures──▶ open ──open_seconds──▶ half-open ──the probe succeeds──▶ closed
                               ▲                         │
                               └────the probe fails──────┘
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, NamedTuple

from app.transport.breaker.window import Window

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a circuit opens, and for how long.

    Attributes:
        failure_percent: At which share of failures it opens (0 to 100); None: never.
        minimum_requests: How many requests must have ended in the window for it to be judged.
        window_seconds: How far back requests count.
        open_seconds: For how long nobody is let through once it has opened.
    """

    failure_percent: float | None
    minimum_requests: int
    window_seconds: float
    open_seconds: float

    def are_broken(self, requests: int, failures: int) -> bool:
        """Whether so many `failures` among so many `requests` are too many."""
        if self.failure_percent is None or requests < self.minimum_requests:
            return False
        return failures * 100 >= self.failure_percent * requests


class Transition(Enum):
    """What an outcome has done to the circuit."""

    OPENED = auto()
    OPENED_AGAIN = auto()
    CLOSED = auto()


class Snapshot(NamedTuple):
    """A circuit at one moment. Moments are those of the clock that was passed in.

    Attributes:
        state: Open turns half-open by time alone, whether anybody asks or not.
        since: When it came into that state; None: it has never been in another.
        retry_at: When an open one lets a request through again; None for one that is not open.
        requests: How many ended in the window, as far as they counted.
        failures: How many of those failed.
        opened_times: How often it went from closed to open.
    """

    state: State
    since: float | None
    retry_at: float | None
    requests: int
    failures: int
    opened_times: int


class Circuit:
    """Whoever asks upstream takes a ticket (`admit`), and hands it in once with the outcome: `succeeded`, `failed`, or
    `abandoned` where it says nothing about upstream.

    A ticket is the circuit's generation. Another one begins whenever it opens or closes, or a probe is abandoned. So what
    was admitted before the circuit opened, and ends when it is open, half-open or closed again, changes nothing any more:
    it tells of an upstream that was.

    Only a failure opens it. A success that completes the minimum of requests would do so by the figures, but it is news
    of an upstream that answers.
    """

    __slots__ = ("_closed", "_generation", "_open_until", "_opened_times", "_probing", "_rules", "_since", "_window")

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._window = Window(rules.window_seconds)
        self._closed = True
        self._probing = False
        self._generation = 0
        self._open_until = 0.0
        self._since: float | None = None
        self._opened_times = 0

    @property
    def rules(self) -> BreakerRules:
        return self._rules

    @property
    def probing(self) -> bool:
        """Whether a probe is under way."""
        return self._probing

    def admit(self, now: float) -> int | None:
        """A ticket, or None: upstream is not to be asked. Half-open gives one, and none more until it is handed in."""
        if self._closed:
            return self._generation
        if self._probing or now < self._open_until:
            return None
        self._probing = True
        return self._generation

    def succeeded(self, ticket: int, now: float) -> Transition | None:
        """Upstream answered."""
        if ticket != self._generation:
            return None
        if self._closed:
            self._window.add_success(now)
            return None
        self._begin(closed=True, now=now)
        self._window.clear()
        return Transition.CLOSED

    def failed(self, ticket: int, now: float) -> Transition | None:
        """Upstream did not answer, or with an error of its own."""
        if ticket != self._generation:
            return None
        transition = Transition.OPENED_AGAIN
        if self._closed:
            self._window.add_failure(now)
            if not self._rules.are_broken(*self._window.totals(now)):
                return None
            self._opened_times += 1
            transition = Transition.OPENED
        self._begin(closed=False, now=now)
        self._open_until = now + self._rules.open_seconds
        return transition

    def abandoned(self, ticket: int) -> None:
        """It ended and shows nothing of upstream: where it was the probe, the next one may be it, at once."""
        if ticket == self._generation and self._probing:
            self._probing = False
            self._generation += 1

    def left_alone_seconds(self, now: float) -> float:
        """For how long nobody will be let through; 0 or less where it is not open."""
        return 0.0 if self._closed else self._open_until - now

    def snapshot(self, now: float) -> Snapshot:
        """How it is at `now`."""
        requests, failures = self._window.totals(now)
        state: State = "closed"
        since, retry_at = self._since, None
        if not self._closed:
            if now < self._open_until:
                state, retry_at = "open", self._open_until
            else:
                state, since = "half_open", self._open_until
        return Snapshot(state, since, retry_at, requests, failures, self._opened_times)

    def _begin(self, *, closed: bool, now: float) -> None:
        self._closed = closed
        self._probing = False
        self._generation += 1
        self._since = now
