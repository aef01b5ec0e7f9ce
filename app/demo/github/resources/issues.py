"""https://docs.github.com/en/rest/issues/issues and https://docs.github.com/en/rest/pulls/pulls."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from app.demo.github.ask import Ask
from app.demo.github.paging import paged
from app.demo.github.records import Issue, Pull, Repository
from app.demo.github.replies import Json, Refusal, Reply, invalid, not_found
from app.demo.github.routing import under_repository
from app.demo.github.shapes.issues import full_issue, full_pull, issue_shape, pull_shape

ORDERS: Mapping[str, Callable[[Issue], int]] = {
    "created": lambda issue: issue.created_at,
    "updated": lambda issue: issue.updated_at,
    "comments": lambda issue: issue.comments,
    "popularity": lambda issue: issue.comments,
    "long-running": lambda issue: -issue.created_at,
}


def issues(ask: Ask, repository: Repository) -> Reply:
    """Pull requests are among them; labels are joined by "and"."""
    since = ask.moment("since")
    labels = {name.strip().lower() for name in ask.query.get("labels", "").split(",") if name.strip()}
    creator = ask.query.get("creator")
    chosen = [
        issue
        for issue in _in_state(ask, repository.issues.values())
        if (since is None or issue.updated_at >= since)
        and labels <= {label.name.lower() for label in issue.labels}
        and creator in {None, issue.author.login}
    ]
    return paged(
        ask,
        _sorted(ask, chosen),
        lambda issue: ask.rendered(issue_shape(repository, issue, ask.api)),
        ask.by_number(repository),
    )


def issue(ask: Ask, repository: Repository) -> Reply:
    found = issue_of(ask, repository)
    return Reply(ask.rendered(full_issue(repository, found, ask.api)), last_modified=found.updated_at)


def create(ask: Ask, repository: Repository) -> Reply:
    require_writable(ask, repository)
    fields = _checked(ask.fields())
    if not fields.get("title"):
        raise invalid("Issue", "title")
    made = ask.world.open_issue(
        repository,
        ask.now,
        author=ask.myself(),
        title=fields["title"],
        body=fields.get("body"),
        labels=fields.get("labels") or (),
        assignees=fields.get("assignees") or (),
    )
    shape = full_issue(repository, made, ask.api)
    return Reply(ask.rendered(shape), 201, {"Location": shape["url"]})


def change(ask: Ask, repository: Repository) -> Reply:
    require_writable(ask, repository)
    found = issue_of(ask, repository)
    ask.world.change_issue(repository, found, _checked(ask.fields()), ask.now)
    return Reply(ask.rendered(full_issue(repository, found, ask.api)))


def pulls(ask: Ask, repository: Repository) -> Reply:
    chosen = [issue for issue in _in_state(ask, repository.issues.values()) if issue.pull]

    def shape(issue: Issue) -> Json:
        return ask.rendered(pull_shape(repository, issue, _pull(issue), ask.api))

    return paged(ask, _sorted(ask, chosen), shape, ask.by_number(repository))


def pull(ask: Ask, repository: Repository) -> Reply:
    found = issue_of(ask, repository)
    shape = full_pull(repository, found, _pull(found), ask.api)
    return Reply(ask.rendered(shape), last_modified=found.updated_at)


def _pull(issue: Issue) -> Pull:
    if issue.pull is None:
        raise not_found()
    return issue.pull


def issue_of(ask: Ask, repository: Repository) -> Issue:
    found = repository.issues.get(int(ask.params["number"]))
    if found is None:
        raise not_found()
    return found


def _in_state(ask: Ask, candidates: Iterable[Issue]) -> list[Issue]:
    state = ask.query.get("state", "open")
    return [issue for issue in candidates if state in {"all", issue.state}]


def _sorted(ask: Ask, chosen: list[Issue]) -> list[Issue]:
    """Newest first unless asked otherwise; pulls sorted by another field begin with the lowest, as documented."""
    order = ORDERS.get(ask.query.get("sort", "created"), ORDERS["created"])
    # The number decides among equals, so that pages never overlap.
    return sorted(
        chosen, key=lambda issue: (order(issue), issue.number), reverse=ask.query.get("direction", "desc") != "asc"
    )


def require_writable(ask: Ask, repository: Repository) -> None:
    ask.require_credential()
    if repository.archived:
        raise Refusal(403, "Repository was archived so is read-only.")


def _checked(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Labels come as names or as objects with one; a state is open or closed."""
    if fields.get("state", "open") not in {"open", "closed"}:
        raise invalid("Issue", "state", "invalid")
    if not isinstance(fields.get("title", ""), str):
        raise invalid("Issue", "title", "invalid")
    if "labels" not in fields:
        return fields
    names = [str(label.get("name") if isinstance(label, dict) else label) for label in fields["labels"] or ()]
    return {**fields, "labels": names}


ROUTES = tuple(
    chain(
        under_repository("GET", "/issues", issues),
        under_repository("POST", "/issues", create),
        under_repository("GET", r"/issues/{number:\d+}", issue),
        under_repository("PATCH", r"/issues/{number:\d+}", change),
        under_repository("GET", "/pulls", pulls),
        under_repository("GET", r"/pulls/{number:\d+}", pull),
    )
)
