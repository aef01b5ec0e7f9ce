"""A handler that would not get its service is found at start-up, by name, before anybody is served."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide, inject
from sanic import Sanic

from app.api.edge import EdgeApp
from app.api.repositories import repository
from app.clients.github import FakeGitHubClient
from app.server import create_app
from app.services.issues import IssueService
from app.services.repositories import RepositoryService
from app.wiring import BadWiring, Parts, wire
from tests.gateway import container_of

Repositories = Annotated[RepositoryService, Provide["repositories"]]
NAMED = r"tests\.unit\.test_wiring\.\S*handler: repositories"


@pytest.fixture
def app() -> Any:
    made = create_app(container_of())
    yield made
    Sanic.unregister_app(made)


def faults_of(app: EdgeApp, container: containers.Container | None = None) -> list[str]:
    with pytest.raises(BadWiring) as raised:
        wire(app, container or container_of())
    title, *faults = str(raised.value).splitlines()
    assert title == "handlers that would not get what they ask for:"
    return [fault.strip() for fault in faults]


def matches(pattern: str, faults: list[str]) -> None:
    (fault,) = faults
    assert re.search(pattern, fault), fault


def test_what_we_ship_is_wired(app: EdgeApp) -> None:
    wire(app, container_of())


def test_a_name_that_the_container_does_not_have(app: EdgeApp) -> None:
    @app.get("/x")
    @inject
    async def handler(_: Any, repositories: Annotated[RepositoryService, Provide["repositorys"]]) -> Any: ...

    matches(NAMED + r' asks for "repositorys", which the container does not have$', faults_of(app))


def test_another_type_than_annotated(app: EdgeApp) -> None:
    @app.get("/x")
    @inject
    async def handler(_: Any, repositories: Annotated[IssueService, Provide["repositories"]]) -> Any: ...

    matches(NAMED + r' is annotated IssueService, and "repositories" is a RepositoryService$', faults_of(app))


def test_an_annotation_that_is_no_class(app: EdgeApp) -> None:
    @app.get("/x")
    @inject
    async def handler(_: Any, repositories: Annotated[RepositoryService | None, Provide["repositories"]]) -> Any: ...

    matches(NAMED + r" is annotated .*RepositoryService \| None, which is no class$", faults_of(app))


def test_a_provider_that_gives_a_future(app: EdgeApp) -> None:
    class Late(containers.DeclarativeContainer):
        opened = providers.Resource(opening)
        repositories = providers.Factory(RepositoryService, opened)

    async def resolve() -> list[str]:
        with pytest.raises(BadWiring, match=r'repositories is annotated RepositoryService, and "repositories" is a '):
            wire(app, Late())
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        return []

    asyncio.run(resolve())


async def opening() -> AsyncIterator[object]:
    yield object()


def test_inject_above_the_route(app: EdgeApp) -> None:
    @inject  # type: ignore[type-var]  # mypy sees it, too
    @app.get("/x")
    async def handler(_: Any, repositories: Repositories) -> Any: ...

    matches(NAMED + r" was left unwired \(the order is: route, then @inject; .*\)$", faults_of(app))


def test_inject_forgotten(app: EdgeApp) -> None:
    @app.get("/x")
    async def handler(_: Any, repositories: Repositories) -> Any: ...

    matches(NAMED + r" was left unwired ", faults_of(app))


def test_a_handler_may_be_in_any_module(app: EdgeApp) -> None:
    @inject
    async def handler(_: Any, repositories: Repositories) -> Any:
        return repositories

    app.add_route(handler, "/x")
    wire(app, container_of())
    given: Any = handler
    assert isinstance(asyncio.run(given(None)), RepositoryService)


def test_an_annotation_in_quotes_which_the_library_does_not_see(app: EdgeApp) -> None:
    @app.get("/x")
    async def handler(_: Any, repositories: "Repositories") -> Any: ...

    matches(NAMED + r" was left unwired \(.*annotations are no text\)$", faults_of(app))


def test_a_marker_as_default_is_seen_too(app: EdgeApp) -> None:
    @app.get("/x")
    async def handler(_: Any, repositories: RepositoryService = Provide["repositorys"]) -> Any: ...

    matches(NAMED + r' asks for "repositorys", which the container does not have$', faults_of(app))


def test_every_fault_is_told_at_once(app: EdgeApp) -> None:
    @app.get("/x")
    @inject
    async def handler(
        _: Any,
        one: Annotated[RepositoryService, Provide["nothing"]],
        other: Annotated[RepositoryService, Provide["issues"]],
    ) -> Any: ...

    assert [fault.partition(": ")[2].partition(" ")[0] for fault in faults_of(app)] == ["one", "other"]


def test_a_handler_that_asks_for_nothing_is_fine(app: EdgeApp) -> None:
    @app.get("/x")
    async def handler(_: Any) -> Any: ...

    wire(app, container_of())


def test_a_container_without_the_services_is_refused_handler_by_handler(app: EdgeApp) -> None:
    faults = faults_of(app, containers.DynamicContainer())
    assert (
        'app.api.repositories.tags: repositories asks for "repositories", which the container does not have' in faults
    )
    assert len(faults) == len(set(faults)) > 20


def test_making_an_application_checks_it() -> None:
    container = container_of()
    with (
        container.repositories.override(providers.Object("no service")),
        pytest.raises(BadWiring, match=r'is annotated RepositoryService, and "repositories" is a str'),
    ):
        create_app(container)


async def test_the_last_one_wired_answers(app: EdgeApp) -> None:
    """Wiring belongs to the process; that is why a starting worker wires once more."""
    one, other = container_of(), container_of()
    with (
        one.github_client.override(FakeGitHubClient(["acme/one"])),
        other.github_client.override(FakeGitHubClient(["acme/other"])),
    ):
        for container, name in ((one, "one"), (other, "other"), (one, "one")):
            wire(app, container)
            answer = await repository(Asked(app), owner="acme", repo=name)
            assert f'"full_name":"acme/{name}"'.encode() in (answer.body or b"")


class Asked:
    """As much of a request as an endpoint looks at."""

    method = "GET"
    query_string = ""
    template = "/x"
    raw_url, question = b"/x", (b"/x", "")
    headers: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, app: EdgeApp) -> None:
        self.app = app


class TestParts:
    """What an answer from memory is held to."""

    def test_they_are_what_a_service_would_be_made_of(self) -> None:
        container = container_of()
        client = container.github_client()

        assert Parts(container).of("repositories") == [client]
        assert any(part is client for part in vars(container.repositories()).values())

    def test_another_client_is_another_part(self) -> None:
        container = container_of()
        parts, before = Parts(container), Parts(container).of("repositories")
        fake = FakeGitHubClient()

        with container.github_client.override(fake):
            assert parts.of("repositories") == [fake]
        assert parts.of("repositories") == before

    def test_a_service_that_is_overridden_is_made_of_what_overrides_it(self) -> None:
        container = container_of()
        with container.repositories.override(object()):
            (part,) = Parts(container).of("repositories")

        assert part not in vars(container.repositories()).values()
