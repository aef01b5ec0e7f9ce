"""The world by itself, without a socket."""

import hashlib

import pytest

from app.demo.github.catalogue import ANCHOR, DAY, REPOSITORIES
from app.demo.github.shapes.contents import blob_sha
from app.demo.github.shapes.text import iso, node_id
from app.demo.github.statistics import WEEK, WEEKS, commit_activity, first_week
from app.demo.github.world import World
from app.demo.serving import latest_end


def test_the_world_is_consistent() -> None:
    world = World()
    assert len(world.repositories) == len(REPOSITORIES) == 19
    for repository in world.repositories.values():
        shas = [commit.sha for commit in repository.commits]
        assert len(set(shas)) == len(shas)
        assert all(mark.sha in shas for mark in (*repository.branches, *repository.tags))
        assert repository.created_at < ANCHOR
        moments = [issue.created_at for issue in repository.issues.values()]
        assert moments == sorted(moments)
        assert all(issue.updated_at <= ANCHOR for issue in repository.issues.values())


def test_it_is_the_same_on_every_python() -> None:
    # Pinned: people write down what the demo shows, and Python 3.11 to 3.13 have to agree.
    world = World()
    titles = "\n".join(issue.title for repo in world.repositories.values() for issue in repo.issues.values())
    assert hashlib.sha256(titles.encode()).hexdigest()[:16] == "bf158984034cd4af"


def test_it_may_end_at_any_moment() -> None:
    later = 200 * DAY
    moved = World(ends_at=ANCHOR + later).repositories[40_000_000]
    rocket = World().repositories[40_000_000]
    assert moved.pushed_at == rocket.pushed_at + later
    assert [commit.date for commit in moved.commits] == [commit.date + later for commit in rocket.commits]
    weeks = [week["total"] for week in commit_activity(moved, ANCHOR + later)]
    assert sum(weeks) == len(moved.commits)


@pytest.mark.parametrize(
    ("now", "end"),
    [(ANCHOR - 1, ANCHOR - DAY), (ANCHOR, ANCHOR), (ANCHOR + DAY / 2, ANCHOR), (ANCHOR + DAY - 1, ANCHOR)],
)
def test_one_that_is_up_to_date_is_the_same_for_a_day(now: float, end: int) -> None:
    assert latest_end(now) == end


def test_changes_come_later_than_what_they_change() -> None:
    world = World()
    rocket = world.repositories[40_000_000]
    before = rocket.updated_at
    world.tick(0)
    world.tick(0)
    assert rocket.pushed_at > ANCHOR - 3_600
    assert rocket.updated_at == before + 2


def test_statistics_end_in_the_week_of_the_anchor() -> None:
    assert iso(first_week(ANCHOR) + (WEEKS - 1) * WEEK) == "2026-05-31T00:00:00Z"


def test_small_values_are_githubs() -> None:
    assert iso(ANCHOR) == "2026-06-01T12:00:00Z"
    assert node_id("User", 583231) == "MDQ6VXNlcjU4MzIzMQ=="
    # As `git hash-object` says of "hello\n".
    assert blob_sha(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
