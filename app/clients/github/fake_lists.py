"""How a fake chooses, orders and cuts what it lists: GitHub's filters and pages as functions on values."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qs

from app.clients.github.client import CommentSort, Direction, IssueSort, IssueState, PullSort, RepositorySort
from app.clients.github.fake_parts import moment
from app.clients.github.models import Comment, Commit, Issue, Pull, Repository
from app.clients.paging import Page

T = TypeVar("T")

PER_PAGE = 30
MOST_PER_PAGE = 100
_DETAILS_OF_A_PULL = ("merged", "comments", "commits", "additions", "deletions", "changed_files")

_REPOSITORY_ORDERS: Mapping[RepositorySort, Callable[[Repository], str | float]] = {
    "full_name": lambda repository: repository.full_name.lower(),
    "created": lambda repository: moment(repository.created_at).timestamp(),
    "updated": lambda repository: moment(repository.updated_at).timestamp(),
    "pushed": lambda repository: moment(repository.pushed_at).timestamp(),
}
_ISSUE_ORDERS: Mapping[IssueSort, Callable[[Issue], float]] = {
    "created": lambda issue: moment(issue.created_at).timestamp(),
    "updated": lambda issue: moment(issue.updated_at).timestamp(),
    "comments": lambda issue: issue.comments,
}
_COMMENT_ORDERS: Mapping[CommentSort, Callable[[Comment], float]] = {
    "created": lambda comment: moment(comment.created_at).timestamp(),
    "updated": lambda comment: moment(comment.updated_at or comment.created_at).timestamp(),
}
_PULL_ORDERS: Mapping[PullSort, Callable[[Pull], float]] = {
    "created": lambda pull: moment(pull.created_at).timestamp(),
    "updated": lambda pull: moment(pull.updated_at).timestamp(),
    "popularity": lambda pull: pull.comments or 0,
    "long-running": lambda pull: -moment(pull.created_at).timestamp(),
}


def cut(
    items: Sequence[T],
    page: int,
    per_page: int,
    again: Callable[..., Awaitable[Page[T]]],
    *,
    total: int | None = None,
) -> Page[T]:
    """The asked page of `items`; `again(page=…)` asks for another. Sizes that make no sense are read as GitHub does."""
    size = min(per_page, MOST_PER_PAGE) if per_page > 0 else PER_PAGE
    number = max(page, 1)
    last = max(1, -(-len(items) // size))

    def there(other: int) -> str:
        return f"?page={other}&per_page={size}"

    return Page(
        tuple(items[(number - 1) * size : number * size]),
        lambda target: again(page=int(parse_qs(target.removeprefix("?"))["page"][0])),
        next=there(number + 1) if number < last else None,
        previous=there(min(number - 1, last)) if number > 1 else None,
        total=total,
    )


def in_order(
    repositories: Sequence[Repository], sort: RepositorySort, direction: Direction | None
) -> tuple[Repository, ...]:
    """Names begin with A, times with the newest, unless a direction is given."""
    wanted = direction or ("asc" if sort == "full_name" else "desc")
    return tuple(sorted(repositories, key=_REPOSITORY_ORDERS[sort], reverse=wanted == "desc"))


def commits(
    reached: Sequence[Commit], since: datetime | None, until: datetime | None, path: str | None, author: str | None
) -> tuple[Commit, ...]:
    """As they stand in a list: without counts and files."""
    return tuple(
        commit.model_copy(update={"stats": None, "files": None})
        for commit in reached
        if _within(_written_at(commit), since, until) and _touches(commit, path) and _is_by(commit, author)
    )


def issues(
    held: Sequence[Issue],
    state: IssueState,
    labels: str | None,
    since: datetime | None,
    sort: IssueSort,
    direction: Direction,
) -> tuple[Issue, ...]:
    """Labels, names with commas between, are joined by "and"; the number decides among equals."""
    wanted = {label.strip().lower() for label in (labels or "").split(",") if label.strip()}
    chosen = (
        issue
        for issue in held
        if state in {"all", issue.state}
        and wanted <= {name.lower() for name in label_names(issue)}
        and _within(issue.updated_at, since, None)
    )
    order = _ISSUE_ORDERS[sort]
    return tuple(sorted(chosen, key=lambda issue: (order(issue), issue.number), reverse=direction == "desc"))


def pulls(held: Sequence[Pull], state: IssueState, sort: PullSort, direction: Direction) -> tuple[Pull, ...]:
    """As they stand in a list: without what GitHub counts only for one."""
    chosen = (pull for pull in held if state in {"all", pull.state})
    order = _PULL_ORDERS[sort]
    ordered = sorted(chosen, key=lambda pull: (order(pull), pull.number), reverse=direction == "desc")
    return tuple(pull.model_copy(update=dict.fromkeys(_DETAILS_OF_A_PULL)) for pull in ordered)


def comments(
    held: Sequence[Comment], since: datetime | None, sort: CommentSort, direction: Direction
) -> tuple[Comment, ...]:
    """The id decides among equals."""
    chosen = (comment for comment in held if _within(comment.updated_at or comment.created_at, since, None))
    order = _COMMENT_ORDERS[sort]
    return tuple(sorted(chosen, key=lambda comment: (order(comment), comment.id), reverse=direction == "desc"))


def label_names(issue: Issue) -> tuple[str, ...]:
    return tuple(label if isinstance(label, str) else label.name for label in issue.labels)


def _within(value: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    """Bounds without a time zone are local time, as in the real client."""
    when = moment(value)
    return (since is None or when >= since.astimezone(UTC)) and (until is None or when <= until.astimezone(UTC))


def _written_at(commit: Commit) -> datetime | None:
    return None if commit.commit.committer is None else commit.commit.committer.date


def _touches(commit: Commit, path: str | None) -> bool:
    """Whether it changed the file, or something in the directory, at `path`."""
    wanted = (path or "").strip("/")
    return not wanted or any(f"{file.filename}/".startswith(f"{wanted}/") for file in commit.files or ())


def _is_by(commit: Commit, author: str | None) -> bool:
    """GitHub takes a login or an e-mail address."""
    if author is None:
        return True
    login = None if commit.author is None else commit.author.login
    email = None if commit.commit.author is None else commit.commit.author.email
    return author.lower() in {(login or "").lower(), (email or "").lower()}
