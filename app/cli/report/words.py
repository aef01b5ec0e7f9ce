"""What is told of each part of a report, in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.services.answers.part import Percentiles, Sample
from app.services.answers.report import (
    Commits,
    Community,
    Contributors,
    OpenItems,
    Releases,
    Responses,
    Runs,
    WeekOfCommits,
)
from app.services.answers.repository import Language, Repository

NONE: Final = "-"
_BARS: Final = " ▁▂▃▄▅▆▇█"


def repository(one: Repository) -> str:
    return f"{one.stars:,} stars, {one.forks:,} forks, {one.license or 'no licence'}, last push {day(one.pushed_at)}"


def commits(one: Commits) -> str:
    told = f"{one.last_year:,} in a year, {one.last_13_weeks:,} in 13 weeks ({one.before_13_weeks:,} in those before)"
    return f"{told}\n{sparkline(one.weeks)}"


def languages(many: Sequence[Language]) -> str:
    return ", ".join(f"{one.name} {one.share:.0%}" for one in many[:6]) or "none"


def contributors(one: Contributors) -> str:
    if one.half_of_commits_by is None:
        return "nobody has made a commit"
    people = f"{one.people:,}{' or more' if one.more else ''}"
    top = ", ".join(f"{each.login or each.name} {each.share:.0%}" for each in one.top[:5])
    return f"{one.half_of_commits_by} of {people} made half of {one.commits:,} commits\n{top}"


def releases(one: Releases) -> str:
    if one.latest is None:
        return f"{one.counted} published, none of them final"
    counted = f"{one.counted}{' or more' if one.more else ''}, {one.last_year} in the last year"
    return f"{counted}; {one.latest.tag_name} {days(one.days_since_latest)} ago; one every {spread(one.between)}"


def open_items(one: OpenItems) -> str:
    if one.sample.size == 0:
        return "none"
    number = f"more than {one.sample.size}" if one.open is None else f"{one.open:,}"
    return f"{number}; half are older than {days(one.ages.p50_days)}, the oldest {days(one.oldest_days)}{sampled(one.sample)}"


def responses(one: Responses) -> str:
    if one.sample.size == 0:
        return "nothing was opened lately"
    first, close = one.first_response, one.close
    answered = f"answered after {spread(first.estimate)} ({first.done} are, {first.waiting} wait)"
    return f"{answered}\nclosed after {spread(close.estimate)} ({close.done} are, {close.waiting} open){sampled(one.sample)}"


def community(one: Community) -> str:
    missing = ", ".join(file.name.replace("_", " ") for file in one.files if not file.present)
    return f"{one.health_percent} %; missing: {missing or 'nothing'}"


def runs(one: Runs) -> str:
    share = "none has ended" if one.success_share is None else f"{one.success_share:.0%} of {one.counted} succeeded"
    last = ", ".join(f"{flow.name}: {flow.last.conclusion or flow.last.status}" for flow in one.workflows)
    return f"{share}\n{last}" if last else share


def sparkline(weeks: Sequence[WeekOfCommits]) -> str:
    """A bar for each week, as high as its commits."""
    most = max((week.commits for week in weeks), default=0) or 1
    return "".join(_BARS[-(-week.commits * (len(_BARS) - 1) // most)] for week in weeks).rstrip()


def spread(percentiles: Percentiles) -> str:
    """The median, and how far the longest tenth is."""
    return f"{days(percentiles.p50_days)} (90 % {days(percentiles.p90_days)})"


def sampled(sample: Sample) -> str:
    return "" if sample.complete else f"\nof {sample.size}: {sample.choice}"


def days(value: float | None) -> str:
    if value is None:
        return NONE
    if value < 2:
        return f"{24 * value:.1f} h"
    return f"{value:.0f} days" if value < 90 else f"{value / 30.44:.0f} months"


def day(moment: datetime | None) -> str:
    return NONE if moment is None else moment.date().isoformat()


def measure(value: float | None, unit: str) -> str:
    if value is None:
        return NONE
    return days(value) if unit == "days" else f"{value:.0f} %" if unit == "percent" else f"{value:,.0f}"
