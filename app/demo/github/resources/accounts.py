"""https://docs.github.com/en/rest/users/users and https://docs.github.com/en/rest/orgs/orgs."""

from collections.abc import Callable, Mapping
from typing import Any

from app.demo.github.ask import Ask
from app.demo.github.paging import paged
from app.demo.github.records import Account, Repository
from app.demo.github.replies import Reply
from app.demo.github.routing import Route
from app.demo.github.shapes.accounts import full_organization, full_user, simple_user
from app.demo.github.shapes.repositories import listed_repository

ORDERS: Mapping[str, Callable[[Repository], Any]] = {
    "full_name": lambda repository: repository.full_name.lower(),
    "created": lambda repository: repository.created_at,
    "updated": lambda repository: repository.updated_at,
    "pushed": lambda repository: repository.pushed_at,
}


def user(ask: Ask) -> Reply:
    """An organization answers here too."""
    account = ask.account()
    shape = full_user(account, ask.api, len(ask.world.repositories_of(account)))
    return Reply(shape, last_modified=account.updated_at)


def myself(ask: Ask) -> Reply:
    """https://docs.github.com/en/rest/users/users#get-the-authenticated-user."""
    account = ask.myself()
    shape = full_user(account, ask.api, len(ask.world.repositories_of(account)))
    return Reply(shape, last_modified=account.updated_at)


def own_repositories(ask: Ask) -> Reply:
    return _repositories(ask, ask.myself(), "full_name", "/user/repos")


def organization(ask: Ask) -> Reply:
    account = ask.organization()
    shape = full_organization(account, ask.api, len(ask.world.repositories_of(account)))
    return Reply(shape, last_modified=account.updated_at)


def user_repositories(ask: Ask) -> Reply:
    account = ask.account()
    return _repositories(ask, account, "full_name", f"/user/{account.id}/repos")


def organization_repositories(ask: Ask) -> Reply:
    account = ask.organization()
    return _repositories(ask, account, "created", f"/organizations/{account.id}/repos")


def members(ask: Ask) -> Reply:
    account = ask.organization()
    return paged(
        ask,
        ask.world.members_of(account),
        lambda member: simple_user(member, ask.api),
        f"/organizations/{account.id}/members",
    )


def _repositories(ask: Ask, account: Account, default_order: str, path: str) -> Reply:
    """Names begin with the first letter, times with the newest, unless a direction is given."""
    order = ask.query.get("sort", default_order)
    order = order if order in ORDERS else default_order
    direction = ask.query.get("direction") or ("asc" if order == "full_name" else "desc")
    kind = ask.query.get("type", "all")
    chosen = [
        repository
        for repository in ask.world.repositories_of(account)
        if kind not in {"forks", "sources"} or (kind == "forks") == (repository.parent is not None)
    ]
    chosen.sort(key=ORDERS[order], reverse=direction == "desc")
    return paged(ask, chosen, lambda repository: listed_repository(repository, ask.api), path)


ROUTES = (
    Route("GET", "/user", myself),
    Route("GET", "/user/repos", own_repositories),
    Route("GET", "/users/{login}", user),
    Route("GET", "/users/{login}/repos", user_repositories),
    Route("GET", r"/user/{account_id:\d+}", user),
    Route("GET", r"/user/{account_id:\d+}/repos", user_repositories),
    Route("GET", "/orgs/{login}", organization),
    Route("GET", "/orgs/{login}/repos", organization_repositories),
    Route("GET", "/orgs/{login}/members", members),
    Route("GET", r"/organizations/{account_id:\d+}", organization),
    Route("GET", r"/organizations/{account_id:\d+}/repos", organization_repositories),
    Route("GET", r"/organizations/{account_id:\d+}/members", members),
)
