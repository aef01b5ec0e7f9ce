"""Plain signals: each says one thing, and with which numbers. What is made of them is the reader's."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from app.services.answers.part import Signal
from app.services.answers.report import Commits, Community, Contributors, OpenItems, Releases, Responses, Runs
from app.services.answers.repository import Repository
from app.services.reports.durations import days_between, rounded

YEAR_DAYS: Final = 365.0
SLOW_RESPONSE_DAYS: Final = 14.0
OLD_PULL_DAYS: Final = 90.0
FAILING_SHARE: Final = 0.5

Numbers = dict[str, float | int | str | None]


class Facts(NamedTuple):
    """What signals are read from; None where that part has failed, or was not asked for."""

    repository: Repository
    contributors: Contributors | None = None
    releases: Releases | None = None
    commits: Commits | None = None
    pulls: OpenItems | None = None
    responses: Responses | None = None
    community: Community | None = None
    runs: Runs | None = None


class _Reading(NamedTuple):
    raised: bool
    detail: str
    numbers: Numbers


_Reader = Callable[[Facts, datetime], _Reading | None]


def signals_of(facts: Facts, now: datetime, asked: frozenset[str] | None = None) -> tuple[Signal, ...]:
    """All signals in the order of the table below.

    Args:
        facts: What is known.
        now: In UTC.
        asked: The names of those that are wanted; None: all.
    """
    return tuple(
        _signal(name, reader(facts, now)) for name, reader in _READERS.items() if asked is None or name in asked
    )


def _signal(name: str, reading: _Reading | None) -> Signal:
    if reading is None:
        return Signal(name=name, state="unknown", detail="What this would be read from is missing.", numbers={})
    return Signal(
        name=name, state="raised" if reading.raised else "clear", detail=reading.detail, numbers=reading.numbers
    )


def _archived(facts: Facts, now: datetime) -> _Reading:  # noqa: ARG001 -- all readers are asked alike
    archived = facts.repository.archived
    return _Reading(archived, "It is archived: read-only." if archived else "It is not archived.", {})


def _no_license(facts: Facts, now: datetime) -> _Reading:  # noqa: ARG001
    license_id = facts.repository.license
    if license_id is None:
        return _Reading(True, "It has no licence that GitHub recognises a file of.", {"license": None})
    if license_id == "NOASSERTION":
        return _Reading(False, "It has a licence that GitHub knows no name for.", {"license": license_id})
    return _Reading(False, f"Its licence is {license_id}.", {"license": license_id})


def _one_maintainer(facts: Facts, now: datetime) -> _Reading | None:  # noqa: ARG001
    people = facts.contributors
    if people is None:
        return None
    half, share = people.half_of_commits_by, people.top[0].share if people.top else None
    numbers: Numbers = {"half_of_commits_by": half, "people": people.people, "largest_share": share}
    if half is None or share is None:
        return _Reading(False, "Nobody has made a commit.", numbers)
    percent = f"{100 * share:.0f} %"
    if half == 1:
        return _Reading(True, f"One of {_many(people)} made {percent} of the commits.", numbers)
    return _Reading(False, f"{half} of {_many(people)} made half of the commits; the first {percent}.", numbers)


def _many(people: Contributors) -> str:
    more = "more than " if people.more else ""
    return f"{more}{people.people} {'person' if people.people == 1 else 'people'}"


def _no_release(facts: Facts, now: datetime) -> _Reading | None:
    releases = facts.releases
    if releases is None:
        return None
    days = releases.days_since_latest
    numbers: Numbers = {"days_since_latest": days, "releases_last_year": releases.last_year}
    if days is None:
        created = facts.repository.created_at
        is_young = created is not None and days_between(created, now) < YEAR_DAYS
        return _Reading(not is_young, "It has never published a release.", numbers)
    return _Reading(days > YEAR_DAYS, f"Its latest release is {days:.0f} days old.", numbers)


def _no_commit(facts: Facts, now: datetime) -> _Reading | None:
    pushed = facts.repository.pushed_at
    days = None if pushed is None else rounded(days_between(pushed, now))
    numbers: Numbers = {
        "commits_last_year": None if facts.commits is None else facts.commits.last_year,
        "days_since_push": days,
    }
    if facts.commits is not None and facts.commits.last_year > 0:
        return _Reading(False, f"{facts.commits.last_year} commits in the last year.", numbers)
    if days is None:
        return None if facts.commits is None else _Reading(True, "Nothing was ever pushed.", numbers)
    return _Reading(days > YEAR_DAYS, f"The last push was {days:.0f} days ago.", numbers)


def _failing_runs(facts: Facts, now: datetime) -> _Reading | None:  # noqa: ARG001
    runs = facts.runs
    if runs is None:
        return None
    failing = [state.name for state in runs.workflows if state.last.conclusion in _FAILED]
    numbers: Numbers = {"success_share": runs.success_share, "runs": runs.counted, "failing_workflows": len(failing)}
    if runs.counted == 0:
        return _Reading(False, "No run on the default branch among the last ones.", numbers)
    if failing:
        return _Reading(True, f"The last run of {', '.join(failing)} on the default branch failed.", numbers)
    share = "" if runs.success_share is None else f"; {100 * runs.success_share:.0f} % of {runs.counted} succeeded"
    return _Reading(False, f"The last run of no workflow failed{share}.", numbers)


_FAILED: Final = frozenset({"failure", "timed_out", "startup_failure"})


def _slow_response(facts: Facts, now: datetime) -> _Reading | None:  # noqa: ARG001
    if facts.responses is None:
        return None
    first = facts.responses.first_response
    days = first.estimate.p50_days
    numbers: Numbers = {"p50_days": days, "answered": first.done, "waiting": first.waiting}
    if first.done + first.waiting == 0:
        return _Reading(False, "Nothing was opened lately.", numbers)
    if days is None:
        detail = f"More than half have no answer: {first.done} were answered, {first.waiting} wait."
        return _Reading(first.waiting > 1, detail, numbers)
    detail = (
        f"Half of what is opened is answered within {_lasting(days)} ({first.done} answered, {first.waiting} wait)."
    )
    return _Reading(days > SLOW_RESPONSE_DAYS, detail, numbers)


def _lasting(days: float) -> str:
    return f"{days:.1f} days" if days >= 1 else f"{24 * days:.1f} hours"


def _old_pulls(facts: Facts, now: datetime) -> _Reading | None:  # noqa: ARG001
    pulls = facts.pulls
    if pulls is None:
        return None
    days = pulls.ages.p50_days
    numbers: Numbers = {"p50_days": days, "open": pulls.open, "oldest_days": pulls.oldest_days}
    if days is None:
        return _Reading(False, "No pull request is open.", numbers)
    return _Reading(days > OLD_PULL_DAYS, f"Half of the open pull requests are {days:.0f} days old or older.", numbers)


_READERS: Final[Mapping[str, _Reader]] = {
    "archived": _archived,
    "no_license": _no_license,
    "one_maintainer": _one_maintainer,
    "no_release_for_a_year": _no_release,
    "no_commit_for_a_year": _no_commit,
    "failing_runs": _failing_runs,
    "slow_first_response": _slow_response,
    "old_open_pulls": _old_pulls,
}
