"""The relay does what it says, or the bench would measure something else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults.relay import Ending, Relay, Weather
from tests.faulty_upstream import HEALTHY_BODY, FaultyUpstream

ASKED = b"GET /thing HTTP/1.1\r\nHost: upstream\r\n\r\n"
SOON_SECONDS = 5


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream() as running:
        yield running


@pytest.fixture
async def relay(upstream: FaultyUpstream) -> AsyncIterator[Relay]:
    async with Relay(upstream.port) as running:
        yield running


@asynccontextmanager
async def connected(relay: Relay) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def everything(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(SOON_SECONDS):
        return await reader.read()


async def a_reply(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(SOON_SECONDS):
        return await reader.readuntil(HEALTHY_BODY)


async def test_in_fair_weather_everything_passes_and_is_counted(upstream: FaultyUpstream, relay: Relay) -> None:
    async with connected(relay) as (reader, writer):
        for _ in range(2):
            writer.write(ASKED)
            assert (await a_reply(reader)).startswith(b"HTTP/1.1 200 OK")
        assert (relay.accepted, len(relay.ways), len(upstream.seen)) == (1, 1, 2)
    await upstream.is_done(SOON_SECONDS)
    assert not relay.ways


async def test_it_refuses_and_listens_again_on_the_same_port(relay: Relay) -> None:
    port = relay.port
    async with connected(relay) as (reader, writer):
        await relay.refuse()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        assert await a_reply(reader), "what is open stays open"
    await relay.listen()
    assert relay.port == port
    async with connected(relay) as (reader, writer):
        writer.write(ASKED)
        assert await a_reply(reader)


async def test_a_cut_comes_after_so_many_bytes(relay: Relay) -> None:
    relay.weather = Weather(cut_after_bytes=20, ending=Ending.CLOSE)
    async with connected(relay) as (reader, writer):
        writer.write(ASKED)
        assert await everything(reader) == b"HTTP/1.1 200 OK\r\nContent-Type"[:20]


async def test_a_reset_is_one(upstream: FaultyUpstream, relay: Relay) -> None:
    relay.weather = Weather(cut_after_bytes=20, ending=Ending.RESET)
    async with connected(relay) as (reader, writer):
        writer.write(ASKED)
        with pytest.raises(ConnectionResetError):
            await everything(reader)
    relay.weather = Weather(reset_on_accept=True)
    async with connected(relay) as (reader, _):
        with pytest.raises(ConnectionResetError):
            await everything(reader)
    assert len(upstream.connections) == 1


async def test_a_stall_is_none(relay: Relay) -> None:
    relay.weather = Weather(cut_after_bytes=20, ending=Ending.STALL)
    async with connected(relay) as (reader, writer):
        writer.write(ASKED)
        assert len(await reader.readexactly(20)) == 20
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.read()


async def test_what_is_silent_swallows_everything_and_only_what_was_open_is(
    upstream: FaultyUpstream, relay: Relay
) -> None:
    async with connected(relay) as (reader, writer):
        writer.write(ASKED)
        await a_reply(reader)
        relay.silence()
        writer.write(ASKED)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.read(1)
        assert len(upstream.seen) == 1
        async with connected(relay) as (new_reader, new_writer):
            new_writer.write(ASKED)
            assert await a_reply(new_reader)


async def test_a_delay_is_waited_for(relay: Relay) -> None:
    relay.weather = Weather(delay_seconds=0.05)
    async with connected(relay) as (reader, writer):
        started = asyncio.get_running_loop().time()
        writer.write(ASKED)
        await a_reply(reader)
        assert asyncio.get_running_loop().time() - started >= 0.05


async def test_a_closed_upstream_breaks_the_connection(upstream: FaultyUpstream, relay: Relay) -> None:
    await upstream.stop()
    async with connected(relay) as (reader, _):
        with pytest.raises(ConnectionResetError):
            await everything(reader)
