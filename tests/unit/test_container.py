"""The composition root: everything resolves synchronously, sharing is as drawn, and an override always takes effect."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import errors, providers

from app.clients.facebook import FacebookClient, FakeFacebookClient
from app.clients.github import FakeGitHubClient, GitHubClient
from app.container import Container
from app.errors import CertificateAuthorityUnusable, NotConfigured, SessionNotOpen
from app.services.pages import PageService
from app.services.repositories import RepositoryService
from app.settings import Settings
from app.transport.upstream import Upstream
from tests.gateway import NOWHERE, container_of
from tests.unit.object_graph import held_by

GITHUB = {"kind": "github", "base_url": NOWHERE}
FACEBOOK = {"kind": "facebook", "base_url": NOWHERE}
PLAIN = {"kind": "http", "base_url": NOWHERE}

ASYNCHRONOUS = {"sessions"}
SYNCHRONOUS = sorted({*container_of().providers} - ASYNCHRONOUS - {"__self__"})
SERVICES = sorted(name for name, provider in Container.providers.items() if isinstance(provider, providers.Factory))
SHARED = sorted(name for name, provider in Container.providers.items() if isinstance(provider, providers.Singleton))


@pytest.fixture
def container() -> Container:
    return container_of(github=GITHUB, facebook=FACEBOOK, plain=PLAIN)


@asynccontextmanager
async def opened(container: Container) -> AsyncIterator[None]:
    """The sessions are open inside, as a worker opens and closes them."""
    if isawaitable(opening := container.init_resources()):
        await opening
    try:
        yield
    finally:
        if isawaitable(closing := container.shutdown_resources()):
            await closing


def futures_in(value: Any) -> list[str]:
    return [path for path, held in held_by(value) if asyncio.isfuture(held) or inspect.isawaitable(held)]


def is_open(upstream: Upstream) -> bool:
    try:
        return not upstream.session.client.closed
    except SessionNotOpen:
        return False


def test_there_are_services_and_clients_to_speak_of() -> None:
    assert {"repositories", "pages", "upstream_states"} <= {*SERVICES}
    shared = {
        "identities",
        "journal",
        "keys",
        "ledger",
        "metrics",
        "readers",
        "store",
        "tracing",
        "upstreams",
        "uses",
        "usage_book",
        "typed",
        "github_client",
        "facebook_client",
        "rewriting",
        "routes",
        "kept_share",
    }
    assert {*SHARED} == shared


@pytest.mark.parametrize("name", SYNCHRONOUS)
def test_it_resolves_without_a_loop_and_nothing_in_it_is_a_future(name: str, container: Container) -> None:
    assert futures_in(container.providers[name]()) == []


@pytest.mark.parametrize("name", SYNCHRONOUS)
async def test_it_resolves_synchronously_while_the_sessions_are_open_too(name: str, container: Container) -> None:
    async with opened(container):
        assert futures_in(container.providers[name]()) == []
    assert futures_in(container.providers[name]()) == []


@pytest.mark.parametrize("name", SYNCHRONOUS)
async def test_what_was_resolved_under_an_override_resolves_synchronously_without_it(name: str) -> None:
    container = container_of(github=GITHUB, facebook=FACEBOOK)
    with (
        container.github_client.override(FakeGitHubClient()),
        container.facebook_client.override(FakeFacebookClient()),
    ):
        container.providers[name]()
    async with opened(container):
        assert futures_in(container.providers[name]()) == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_new_each_time(name: str, container: Container) -> None:
    assert container.providers[name]() is not container.providers[name]()


@pytest.mark.parametrize("name", SHARED)
def test_clients_and_upstreams_are_shared(name: str, container: Container) -> None:
    assert container.providers[name]() is container.providers[name]()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_stands_on_the_shared_clients_and_upstreams(name: str, container: Container) -> None:
    shared = {id(container.providers[one]()) for one in SHARED}
    assert any(id(held) in shared for _, held in held_by(container.providers[name]()))


def test_two_containers_share_nothing() -> None:
    one, other = container_of(github=GITHUB), container_of(github=GITHUB)
    for name in SHARED:
        assert one.providers[name]() is not other.providers[name]()


def test_settings_are_needed() -> None:
    with pytest.raises(errors.Error, match=r"settings"):
        Container().upstreams()


def test_settings_are_of_their_type() -> None:
    with pytest.raises(errors.Error, match=r"Settings"):
        Container(settings={"upstreams": {}}).upstreams()


class TestUpstreams:
    def test_there_are_as_many_as_the_settings_name_in_their_order(self) -> None:
        names = [f"plain_{number}" for number in range(12)]
        container = container_of(github=GITHUB, **dict.fromkeys(names, PLAIN))
        assert list(container.upstreams()) == ["github", *names]
        sessions = {id(upstream.session) for upstream in container.upstreams().values()}
        assert len(sessions) == 13

    def test_the_typed_client_has_the_upstream_that_the_settings_choose(self) -> None:
        both = {"ghes": GITHUB, "github": GITHUB}
        settings = Settings.model_validate({"api": {"github": "ghes"}, "upstreams": both})
        container = Container(settings=settings)
        held = [value for _, value in held_by(container.github_client()) if isinstance(value, Upstream)]
        assert held == [container.upstreams()["ghes"]]

    async def test_a_client_without_an_upstream_says_that_it_is_not_configured(self) -> None:
        container = container_of(plain=PLAIN)
        github: GitHubClient = container.github_client()
        facebook: FacebookClient = container.facebook_client()
        with pytest.raises(NotConfigured, match="no upstream of kind github"):
            await github.repository("acme", "rocket")
        with pytest.raises(NotConfigured, match="no upstream of kind facebook"):
            await facebook.page("acmerockets")
        service: PageService = container.pages()
        with pytest.raises(NotConfigured):
            await service.page("acmerockets")

    async def test_what_is_not_configured_opens_no_session(self) -> None:
        container = container_of(plain=PLAIN)
        container.github_client()
        async with opened(container):
            assert [name for name, upstream in container.upstreams().items() if is_open(upstream)] == ["plain"]


class TestOverrides:
    @pytest.fixture
    def fake(self) -> FakeGitHubClient:
        return FakeGitHubClient(["acme/rocket"])

    @staticmethod
    async def name_from(service: RepositoryService) -> str:
        return (await service.repository("acme", "rocket")).full_name

    async def test_it_takes_effect_before_anything_was_resolved(self, fake: FakeGitHubClient) -> None:
        container = container_of()
        with container.github_client.override(fake):
            assert await self.name_from(container.repositories()) == "acme/rocket"

    async def test_it_takes_effect_after_everything_was_resolved(
        self, fake: FakeGitHubClient, container: Container
    ) -> None:
        for name in SYNCHRONOUS:
            container.providers[name]()
        async with opened(container):
            with container.github_client.override(fake):
                assert await self.name_from(container.repositories()) == "acme/rocket"

    def test_it_is_undone_afterwards(self, fake: FakeGitHubClient, container: Container) -> None:
        real = container.github_client()
        with container.github_client.override(fake):
            assert container.github_client() is fake
        assert container.github_client() is real
        held = [value for _, value in held_by(container.repositories()) if isinstance(value, GitHubClient)]
        assert held == [real]

    def test_one_inside_another_gives_back_the_outer(self, fake: FakeGitHubClient, container: Container) -> None:
        inner = FakeGitHubClient()
        with container.github_client.override(fake):
            with container.github_client.override(inner):
                assert container.github_client() is inner
            assert container.github_client() is fake

    def test_it_changes_no_other_container(self, fake: FakeGitHubClient, container: Container) -> None:
        other = container_of()
        with container.github_client.override(fake):
            assert other.github_client() is not fake

    async def test_the_real_session_is_closed_though_its_client_was_overridden(
        self, fake: FakeGitHubClient, container: Container
    ) -> None:
        async with opened(container):
            with container.github_client.override(fake):
                container.repositories()
            upstreams = container.upstreams()
        assert not any(is_open(upstream) for upstream in upstreams.values())


class TestSessions:
    async def test_they_are_open_from_init_to_shutdown(self, container: Container) -> None:
        upstreams = container.upstreams()
        assert [is_open(upstream) for upstream in upstreams.values()] == [False] * 3
        async with opened(container):
            assert [is_open(upstream) for upstream in upstreams.values()] == [True] * 3
        assert [is_open(upstream) for upstream in upstreams.values()] == [False] * 3

    async def test_they_can_be_opened_again(self, container: Container) -> None:
        for _ in range(2):
            async with opened(container):
                assert all(is_open(upstream) for upstream in container.upstreams().values())

    async def test_one_bad_authority_closes_those_that_were_opened_before(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        private = {**PLAIN, "base_url": "https://127.0.0.1:9/", "ca_file": str(tmp_path / "gone.pem")}
        container = container_of(github=GITHUB, private=private, plain=PLAIN)
        with caplog.at_level("INFO", logger="app.transport.session"), pytest.raises(CertificateAuthorityUnusable):
            async with opened(container):
                pytest.fail("opened without its authority")
        assert [message.partition(" pid=")[0] for message in caplog.messages] == [
            "session opened upstream=github",
            "session closed upstream=github",
        ]
        assert not any(is_open(upstream) for upstream in container.upstreams().values())
        if isawaitable(closing := container.shutdown_resources()):
            await closing
