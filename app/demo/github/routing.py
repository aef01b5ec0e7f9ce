"""A route as a value: the resource modules list theirs, the server hangs them up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.demo.github.ask import Ask
from app.demo.github.quota import CORE
from app.demo.github.records import Repository
from app.demo.github.replies import Reply

Handler: TypeAlias = Callable[[Ask], Reply]
RepositoryHandler: TypeAlias = Callable[[Ask, Repository], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """`takes_files`: what is sent there is no JSON, but a file whatever it holds."""

    method: str
    path: str
    handler: Handler
    resource: str = CORE
    free: bool = False
    takes_files: bool = False


def under_repository(
    method: str, rest: str, handler: RepositoryHandler, *, takes_files: bool = False
) -> tuple[Route, Route]:
    """The same by name and by number; GitHub's links use the number."""

    def on_repository(ask: Ask) -> Reply:
        return handler(ask, ask.repository())

    return (
        Route(method, "/repos/{owner}/{repo}" + rest, on_repository, takes_files=takes_files),
        Route(method, r"/repositories/{id:\d+}" + rest, on_repository, takes_files=takes_files),
    )
