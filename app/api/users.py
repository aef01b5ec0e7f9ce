"""/api/v1/users/{login}: users and their repositories."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import Login
from app.services.answers.account import User
from app.services.answers.answer import Slice
from app.services.answers.repository import Repository
from app.services.queries import RepositoryQuery
from app.services.users import UserService

blueprint = Blueprint("users", url_prefix="/api/v1/users/<login>")

Users = Annotated[UserService, Provide["users"]]


@blueprint.route("/", methods=READ, strict_slashes=False)
@inject
@operation("A user", answers=User)
async def user(login: Login, users: Users) -> User:
    return await users.user(login)


@blueprint.route("/repos", methods=READ)
@inject
@operation("A user's repositories", answers=Slice[Repository])
async def repositories(login: Login, query: RepositoryQuery, users: Users) -> Slice[Repository]:
    return await users.repositories(login, query)
