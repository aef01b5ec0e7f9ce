"""https://docs.github.com/en/rest/issues/comments and https://docs.github.com/en/rest/issues/labels."""

from itertools import chain

from app.demo.github.ask import Ask
from app.demo.github.paging import paged
from app.demo.github.records import Comment, Issue, Repository
from app.demo.github.replies import Json, Reply, invalid, not_found
from app.demo.github.resources.issues import issue_of, require_writable
from app.demo.github.routing import under_repository
from app.demo.github.shapes.issues import comment_shape, label_shape


def comments(ask: Ask, repository: Repository) -> Reply:
    issue = issue_of(ask, repository)

    def shape(comment: Comment) -> Json:
        return ask.rendered(comment_shape(repository, issue, comment, ask.api))

    return paged(ask, issue.discussion, shape, ask.by_number(repository))


def all_comments(ask: Ask, repository: Repository) -> Reply:
    """Of all issues; by the moment when they were written, or changed."""
    since = ask.moment("since")
    by_change = ask.query.get("sort") == "updated"
    chosen = sorted(
        (
            (issue, comment)
            for issue in repository.issues.values()
            for comment in issue.discussion
            if since is None or comment.updated_at >= since
        ),
        key=lambda found: (found[1].updated_at if by_change else found[1].created_at, found[1].id),
        reverse=ask.query.get("direction") == "desc",
    )

    def shape(found: tuple[Issue, Comment]) -> Json:
        return ask.rendered(comment_shape(repository, *found, ask.api))

    return paged(ask, chosen, shape, ask.by_number(repository))


def create(ask: Ask, repository: Repository) -> Reply:
    require_writable(ask, repository)
    issue = issue_of(ask, repository)
    made = ask.world.add_comment(issue, ask.myself(), _body(ask), ask.now)
    shape = comment_shape(repository, issue, made, ask.api)
    return Reply(ask.rendered(shape), 201, {"Location": shape["url"]})


def comment(ask: Ask, repository: Repository) -> Reply:
    issue, found = _comment(ask, repository)
    return Reply(ask.rendered(comment_shape(repository, issue, found, ask.api)), last_modified=found.updated_at)


def change(ask: Ask, repository: Repository) -> Reply:
    require_writable(ask, repository)
    issue, found = _comment(ask, repository)
    found.body = _body(ask)
    found.updated_at = max(ask.now, found.updated_at + 1)
    return Reply(ask.rendered(comment_shape(repository, issue, found, ask.api)))


def delete(ask: Ask, repository: Repository) -> Reply:
    require_writable(ask, repository)
    issue, found = _comment(ask, repository)
    issue.discussion.remove(found)
    issue.updated_at = max(ask.now, issue.updated_at + 1)
    return Reply(None, 204)


def labels(ask: Ask, repository: Repository) -> Reply:
    return paged(
        ask, repository.labels, lambda label: label_shape(repository, label, ask.api), ask.by_number(repository)
    )


def label(ask: Ask, repository: Repository) -> Reply:
    found = next((label for label in repository.labels if label.name == ask.params["name"]), None)
    if found is None:
        raise not_found()
    return Reply(label_shape(repository, found, ask.api))


def labels_of_issue(ask: Ask, repository: Repository) -> Reply:
    return paged(
        ask,
        issue_of(ask, repository).labels,
        lambda label: label_shape(repository, label, ask.api),
        ask.by_number(repository),
    )


def _comment(ask: Ask, repository: Repository) -> tuple[Issue, Comment]:
    wanted = int(ask.params["comment"])
    for issue in repository.issues.values():
        for found in issue.discussion:
            if found.id == wanted:
                return issue, found
    raise not_found()


def _body(ask: Ask) -> str:
    body = ask.fields().get("body")
    if not body or not isinstance(body, str):
        raise invalid("IssueComment", "body")
    return body


ROUTES = tuple(
    chain(
        under_repository("GET", r"/issues/{number:\d+}/comments", comments),
        under_repository("POST", r"/issues/{number:\d+}/comments", create),
        under_repository("GET", "/issues/comments", all_comments),
        under_repository("GET", r"/issues/comments/{comment:\d+}", comment),
        under_repository("PATCH", r"/issues/comments/{comment:\d+}", change),
        under_repository("DELETE", r"/issues/comments/{comment:\d+}", delete),
        under_repository("GET", r"/issues/{number:\d+}/labels", labels_of_issue),
        under_repository("GET", "/labels", labels),
        under_repository("GET", "/labels/{name}", label),
    )
)
