"""Reports as CSV (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import BaseModel

from app.services.answers.organization_report import OrganizationReport, RepositoryRow
from app.services.answers.report import Comparison, RepositoryReport
from app.services.reports.measures import measures_of

Cell = str | float | None

_ROW = (
    "full_name",
    "state",
    "language",
    "license",
    "visibility",
    "archived",
    "fork",
    "stars",
    "forks",
    "open_issues",
    "pushed_at",
    "days_since_push",
    "commits_last_year",
    "commits_last_13_weeks",
    "contributors",
    "half_of_commits_by",
)


def sheet(report: BaseModel) -> str:
    """One line for each repository; its columns are the measures of a comparison, or those of an organization's rows."""
    if isinstance(report, OrganizationReport):
        return _written((*_ROW, "signals"), (_organization_line(row) for row in report.repositories))
    if isinstance(report, Comparison):
        reports = [each.report for each in report.repositories]
        names = [each.name for each in report.repositories]
    elif isinstance(report, RepositoryReport):
        reports, names = [report], [report.full_name]
    else:
        raise TypeError(type(report))
    measures = measures_of(reports)
    lines = ([name, *(measure.values[place] for measure in measures)] for place, name in enumerate(names))
    return _written(("full_name", *(measure.name for measure in measures)), lines)


def _organization_line(row: RepositoryRow) -> Sequence[Cell]:
    return [*(_cell(getattr(row, name)) for name in _ROW), " ".join(row.signals)]


def _cell(value: object) -> Cell:
    if value is None or (isinstance(value, float | int) and not isinstance(value, bool)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _written(head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return text.getvalue()


def _harmless(cell: Cell) -> Cell:
    """What somebody has named a thing must not become a formula where the file is opened (OWASP, "CSV Injection")."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
