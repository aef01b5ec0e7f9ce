"""What was invalidated, and what it costs to ask."""

from app.transport.caching.marks import Marks, Purges
from app.transport.caching.place import Glob
from tests.stored import entry


def test_a_hit_walks_no_tags_until_something_changes() -> None:
    marks = Marks()
    marks.add(["other"], 1)
    held = entry(tags=("a",))
    assert held.unmarked_in is not marks.generation

    assert not marks.covers(held)
    assert held.unmarked_in is marks.generation

    marks.add(["other"], 2)
    assert held.unmarked_in is not marks.generation
    assert not marks.covers(held)
    marks.add(["a"], 3)
    assert held.unmarked_in is not marks.generation
    assert marks.covers(held)
    assert held.unmarked_in is not marks.generation


def test_two_stores_do_not_mistake_each_others_generation() -> None:
    one, other = Marks(), Marks()
    held = entry(tags=("a",))
    assert not one.covers(held)
    other.add(["a"], 1)

    assert held.unmarked_in is not other.generation
    assert other.covers(held)


def test_a_forgotten_mark_counts_for_everything_older() -> None:
    marks = Marks(limit=10)
    for number in range(1, 12):
        marks.add([f"{number}"], number)

    assert marks.floor == 2, "one in ten goes"
    assert marks.covers(entry(sequence=1))
    assert marks.covers(entry(tags=("3",), sequence=2))
    assert not marks.covers(entry(tags=("1",), sequence=2))
    assert marks.sequence == 11


def test_a_tag_marked_again_is_young() -> None:
    marks = Marks(limit=10)
    marks.add(["old"], 1)
    for number in range(2, 11):
        marks.add([f"{number}"], number)
    marks.add(["old"], 11)
    marks.add(["one too many"], 12)

    assert marks.covers(entry(tags=("old",), sequence=10))


def test_distrust() -> None:
    marks = Marks()
    marks.distrust(5)

    assert marks.sequence == 5
    assert marks.covers(entry(sequence=4))
    assert not marks.covers(entry(sequence=5))


def test_purges_that_are_forgotten_count_for_every_place() -> None:
    purges = Purges(limit=2)
    for number in (1, 2, 3):
        purges.add(Glob(f"{number}"), number)

    assert purges.take("3", 2)
    assert not purges.take("3", 3)
    assert not purges.take("other", 1)
    assert purges.take("other", 0), "requested before the one that was forgotten"
    purges.forget(9)
    assert purges.take("other", 8)
    assert not purges.take("other", 9)
