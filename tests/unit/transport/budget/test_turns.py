"""Who is next."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.call import Urgency
from app.transport.budget.turns import Turns

CALLERS = st.sampled_from(["ann", "bob", "eve"])
CLASSES = st.sampled_from(list(Urgency))


def served(turns: Turns[str], count: int) -> list[str]:
    names = []
    for _ in range(count):
        urgency, head = next(turns.heads())
        assert turns.take(urgency) == head
        names.append(head)
    return names


def test_a_caller_s_own_come_in_order() -> None:
    turns = Turns[str]()
    for name in ("one", "two", "three"):
        turns.add(name, Urgency.NORMAL, "ann")
    assert served(turns, 3) == ["one", "two", "three"]
    assert not turns
    assert list(turns.heads()) == []


def test_callers_of_a_class_take_turns() -> None:
    turns = Turns[str]()
    for number in range(100):
        turns.add(f"loop {number}", Urgency.NORMAL, "loop")
    turns.add("ann", Urgency.NORMAL, "ann")
    assert served(turns, 3) == ["loop 0", "ann", "loop 1"]


def test_the_more_urgent_come_first_and_nobody_starves() -> None:
    turns = Turns[str]()
    for urgency in Urgency:
        for _ in range(100):
            turns.add(urgency.name, urgency, "ann")
    first = Counter(served(turns, 21))
    assert served(turns, 0) == []
    assert first == {"INTERACTIVE": 16, "NORMAL": 4, "BATCH": 1}


def test_who_comes_back_has_no_turns_saved_up() -> None:
    turns = Turns[str]()
    for _ in range(50):
        turns.add("normal", Urgency.NORMAL, "ann")
    served(turns, 40)
    for _ in range(50):
        turns.add("batch", Urgency.BATCH, "bob")
    assert Counter(served(turns, 10))["batch"] <= 3


def test_who_leaves_is_out() -> None:
    turns = Turns[str]()
    turns.add("one", Urgency.NORMAL, "ann")
    turns.add("two", Urgency.NORMAL, "ann")
    turns.discard("one", Urgency.NORMAL, "ann")
    turns.discard("one", Urgency.NORMAL, "ann")
    turns.discard("none", Urgency.BATCH, "bob")
    assert served(turns, 1) == ["two"]
    assert len(turns) == 0


@given(st.lists(st.tuples(CLASSES, CALLERS), max_size=60), st.data())
def test_everybody_has_exactly_one_turn(waiting: list[tuple[Urgency, str]], data: st.DataObject) -> None:
    turns = Turns[int]()
    expected = set()
    for number, (urgency, caller) in enumerate(waiting):
        turns.add(number, urgency, caller)
        expected.add(number)
    leaving = data.draw(st.sets(st.sampled_from(range(len(waiting))))) if waiting else set()
    for number in leaving:
        turns.discard(number, *waiting[number])
    found = []
    while turns:
        urgency, head = next(turns.heads())
        found.append(turns.take(urgency))
        assert found[-1] == head
    assert sorted(found) == sorted(expected - leaving)
