"""/api/v1/search: repositories, issues, code and accounts by what they hold, in GitHub's search syntax."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.services.answers.account import Account
from app.services.answers.answer import CountedSlice
from app.services.answers.issue import Issue
from app.services.answers.repository import Repository
from app.services.answers.search import CodeMatch
from app.services.queries import SearchQuery
from app.services.search import SearchService

blueprint = Blueprint("search", url_prefix="/api/v1/search")

Search = Annotated[SearchService, Provide["search"]]


@blueprint.route("/repos", methods=READ)
@inject
@operation("Search repositories", answers=CountedSlice[Repository])
async def repositories(query: SearchQuery, search: Search) -> CountedSlice[Repository]:
    """Best match first; a thousand matches at most."""
    return await search.repositories(query)


@blueprint.route("/issues", methods=READ)
@inject
@operation("Search issues and pull requests", answers=CountedSlice[Issue])
async def issues(query: SearchQuery, search: Search) -> CountedSlice[Issue]:
    """Best match first; a thousand matches at most."""
    return await search.issues(query)


@blueprint.route("/code", methods=READ)
@inject
@operation("Search code", answers=CountedSlice[CodeMatch])
async def code(query: SearchQuery, search: Search) -> CountedSlice[CodeMatch]:
    """Best match first; a thousand matches at most. GitHub wants a credential for it."""
    return await search.code(query)


@blueprint.route("/users", methods=READ)
@inject
@operation("Search users and organizations", answers=CountedSlice[Account])
async def users(query: SearchQuery, search: Search) -> CountedSlice[Account]:
    """Best match first; a thousand matches at most."""
    return await search.users(query)
