"""A circuit against a plain account of what it was told: any order of requests, outcomes and waits."""

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from app.transport.breaker.circuit import BreakerRules, Circuit, Transition

WINDOW_SECONDS = 10
OPEN_SECONDS = 5
Asked = tuple[int, int]
"""A ticket, and in which life of the circuit it was given: lives are counted by transitions."""


class CircuitInAnyOrder(RuleBasedStateMachine):
    """Time goes in whole buckets of the window, so that the account says to the request what the window holds."""

    tickets = Bundle("tickets")

    @initialize(minimum=st.integers(1, 4), percent=st.sampled_from([0.0, 20.0, 50.0, 75.0, 100.0]))
    def begin(self, minimum: int, percent: float) -> None:
        self.minimum, self.percent = minimum, percent
        self.circuit = Circuit(BreakerRules(percent, minimum, WINDOW_SECONDS, OPEN_SECONDS))
        self.now = 100
        self.closed = True
        self.opened_at = 0
        self.life = 0
        self.probe: Asked | None = None
        self.ended: list[tuple[int, bool]] = []

    @rule(seconds=st.integers(1, 12))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule(target=tickets)
    def somebody_asks(self) -> Asked | None:
        ticket = self.circuit.admit(self.now)
        if self.closed:
            assert ticket is not None
        elif self.probe is not None:
            assert ticket is None, "two probes at once"
        elif self.now < self.opened_at + OPEN_SECONDS:
            assert ticket is None, "let through while open"
        else:
            assert ticket is not None, "the place of the probe is free"
            self.life += 1
            self.probe = ticket, self.life
            return self.probe
        return None if ticket is None else (ticket, self.life)

    @rule(asked=consumes(tickets))
    def it_succeeds(self, asked: Asked | None) -> None:
        if asked is None:
            return
        transition = self.circuit.succeeded(asked[0], self.now)
        if asked == self.probe:
            assert transition is Transition.CLOSED
            self._begins(closed=True)
            self.ended = []
        else:
            assert transition is None
            if self.closed and asked[1] == self.life:
                self.ended.append((self.now, False))

    @rule(asked=consumes(tickets))
    def it_fails(self, asked: Asked | None) -> None:
        if asked is None:
            return
        transition = self.circuit.failed(asked[0], self.now)
        if asked == self.probe:
            assert transition is Transition.OPENED_AGAIN
            self._begins(closed=False)
        elif self.closed and asked[1] == self.life:
            self.ended.append((self.now, True))
            requests, failures = self._in_window()
            broken = requests >= self.minimum and failures / requests >= self.percent / 100
            assert transition is (Transition.OPENED if broken else None)
            if broken:
                self._begins(closed=False)
        else:
            assert transition is None

    @rule(asked=consumes(tickets))
    def it_is_abandoned(self, asked: Asked | None) -> None:
        if asked is None:
            return
        self.circuit.abandoned(asked[0])
        if asked == self.probe:
            self.probe = None
            self.life += 1

    @invariant()
    def it_tells_how_it_is(self) -> None:
        seen = self.circuit.snapshot(self.now)
        assert (seen.requests, seen.failures) == self._in_window()
        assert self.circuit.probing == (self.probe is not None)
        if self.closed:
            assert (seen.state, seen.retry_at) == ("closed", None)
        elif self.now < self.opened_at + OPEN_SECONDS:
            assert (seen.state, seen.since, seen.retry_at) == ("open", self.opened_at, self.opened_at + OPEN_SECONDS)
        else:
            assert (seen.state, seen.since, seen.retry_at) == ("half_open", self.opened_at + OPEN_SECONDS, None)

    def _begins(self, *, closed: bool) -> None:
        self.closed = closed
        self.probe = None
        self.life += 1
        if not closed:
            self.opened_at = self.now

    def _in_window(self) -> tuple[int, int]:
        within = [failed for at, failed in self.ended if self.now - at < WINDOW_SECONDS]
        return len(within), sum(within)


TestCircuitInAnyOrder = CircuitInAnyOrder.TestCase
