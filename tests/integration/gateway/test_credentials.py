"""On the wire: each upstream sees its own credential and nobody else's, also when one sends us to another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.call import Call, serving
from app.container import Container
from app.errors import RedirectRefused
from app.identity import ANONYMOUS, Identity, SealedCredential
from app.transport.exchange import Request
from tests.gateway import container_of


@dataclass
class Upstream:
    """Remembers who asked, and redirects where it is told to."""

    credentials: list[str | None] = field(default_factory=list)
    base_url: str = ""
    elsewhere: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.credentials.append(request.headers.get("Authorization"))
        if request.path == "/away":
            raise web.HTTPFound(self.elsewhere)
        if request.path == "/moved":
            raise web.HTTPFound("/here")
        return web.json_response({})


@pytest.fixture
async def upstreams() -> AsyncIterator[dict[str, Upstream]]:
    made = {name: Upstream() for name in ("github", "ghes", "plain")}
    async with AsyncExitStack() as stack:
        for upstream in made.values():
            application = web.Application()
            application.router.add_get("/{path:.*}", upstream.answer)
            server = await stack.enter_async_context(TestServer(application))
            upstream.base_url = str(server.make_url("/"))
        yield made


@pytest.fixture
async def container(upstreams: dict[str, Upstream]) -> AsyncIterator[Container]:
    made = container_of(
        github={"kind": "github", "base_url": upstreams["github"].base_url, "token": "of_github"},
        ghes={"kind": "github", "base_url": upstreams["ghes"].base_url, "token": "of_ghes"},
        plain={"kind": "http", "base_url": upstreams["plain"].base_url},
    )
    async with opened(made):
        yield made


@asynccontextmanager
async def opened(container: Container) -> AsyncIterator[None]:
    opening = container.init_resources()
    assert opening is not None
    await opening
    try:
        yield
    finally:
        closing = container.shutdown_resources()
        assert closing is not None
        await closing


async def ask(container: Container, name: str, target: str = "here") -> None:
    reply = await container.upstreams()[name].transport.send(Request("GET", target, follow_redirects=True))
    assert reply.status == 200


async def test_each_sees_its_own(upstreams: dict[str, Upstream], container: Container) -> None:
    for name in upstreams:
        await ask(container, name)
    assert {name: upstream.credentials for name, upstream in upstreams.items()} == {
        "github": ["Bearer of_github"],
        "ghes": ["Bearer of_ghes"],
        "plain": [None],
    }


async def test_a_redirect_within_an_upstream_is_asked_with_it_again(
    upstreams: dict[str, Upstream], container: Container
) -> None:
    await ask(container, "github", "moved")
    assert upstreams["github"].credentials == ["Bearer of_github"] * 2


async def test_a_redirect_to_another_origin_is_not_followed(
    upstreams: dict[str, Upstream], container: Container
) -> None:
    upstreams["github"].elsewhere = f"{upstreams['plain'].base_url}here"
    with pytest.raises(RedirectRefused):
        await ask(container, "github", "away")
    assert upstreams["plain"].credentials == []


async def test_a_callers_own_takes_the_place_of_the_gateways_for_that_call_only(
    upstreams: dict[str, Upstream], container: Container
) -> None:
    mine = Identity("caller:1", SealedCredential({"Authorization": "Bearer of_a_caller"}))

    async def ask_as(identity: Identity | None, target: str = "here") -> None:
        with serving(Call(identity=identity)):
            await ask(container, "github", target)

    await ask_as(mine)
    await ask_as(ANONYMOUS)
    await ask_as(None)
    assert upstreams["github"].credentials == ["Bearer of_a_caller", None, "Bearer of_github"]
    await asyncio.gather(*(ask_as(identity, "there") for identity in (mine, ANONYMOUS, None)))
    assert sorted(map(str, upstreams["github"].credentials[3:])) == ["Bearer of_a_caller", "Bearer of_github", "None"]
