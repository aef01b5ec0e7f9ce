"""The gateway on a socket before a vault, and everybody who talks to it. Whoever hears another's secret is a leak."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer
from dependency_injector import providers

from app.container import Container
from app.identity import Identities
from app.server import create_app
from app.settings import Settings
from app.transport.caching.disk import DiskStore
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import Store
from tests.gateway import Ask, Got, asking, sent_raw, serving_gateway
from tests.integration.partitions.vault import TOKENS, Vault, secret_of

PAGE = {"Origin": "https://page.example"}
KEY = b"the key of all workers, 32 bytes"


@dataclass
class Siege:
    """Asks as somebody, and listens to what they hear.

    Attributes:
        vault: The upstream.
        leaks: Who heard whose secret.
        answers: How many answers were listened to.
        base_url: Where the gateway listens.
        store: What it keeps replies in.
    """

    vault: Vault
    base_url: str = ""
    store: Store | None = None
    leaks: list[str] = field(default_factory=list)
    answers: int = 0
    _ask: Ask | None = None
    _restart: Callable[[], Coroutine[Any, Any, None]] | None = None
    _tasks: "list[asyncio.Task[Got]]" = field(default_factory=list)

    async def ask(self, who: str, path: str = "/github/thing", method: str = "GET", **fields: str) -> Got:
        """As `alice`, `bob` or `carol` with their token; as `nobody`: a page from elsewhere; as `gateway`: a tool on
        this machine that brings no credential.
        """
        if who == "nobody":
            fields = {**PAGE, **fields}
        elif who != "gateway":
            fields = {"Authorization": f"Bearer {TOKENS[who]}", **fields}
        return await self.ask_bare(who, path, method, **fields)

    async def ask_bare(self, who: str, path: str = "/github/thing", method: str = "GET", **fields: str) -> Got:
        """With these fields alone; `who` may hear their own secret and nobody else's."""
        assert self._ask is not None
        got = await self._ask(path, method, **fields)
        self.hears(who, got.raw + repr(got.headers).encode(), f"{method} {path} {fields}")
        return got

    async def raw(self, who: str, request: str) -> bytes:
        """Bytes as no library would send them, with plain line feeds here. Answers nothing where the gateway hangs up.

        `alice+carol` may hear the secrets of both.
        """
        try:
            answer = await sent_raw(self.base_url, request.replace("\n", "\r\n").encode("latin-1"))
        except (IndexError, ConnectionError):
            return b""
        said = answer.body + repr(answer.headers).encode()
        self.hears(who, said, request.partition("\n")[0])
        return said

    def hears(self, who: str, said: bytes, how: str) -> None:
        self.answers += 1
        for name in (*TOKENS, "nobody"):
            if name not in {*who.split("+"), "nobody"} and secret_of(name).encode() in said:
                self.leaks.append(f"{who} heard {secret_of(name)} by {how}")

    def refuses(self, got: Got, name: str) -> None:
        """Not even for themselves: `name` may not be shown what is theirs any more."""
        if secret_of(name).encode() in got.raw + repr(got.headers).encode():
            self.leaks.append(f"{name} heard {secret_of(name)} after all")

    def start(self, asking: Coroutine[Any, Any, Got]) -> "asyncio.Task[Got]":
        """In a task of its own, which the siege outlives."""
        task = asyncio.get_running_loop().create_task(asking)
        self._tasks.append(task)
        return task

    @staticmethod
    async def until(condition: Callable[[], object]) -> None:
        """Waits for what the vault sees."""
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 -- the vault is looked at, and tells nobody
                await asyncio.sleep(0.005)

    async def restart(self) -> None:
        """The gateway ends and starts again on what it had stored."""
        assert self._restart is not None
        await self._restart()


Attack = Callable[[Siege], Coroutine[Any, Any, None]]


@asynccontextmanager
async def besieged(kind: str, directory: Path) -> AsyncIterator[Siege]:
    """A gateway with a store of this kind (`memory` or `disk`), a mount that has a token and one that has none."""
    vault = Vault()
    siege = Siege(vault)
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(TestServer(vault.app))
        running = await stack.enter_async_context(AsyncExitStack())

        async def start() -> None:
            await running.aclose()
            siege.store = MemoryStore(50_000_000) if kind == "memory" else DiskStore(directory, 50_000_000, 10_000_000)
            container = Container(settings=_settings(str(upstream.make_url("/"))), identities=Identities(KEY))
            container.store.override(providers.Object(siege.store))
            siege.base_url = await running.enter_async_context(serving_gateway(create_app(container)))
            siege._ask = await running.enter_async_context(asking(siege.base_url))

        siege._restart = start
        await start()
        yield siege
        vault.gate.set()
        for task in siege._tasks:
            task.cancel()
        await asyncio.gather(*siege._tasks, return_exceptions=True)


def _settings(upstream: str) -> Settings:
    rules = {"stale_while_revalidate_seconds": 30, "stale_if_error_seconds": 600}
    common = {"base_url": upstream, "limits": {"buffered_bytes": "64KiB"}}
    github = {**common, "kind": "github", "mount": "/github", "token": TOKENS["gateway"], "cache": rules}
    github["rewrite"] = "off"  # attackers know upstream's own entity tags
    return Settings.model_validate(
        {
            "server": {"drain_seconds": 0},
            "cache": {"store": "memory"},
            "usage": {"path": None},
            "upstreams": {
                "github": github,
                "plain": {**common, "kind": "http", "mount": "/plain", "cache": rules},
                "kept": {**common, "kind": "http", "mount": "/kept", "token": TOKENS["gateway"], "cache": rules},
            },
        }
    )
