"""https://docs.github.com/en/rest/search/search: plain words must all occur; a few qualifiers are understood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.demo.github.ask import Ask
from app.demo.github.paging import paged
from app.demo.github.quota import CODE_SEARCH, SEARCH
from app.demo.github.records import Account, Issue, Repository
from app.demo.github.replies import Json, Refusal, Reply
from app.demo.github.routing import Route
from app.demo.github.shapes.accounts import simple_user
from app.demo.github.shapes.contents import entry
from app.demo.github.shapes.issues import issue_shape
from app.demo.github.shapes.repositories import listed_repository, minimal_repository

SEARCH_PAGE = "https://docs.github.com/v3/search"
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Sought:
    words: tuple[str, ...]
    qualifiers: tuple[tuple[str, str], ...]

    def occurs_in(self, *texts: str | None) -> bool:
        whole = " ".join(text.lower() for text in texts if text)
        return all(word in whole for word in self.words)

    def allows(self, name: str, *values: str | None) -> bool:
        """Whether each qualifier of that name has one of these values: given twice, both must hold."""
        present = {value.lower() for value in values if value}
        return all(wanted in present for given, wanted in self.qualifiers if given == name)

    def allows_repository(self, repository: Repository) -> bool:
        owner = repository.owner.login
        return self.allows("repo", repository.full_name) and self.allows("user", owner) and self.allows("org", owner)


def sought(ask: Ask) -> Sought:
    text = ask.query.get("q", "").lower().strip()
    if not text:
        missing = {"resource": "Search", "field": "q", "code": "missing"}
        raise Refusal(422, "Validation Failed", documentation=SEARCH_PAGE, errors=[missing])
    parts = text.replace('"', "").split()
    qualifiers = tuple((name, value) for name, colon, value in (part.partition(":") for part in parts) if colon)
    return Sought(tuple(part for part in parts if ":" not in part), qualifiers)


def repositories(ask: Ask) -> Reply:
    wish = sought(ask)
    found = [
        repository
        for repository in ask.world.repositories.values()
        if wish.occurs_in(repository.full_name, repository.description, *repository.topics)
        and wish.allows_repository(repository)
        and wish.allows("language", repository.language)
        and wish.allows("topic", *repository.topics)
    ]
    orders: dict[str, Callable[[Repository], Any]] = {
        "stars": lambda repository: repository.stars,
        "forks": lambda repository: repository.forks,
        "updated": lambda repository: repository.updated_at,
    }
    # Best match stands for most stars here.
    found.sort(key=orders.get(ask.query.get("sort", "stars"), orders["stars"]), reverse=_is_descending(ask))
    return _results(ask, found, lambda repository: listed_repository(repository, ask.api))


def issues(ask: Ask) -> Reply:
    wish = sought(ask)
    found = [
        (repository, issue)
        for repository in ask.world.repositories.values()
        if wish.allows_repository(repository)
        for issue in repository.issues.values()
        if wish.occurs_in(issue.title, issue.body)
        and wish.allows("state", issue.state)
        and wish.allows("is", issue.state, "pr" if issue.pull else "issue")
        and wish.allows("type", "pr" if issue.pull else "issue")
        and wish.allows("author", issue.author.login)
        and wish.allows("label", *(label.name for label in issue.labels))
    ]
    found.sort(key=lambda pair: (pair[1].created_at, pair[1].id), reverse=_is_descending(ask))

    def shape(pair: tuple[Repository, Issue]) -> Json:
        return issue_shape(*pair, ask.api)

    return _results(ask, found, shape)


def code(ask: Ask) -> Reply:
    """Only with a credential, as on github.com."""
    wish = sought(ask)
    if not ask.caller.authenticated:
        why = "Must be authenticated to access the code search API"
        problem = {"message": why, "resource": "Search", "field": "q", "code": "invalid"}
        raise Refusal(401, "Requires authentication", documentation=SEARCH_PAGE, errors=[problem])
    found = [
        (repository, path)
        for repository in ask.world.repositories.values()
        if wish.allows_repository(repository) and wish.allows("language", repository.language)
        for path, content in sorted(repository.files.items())
        if wish.occurs_in(path, content.decode(errors="ignore"))
    ]

    def shape(pair: tuple[Repository, str]) -> Json:
        repository, path = pair
        line = entry(repository, path, repository.default_branch, ask.api)
        kept = {name: line[name] for name in ("name", "path", "sha", "url", "git_url", "html_url")}
        return {**kept, "repository": minimal_repository(repository, ask.api)}

    return _results(ask, found, shape)


def users(ask: Ask) -> Reply:
    wish = sought(ask)
    found = [
        account
        for account in ask.world.accounts.values()
        if wish.occurs_in(account.login, account.name, account.email)
        and wish.allows("type", account.kind, "org" if account.is_organization else None)
    ]
    found.sort(key=lambda account: account.followers, reverse=_is_descending(ask))

    def shape(account: Account) -> Json:
        return simple_user(account, ask.api)

    return _results(ask, found, shape)


def _is_descending(ask: Ask) -> bool:
    return ask.query.get("order", "desc") != "asc"


def _results(ask: Ask, found: Sequence[Found], shape: Callable[[Found], Json]) -> Reply:
    return paged(
        ask,
        found,
        lambda item: {**shape(item), "score": 1.0},
        ask.path,
        lambda items: {"total_count": len(found), "incomplete_results": False, "items": items},
    )


ROUTES = (
    Route("GET", "/search/repositories", repositories, SEARCH),
    Route("GET", "/search/issues", issues, SEARCH),
    Route("GET", "/search/code", code, CODE_SEARCH),
    Route("GET", "/search/users", users, SEARCH),
)
