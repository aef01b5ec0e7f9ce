"""https://docs.github.com/en/rest/repos/repos and the statistics of a repository."""

from collections.abc import Callable
from itertools import chain
from typing import Any

from app.demo.github.ask import Ask
from app.demo.github.paging import paged
from app.demo.github.records import Account, Repository
from app.demo.github.replies import Json, Reply, invalid
from app.demo.github.routing import under_repository
from app.demo.github.shapes.accounts import simple_user
from app.demo.github.shapes.repositories import community_profile, full_repository
from app.demo.github.statistics import commit_activity, participation

CHANGEABLE = {"description", "homepage", "default_branch", "archived", "name"}


def show(ask: Ask, repository: Repository) -> Reply:
    shape = full_repository(repository, ask.api, authenticated=ask.caller.authenticated)
    return Reply(shape, last_modified=repository.updated_at)


def change(ask: Ask, repository: Repository) -> Reply:
    """https://docs.github.com/en/rest/repos/repos#update-a-repository."""
    ask.require_credential()
    changes = {name: value for name, value in ask.fields().items() if name in CHANGEABLE}
    if "name" in changes and not changes["name"]:
        raise invalid("Repository", "name", "missing_field")
    ask.world.change_repository(repository, changes, ask.now)
    return Reply(full_repository(repository, ask.api, authenticated=True))


def languages(_: Ask, repository: Repository) -> Reply:
    return Reply(repository.languages)


def topics(_: Ask, repository: Repository) -> Reply:
    return Reply({"names": list(repository.topics)})


def contributors(ask: Ask, repository: Repository) -> Reply:
    if not repository.contributors:
        return Reply(None, 204)

    def shape(pair: tuple[Account, int]) -> Json:
        account, contributions = pair
        return {**simple_user(account, ask.api), "contributions": contributions}

    return paged(ask, repository.contributors, shape, ask.by_number(repository))


def community(ask: Ask, repository: Repository) -> Reply:
    return Reply(community_profile(repository, ask.api))


def activity(ask: Ask, repository: Repository) -> Reply:
    return _computed(ask, repository, "commit_activity", commit_activity)


def shares(ask: Ask, repository: Repository) -> Reply:
    return _computed(ask, repository, "participation", participation)


def _computed(ask: Ask, repository: Repository, statistic: str, compute: Callable[[Repository, int], Any]) -> Reply:
    if not ask.desk.is_ready(repository, statistic):
        return Reply({}, 202)
    return Reply(compute(repository, ask.world.ends_at))


ROUTES = tuple(
    chain(
        under_repository("GET", "", show),
        under_repository("PATCH", "", change),
        under_repository("GET", "/languages", languages),
        under_repository("GET", "/topics", topics),
        under_repository("GET", "/contributors", contributors),
        under_repository("GET", "/community/profile", community),
        under_repository("GET", "/stats/commit_activity", activity),
        under_repository("GET", "/stats/participation", shares),
    )
)
