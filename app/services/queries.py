"""What callers may ask of lists: names, defaults and bounds. The API parses query strings into these."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_PER_PAGE = 100
"""GitHub's own bound for `per_page`."""


def _written_as_a_moment(given: object) -> object:
    if isinstance(given, str) and "-" not in given:
        raise ValueError("should be a moment as RFC 3339 writes it, such as 2026-06-01T12:00:00Z")
    return given


def _in_utc(written: datetime) -> datetime:
    """Without a zone it is UTC: it must not mean another moment on a machine elsewhere."""
    try:
        return written.astimezone(UTC) if written.tzinfo else written.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("should be a moment in the years 1 to 9999 of UTC") from None


Text = Annotated[
    str,
    # The pattern: one character at least that can be seen. `min_length` alone counts what is stripped, for who reads the schema.
    StringConstraints(strip_whitespace=True, min_length=1, max_length=256, pattern=r"[^\s\x00-\x1f\x7f-\xa0]"),
]
Cursor = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,2048}$")]
"""What upstream gave: opaque. Graph's are some hundreds of characters."""
Moment = Annotated[datetime, BeforeValidator(_written_as_a_moment), AfterValidator(_in_utc)]


class NoQuery(BaseModel):
    """Takes no parameters: one that is misspelt or misplaced is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PageQuery(NoQuery):
    page: int = Field(1, ge=1, le=100_000, description="Which page, from 1.")
    per_page: int = Field(30, ge=1, le=MAX_PER_PAGE, description="How many items on a page.")


class RefQuery(NoQuery):
    ref: Text | None = Field(None, description="A branch, tag or commit; the default branch where it is left out.")


class CommitQuery(PageQuery):
    since: Moment | None = Field(
        None, description="Only commits after this moment (RFC 3339; UTC where it names no zone)."
    )
    until: Moment | None = Field(
        None, description="Only commits before this moment (RFC 3339; UTC where it names no zone)."
    )
    path: Text | None = Field(None, description="Only commits that touch this path.")
    author: Text | None = Field(None, description="Only commits of this login or e-mail address.")
    ref: Text | None = Field(None, description="Begin at this branch, tag or commit.")


class IssueQuery(PageQuery):
    state: Literal["open", "closed", "all"] = Field("open", description="Which state.")
    labels: Text | None = Field(None, description="Only those with all of these labels, separated by commas.")
    since: Moment | None = Field(
        None, description="Only those updated after this moment (RFC 3339; UTC where it names no zone)."
    )
    sort: Literal["created", "updated", "comments"] = Field("created", description="What to sort by.")
    direction: Literal["asc", "desc"] = Field("desc", description="Which way to sort.")


class PullQuery(PageQuery):
    state: Literal["open", "closed", "all"] = Field("open", description="Which state.")
    sort: Literal["created", "updated", "popularity", "long-running"] = Field("created", description="What to sort by.")
    direction: Literal["asc", "desc"] = Field("desc", description="Which way to sort.")


class WorkflowRunQuery(PageQuery):
    branch: Text | None = Field(None, description="Only runs on this branch.")


class RepositoryQuery(PageQuery):
    sort: Literal["created", "updated", "pushed", "full_name"] = Field("full_name", description="What to sort by.")
    direction: Literal["asc", "desc"] | None = Field(
        None, description="Which way to sort; by name ascending and by time descending where it is left out."
    )


class SearchQuery(PageQuery):
    q: Text = Field(description="What to look for, in GitHub's search syntax.", examples=["rocket"])


class PurgeQuery(NoQuery):
    pattern: str = Field(
        "*",
        min_length=1,
        max_length=2048,
        description="What to forget: a glob over `upstream/target` (`github/repos/acme/*`) or over URLs of an upstream "
        "(`https://api.github.com/repos/acme/*`), where `*` stands for any characters and `?` for one; or the name of an "
        "upstream, for all that is kept of it.",
    )


class PostQuery(NoQuery):
    limit: int = Field(25, ge=1, le=MAX_PER_PAGE, description="How many posts on a page.")
    after: Cursor | None = Field(None, description="The posts behind this cursor, which `next` of an answer holds.")
    before: Cursor | None = Field(
        None, description="The posts before this cursor, which `previous` holds; where there is no `after`."
    )


class ReportQuery(NoQuery):
    strict: bool = Field(False, description="Whether a report that lacks a part is an error, that of the part.")


_REPOSITORY = (
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}/"
    r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}|\.[A-Za-z0-9_-][A-Za-z0-9._-]{0,98}|\.\.[A-Za-z0-9._-]{1,98})"
)
_REPOSITORIES = rf"^{_REPOSITORY}(?:,{_REPOSITORY}){{1,9}}$"


def _repositories(given: str) -> str:
    if not re.fullmatch(_REPOSITORIES, given):
        raise ValueError("should be two to ten repositories, owner/name, with commas between")
    return given


class CompareQuery(ReportQuery):
    repos: Annotated[str, AfterValidator(_repositories)] = Field(
        description="Two to ten repositories, `owner/name`, with commas between.",
        examples=["acme/rocket,acme/booster"],
        json_schema_extra={"pattern": _REPOSITORIES},
    )

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Owner and name of each, in the order in which they were asked for."""
        return tuple((owner, name) for owner, _, name in (each.partition("/") for each in self.repos.split(",")))


class UsageQuery(NoQuery):
    by: Literal["caller", "route", "outcome"] = Field("caller", description="What it is told apart by.")
    since: Text = Field(
        "24h",
        description="From when on: a moment (RFC 3339; UTC where it names no zone) or how long ago, such as `90m`, `24h`, `7d`, "
        "`4w`.",
    )
    until: Text | None = Field(
        None, description="Up to when, which is written in the same way; now where it is left out."
    )
