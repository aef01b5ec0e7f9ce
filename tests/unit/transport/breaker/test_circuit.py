"""When a circuit opens, whom it lets through, and what closes it."""

import pytest

from app.transport.breaker.circuit import BreakerRules, Circuit, Snapshot, Transition

RULES = BreakerRules(failure_percent=50, minimum_requests=4, window_seconds=10, open_seconds=5)
T = 1_000.0


def ticket_of(circuit: Circuit, now: float = T) -> int:
    ticket = circuit.admit(now)
    assert ticket is not None
    return ticket


def after(outcomes: str, now: float = T, rules: BreakerRules = RULES) -> Circuit:
    """A circuit that has seen these, all at once: `+` a success, `-` a failure."""
    circuit = Circuit(rules)
    for outcome in outcomes:
        ticket = ticket_of(circuit, now)
        (circuit.succeeded if outcome == "+" else circuit.failed)(ticket, now)
    return circuit


class TestClosed:
    def test_a_new_one_lets_everybody_through(self) -> None:
        circuit = Circuit(RULES)

        assert {circuit.admit(T) for _ in range(3)} == {ticket_of(circuit)}
        assert circuit.snapshot(T) == Snapshot("closed", None, None, 0, 0, 0)
        assert circuit.left_alone_seconds(T) == 0

    @pytest.mark.parametrize(
        ("outcomes", "state"),
        [
            ("----", "open"),
            ("++--", "open"),
            ("+-+-", "open"),
            ("---", "closed"),  # too few to judge
            ("+++-", "closed"),
            ("+++-+-+", "closed"),
            ("++++----", "open"),
            ("--++", "closed"),  # half of them, but the last one is news of life
        ],
    )
    def test_it_opens_at_the_share_of_the_rules_once_there_are_enough(self, outcomes: str, state: str) -> None:
        assert after(outcomes).snapshot(T).state == state

    def test_a_failure_after_such_news_does_open_it(self) -> None:
        circuit = after("--++")

        assert circuit.failed(ticket_of(circuit), T) is Transition.OPENED

    def test_what_is_older_than_the_window_does_not_count(self) -> None:
        circuit = after("---")

        assert circuit.failed(ticket_of(circuit), T + 10) is None
        assert circuit.snapshot(T + 10) == Snapshot("closed", None, None, 1, 1, 0)

    def test_what_ended_without_a_verdict_does_not_count(self) -> None:
        circuit = after("---")
        circuit.abandoned(ticket_of(circuit))

        assert circuit.snapshot(T) == Snapshot("closed", None, None, 3, 3, 0)

    def test_without_a_share_it_never_opens_and_still_counts(self) -> None:
        circuit = after("-" * 100, rules=BreakerRules(None, 1, 10, 5))

        assert circuit.snapshot(T) == Snapshot("closed", None, None, 100, 100, 0)

    @pytest.mark.parametrize(("percent", "state"), [(0, "open"), (33.3, "open"), (33.4, "closed"), (100, "closed")])
    def test_the_share_need_not_be_whole(self, percent: float, state: str) -> None:
        assert after("++-", rules=BreakerRules(percent, 3, 10, 5)).snapshot(T).state == state


class TestOpen:
    def test_nobody_is_let_through_until_the_time_is_over(self) -> None:
        circuit = after("----")

        assert [circuit.admit(T + seconds) for seconds in (0, 1, 4.999)] == [None, None, None]
        assert circuit.left_alone_seconds(T + 1) == 4
        assert circuit.snapshot(T + 1) == Snapshot("open", T, T + 5, 4, 4, 1)

    def test_it_turns_half_open_by_time_alone(self) -> None:
        circuit = after("----")

        assert circuit.snapshot(T + 5) == Snapshot("half_open", T + 5, None, 4, 4, 1)
        assert circuit.snapshot(T + 500) == Snapshot("half_open", T + 5, None, 0, 0, 1)
        assert circuit.left_alone_seconds(T + 5) == 0

    @pytest.mark.parametrize("outcome", ["succeeded", "failed"])
    def test_what_was_admitted_before_and_ends_now_changes_nothing(self, outcome: str) -> None:
        circuit = Circuit(RULES)
        late = ticket_of(circuit)
        for _ in range(4):
            circuit.failed(ticket_of(circuit), T)
        before = circuit.snapshot(T + 1)

        assert getattr(circuit, outcome)(late, T + 1) is None
        assert circuit.snapshot(T + 1) == before


class TestHalfOpen:
    def test_exactly_one_is_let_through(self) -> None:
        circuit = after("----")

        tickets = [circuit.admit(T + 5) for _ in range(50)]

        assert [ticket is None for ticket in tickets] == [False] + 49 * [True]
        assert circuit.probing
        assert circuit.admit(T + 5_000) is None, "a probe may take long"

    def test_its_success_closes_the_circuit_and_the_past_is_forgotten(self) -> None:
        circuit = after("----")

        assert circuit.succeeded(ticket_of(circuit, T + 5), T + 6) is Transition.CLOSED
        assert circuit.snapshot(T + 6) == Snapshot("closed", T + 6, None, 0, 0, 1)
        assert circuit.failed(ticket_of(circuit, T + 6), T + 6) is None

    def test_its_failure_opens_it_again_for_as_long(self) -> None:
        circuit = after("----")

        assert circuit.failed(ticket_of(circuit, T + 5), T + 7) is Transition.OPENED_AGAIN
        assert circuit.snapshot(T + 8) == Snapshot("open", T + 7, T + 12, 4, 4, 1)
        assert (circuit.admit(T + 11.9), circuit.admit(T + 12) is None) == (None, False)

    def test_without_a_verdict_the_next_one_is_the_probe_at_once(self) -> None:
        circuit = after("----")
        first = ticket_of(circuit, T + 5)
        circuit.abandoned(first)

        second = ticket_of(circuit, T + 5)

        assert circuit.admit(T + 5) is None
        assert circuit.snapshot(T + 5).state == "half_open"
        assert circuit.succeeded(second, T + 5) is Transition.CLOSED

    def test_a_probe_is_settled_once(self) -> None:
        circuit = after("----")
        first = ticket_of(circuit, T + 5)
        circuit.abandoned(first)

        assert (circuit.succeeded(first, T + 5), circuit.failed(first, T + 5)) == (None, None)
        assert circuit.snapshot(T + 5).state == "half_open"

        second = ticket_of(circuit, T + 5)
        circuit.abandoned(first)
        assert circuit.admit(T + 5) is None
        circuit.succeeded(second, T + 5)
        circuit.failed(second, T + 5)
        assert circuit.snapshot(T + 5) == Snapshot("closed", T + 5, None, 0, 0, 1)

    @pytest.mark.parametrize("outcome", ["succeeded", "failed"])
    def test_what_was_admitted_before_it_opened_is_not_the_probe(self, outcome: str) -> None:
        circuit = Circuit(RULES)
        late = ticket_of(circuit)
        for _ in range(4):
            circuit.failed(ticket_of(circuit), T)
        probe = ticket_of(circuit, T + 5)

        assert getattr(circuit, outcome)(late, T + 6) is None
        circuit.abandoned(late)
        assert circuit.admit(T + 6) is None, "the probe is under way still"
        assert circuit.succeeded(probe, T + 6) is Transition.CLOSED
        for _ in range(9):
            circuit.failed(late, T + 6)
        assert circuit.snapshot(T + 6) == Snapshot("closed", T + 6, None, 0, 0, 1)

    def test_every_outage_is_counted_once(self) -> None:
        circuit = after("----")
        circuit.failed(ticket_of(circuit, T + 5), T + 5)
        circuit.succeeded(ticket_of(circuit, T + 10), T + 10)
        for _ in range(4):
            circuit.failed(ticket_of(circuit, T + 11), T + 11)

        assert circuit.snapshot(T + 11).opened_times == 2
