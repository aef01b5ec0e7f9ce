"""Reports as tables in a terminal."""

import io
import shutil
from collections.abc import Callable, Sequence
from typing import Any, Final, TextIO

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.cli.paint import Paint
from app.cli.report import words
from app.services.answers.organization_report import OrganizationReport, RepositoryRow
from app.services.answers.part import Part, Signal
from app.services.answers.report import Comparison, RepositoryReport

NARROWEST: Final = 60
_COLOURS: Final = {
    "raised": "yellow",
    "clear": "green",
    "complete": "green",
    "stale": "yellow",
    "partial": "red",
    "failed": "red",
}
_PARTS: Final[tuple[tuple[str, str, Callable[[Any], str]], ...]] = (
    ("repository", "repository", words.repository),
    ("commits", "commits", words.commits),
    ("languages", "languages", words.languages),
    ("contributors", "contributors", words.contributors),
    ("releases", "releases", words.releases),
    ("issues", "open issues", words.open_items),
    ("pulls", "open pulls", words.open_items),
    ("responses", "responses", words.responses),
    ("community", "community", words.community),
    ("runs", "runs", words.runs),
)


def write(report: BaseModel, output: TextIO, paint: Paint, width: int | None = None) -> None:
    """Shows a report.

    Args:
        report: Whichever.
        output: Where.
        paint: Whether it may be coloured.
        width: In columns; None: as wide as the terminal is, or 80.
    """
    text = io.StringIO()
    console = Console(
        file=text,
        no_color=not paint.on,
        force_terminal=paint.on,
        width=max(NARROWEST, shutil.get_terminal_size().columns if width is None else width),
        highlight=False,
        emoji=False,
    )
    match report:
        case RepositoryReport():
            _repository(console, report)
        case Comparison():
            _comparison(console, report)
        case OrganizationReport():
            _organization(console, report)
    # Tables are filled up to the width; who reads them by a program wants no blanks at the ends.
    output.writelines(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _repository(console: Console, report: RepositoryReport) -> None:
    facts = report.repository.value
    console.print(f"[bold]{_shown(report.full_name)}[/bold]  {_shown((facts and facts.description) or '')}\n")
    table = _table()
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, title, told in _PARTS:
        part: Part[Any] = getattr(report, name)
        missing = "" if part.problem is None else part.problem.detail
        table.add_row(title, _state(part.state), _shown(missing if part.value is None else told(part.value)))
    console.print(table)
    console.print("\n[bold]signals[/bold]")
    console.print(_signals(report.signals))


def _signals(signals: Sequence[Signal]) -> Table:
    table = _table()
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for signal in signals:
        table.add_row(_state(signal.state), signal.name.replace("_", " "), _shown(signal.detail))
    return table


def _comparison(console: Console, comparison: Comparison) -> None:
    table = _table(show_header=True)
    table.add_column("", overflow="fold")
    for each in comparison.repositories:
        table.add_column(_shown(each.name), justify="right", overflow="fold")
    for measure in comparison.measures:
        table.add_row(measure.title, *(words.measure(value, measure.unit) for value in measure.values))
    console.print(table)
    for each in comparison.repositories:
        if each.problem is not None:
            console.print(f"[red]{_shown(each.name)}[/red]: {_shown(each.problem.detail)}")


def _organization(console: Console, report: OrganizationReport) -> None:
    totals = report.totals
    about = report.organization.value
    console.print(f"[bold]{_shown(report.login)}[/bold]  {_shown((about and about.description) or '')}\n")
    facts = _table()
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row(
        "repositories",
        f"{totals.repositories:,}; {totals.archived:,} archived, {totals.forks:,} forks of others, {totals.private:,} private",
    )
    facts.add_row("stars", f"{totals.stars:,}")
    facts.add_row("open issues and pulls", f"{totals.open_issues:,}")
    facts.add_row("commits", f"{totals.commits_last_year:,} in a year\n{words.sparkline(report.weeks)}")
    facts.add_row("languages", _shown(words.languages(report.languages)))
    top = ", ".join(f"{one.login} {one.commits:,}" for one in report.contributors[:6])
    facts.add_row("contributors", _shown(f"{totals.contributors:,}" + (f"; {top}" if top else "")))
    if report.dormant:
        facts.add_row("no push for a year", _shown(", ".join(name.partition("/")[2] for name in report.dormant)))
    console.print(facts)
    console.print()
    whole = all(row.state == "complete" for row in report.repositories)
    table = _table(show_header=True)
    table.add_column(
        "repository", overflow="fold", min_width=min(24, max(map(_length, report.repositories), default=0))
    )
    if not whole:
        table.add_column("state", no_wrap=True)
    table.add_column("language", overflow="ellipsis", no_wrap=True, max_width=12)
    for title in ("stars", "open", "commits", "people"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("last push", no_wrap=True)
    table.add_column("signals", overflow="fold")
    for row in report.repositories:
        table.add_row(
            _shown(row.full_name.partition("/")[2]),
            *(() if whole else (_state(row.state),)),
            _shown(row.language or words.NONE),
            f"{row.stars:,}",
            f"{row.open_issues:,}",
            words.measure(row.commits_last_year, ""),
            words.measure(row.contributors, ""),
            words.day(row.pushed_at),
            ", ".join(row.signals).replace("_", " "),
        )
    console.print(table)


def _length(row: RepositoryRow) -> int:
    return len(row.full_name.partition("/")[2])


def _table(*, show_header: bool = False) -> Table:
    return Table(box=None, show_header=show_header, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _state(state: str) -> str:
    colour = _COLOURS.get(state)
    return state if colour is None else f"[{colour}]{state}[/{colour}]"


def _shown(text: str) -> str:
    """What others have written: no control characters, which a terminal would obey, and no markup of ours."""
    return escape("".join(character if character.isprintable() or character == "\n" else "?" for character in text))
