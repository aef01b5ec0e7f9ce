"""A worker's sessions: one per upstream, opened together, closed together, and no question outside that time."""

from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from app.clients.http.dialect import PlainDialect
from app.errors import CertificateAuthorityUnusable, SessionNotOpen
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import Store
from app.transport.exchange import Request
from app.transport.session import Connection, UpstreamSession
from app.transport.upstream import Upstream, Upstreams, open_sessions
from app.transport.wire import Wire
from tests.faulty_upstream import FaultyUpstream
from tests.integration.transport.rig import LIMITS

CONNECTION = Connection("headgate-test", 0.5, 0.5, 5, 10)


def opening(upstreams: Upstreams, store: Store | None = None) -> AbstractAsyncContextManager[None]:
    return asynccontextmanager(open_sessions)(upstreams, store or MemoryStore(1_000))


def an_upstream(name: str, base_url: str = "http://127.0.0.1:9/", ca_file: Path | None = None) -> Upstream:
    session = UpstreamSession(name, replace(CONNECTION, ca_file=ca_file))
    wire = Wire(session, base_url, LIMITS)
    return Upstream(name, "http", base_url, PlainDialect(), wire, wire, session)


async def test_each_upstream_has_a_session_of_its_own_from_opening_to_closing(upstream: FaultyUpstream) -> None:
    upstreams = {name: an_upstream(name, upstream.url) for name in ("one", "two")}
    for one in upstreams.values():
        with pytest.raises(SessionNotOpen):
            await one.transport.send(Request("GET", "before"))
    async with opening(upstreams):
        clients = {one.session.client for one in upstreams.values()}
        assert len(clients) == 2
        for one in upstreams.values():
            assert (await one.transport.send(Request("GET", one.name))).status == 200
    for one in upstreams.values():
        with pytest.raises(SessionNotOpen):
            await one.transport.send(Request("GET", "after"))
    assert all(client.closed for client in clients)
    assert [request.target for request in upstream.seen] == ["/one", "/two"]


def test_a_wire_wants_a_base_url_that_ends_in_a_slash() -> None:
    with pytest.raises(ValueError, match="ends in /"):
        Wire(UpstreamSession("one", CONNECTION), "http://upstream.example", LIMITS)


async def test_opening_asks_upstream_nothing(upstream: FaultyUpstream) -> None:
    async with opening({"one": an_upstream("one", upstream.url), "down": an_upstream("down")}):
        pass
    assert upstream.connections == []


async def test_when_one_cannot_be_opened_those_before_it_are_closed(tmp_path: Path) -> None:
    opened: list[aiohttp.ClientSession] = []

    class Watched(UpstreamSession):
        async def open(self) -> None:
            await super().open()
            opened.append(self.client)

    first = replace(an_upstream("first"), session=Watched("first", CONNECTION))
    second, third = an_upstream("second", ca_file=tmp_path / "missing.pem"), an_upstream("third")
    with pytest.raises(CertificateAuthorityUnusable):
        async with opening({"first": first, "second": second, "third": third}):
            raise AssertionError("opened without its authority")
    assert [client.closed for client in opened] == [True]
    for one in (first, second, third):
        with pytest.raises(SessionNotOpen):
            _ = one.session.client


async def test_when_the_worker_fails_its_sessions_are_closed() -> None:
    one = an_upstream("one")
    with pytest.raises(RuntimeError, match="the worker failed"):
        async with opening({"one": one}):
            raise RuntimeError("the worker failed")
    with pytest.raises(SessionNotOpen):
        _ = one.session.client


class WatchedStore(MemoryStore):
    def __init__(self, log: list[str]) -> None:
        super().__init__(1_000)
        self._log = log

    async def open(self) -> None:
        await super().open()
        self._log.append("store opened")

    async def close(self) -> None:
        self._log.append("store closed")
        await super().close()


async def test_the_store_is_opened_first_and_closed_last() -> None:
    log: list[str] = []

    class Watched(UpstreamSession):
        async def open(self) -> None:
            await super().open()
            log.append(f"{self.upstream} opened")

        async def close(self) -> None:
            await super().close()
            log.append(f"{self.upstream} closed")

    upstreams = {name: replace(an_upstream(name), session=Watched(name, CONNECTION)) for name in ("one", "two")}
    async with opening(upstreams, WatchedStore(log)):
        log.append("serving")
    assert log == [
        "store opened",
        "one opened",
        "two opened",
        "serving",
        "two closed",
        "one closed",
        "store closed",
    ]


async def test_the_store_is_closed_when_a_session_cannot_be_opened(tmp_path: Path) -> None:
    log: list[str] = []
    with pytest.raises(CertificateAuthorityUnusable):
        async with opening({"one": an_upstream("one", ca_file=tmp_path / "missing.pem")}, WatchedStore(log)):
            raise AssertionError("opened without its authority")
    assert log == ["store opened", "store closed"]


async def test_closing_twice_and_opening_again_work(upstream: FaultyUpstream) -> None:
    one = an_upstream("one", upstream.url)
    for _ in range(2):
        await one.session.open()
        assert (await one.transport.send(Request("GET", "thing"))).status == 200
        await one.session.close()
        await one.session.close()


async def test_opening_twice_is_refused_and_leaks_nothing() -> None:
    one = an_upstream("one")
    await one.session.open()
    client = one.session.client
    with pytest.raises(RuntimeError):
        await one.session.open()
    assert one.session.client is client
    await one.session.close()
    assert client.closed
