"""How far a long report has come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.cli.paint import Paint
from app.services.answers import organization_report

Seen = Callable[[organization_report.Progress], None]


@contextmanager
def progress_bar(errors: TextIO, paint: Paint) -> Iterator[Seen]:
    """A bar on a terminal, and nothing elsewhere: where nobody looks, it would only stand in a log."""
    if not errors.isatty():
        yield lambda _: None
        return
    console = Console(file=errors, no_color=not paint.on, highlight=False)
    columns = (TextColumn("repositories"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, told="")

        def seen(step: organization_report.Progress) -> None:
            left = "" if step.seconds_left is None else f", about {step.seconds_left:.0f} s left"
            told = f"{step.points_spent:,} points{left}"
            bar.update(task, total=step.total or None, completed=step.done, told=told)

        yield seen
