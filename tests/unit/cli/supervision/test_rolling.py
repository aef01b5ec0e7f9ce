"""From one configuration to another: never fewer who serve than both have in common, never more than twice as many, and an end."""

from hypothesis import given
from hypothesis import strategies as st

from app.cli.supervision.rolling import Crew

NUMBERS = st.integers(1, 12)


def test_at_first_all_are_started_at_once() -> None:
    assert Crew(wanted=3, starting=0, serving=0, outdated=0).to_start == 3
    assert Crew(wanted=3, starting=2, serving=1, outdated=0).to_start == 0


def test_while_others_serve_one_is_started_after_the_other() -> None:
    assert Crew(wanted=3, starting=0, serving=0, outdated=3).to_start == 1
    assert Crew(wanted=3, starting=1, serving=0, outdated=3).to_start == 0


def test_nobody_is_retired_before_one_serves_with_the_new_configuration() -> None:
    assert Crew(wanted=1, starting=1, serving=0, outdated=4).to_retire == 0
    assert Crew(wanted=1, starting=0, serving=1, outdated=4).to_retire == 4


@given(before=NUMBERS, wanted=NUMBERS, deaths=st.lists(st.booleans(), max_size=10))
def test_a_roll_ends_and_keeps_serving(before: int, wanted: int, deaths: list[bool]) -> None:
    crew = Crew(wanted, 0, 0, before)
    for step in range(200):
        if crew.is_complete:
            break
        crew = crew._replace(starting=crew.starting + crew.to_start)
        assert crew.starting <= 1 or not crew.outdated
        dies = step < len(deaths) and deaths[step]
        listens = 0 if dies else crew.starting
        crew = crew._replace(starting=0, serving=crew.serving + listens)
        assert crew.serving + crew.outdated <= max(before, wanted) + 1
        crew = crew._replace(outdated=crew.outdated - crew.to_retire)
        assert crew.serving + crew.outdated >= min(before, wanted)
    assert crew == Crew(wanted, 0, wanted, 0)
