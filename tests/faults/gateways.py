"""The bench's side of its gateways: starts them, asks them how they are, ends them."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.gateway_process import LINE_BYTES, Condition

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


@dataclass(slots=True)
class Gateway:
    """A gateway that runs.

    Attributes:
        url: Where it listens, without a slash at its end.
        pid: Its process.
    """

    url: str
    pid: int
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def condition(self, *, collect: bool = False) -> Condition:
        """How it is; `collect`: after it has thrown its garbage away."""
        return await self._ordered("tell", collect=collect)

    async def settle(self) -> Condition:
        """The same, and the peak of its memory counts from now on."""
        return await self._ordered("settle")

    async def name(self, mode: str) -> None:
        """Host names below `.invalid` are `known`, `unknown` or `silent` (the answer never comes) from now on."""
        await self._ordered("name", mode=mode)

    async def _ordered(self, what: str, **more: Any) -> Condition:
        async with self._turn:
            self._writer.write(json.dumps({"do": what, **more}).encode() + b"\n")
            answer = await self._reader.readline()
        assert answer, f"the gateway {self.pid} has ended"
        return Condition(**json.loads(answer))


class Gateways:
    """Starts gateways, each forked from a process that has everything imported."""

    def __init__(self, orders: asyncio.StreamWriter, line: Path) -> None:
        """Besides where orders go: `line` is the path of the socket to which gateways connect."""
        self._orders = orders
        self._line = line
        self._expected: dict[int, asyncio.Future[Gateway]] = {}

    @asynccontextmanager
    async def running(self, settings: Mapping[str, Any]) -> AsyncIterator[Gateway]:
        """A gateway with these settings, until the block ends."""
        number = len(self._expected)
        arrival: asyncio.Future[Gateway] = asyncio.get_running_loop().create_future()
        self._expected[number] = arrival
        order = {"settings": settings, "line": str(self._line), "number": number}
        self._orders.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(START_SECONDS):
            gateway = await arrival
        try:
            yield gateway
        finally:
            gateway._writer.close()
            await gateway._reader.read()  # it has ended

    async def arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A gateway says where it is."""
        arrival = self._expected[int(await reader.readline())]
        said = await reader.readline()
        if said:
            arrival.set_result(Gateway(**json.loads(said), _reader=reader, _writer=writer))
        else:
            arrival.set_exception(RuntimeError("a gateway did not start; its error stands above"))


@asynccontextmanager
async def a_nursery() -> AsyncIterator[Gateways]:
    """Gateways can be started until the block ends."""
    # What measures coverage stays out: the bench measures time and memory, and other tests go the same ways.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "HEADGATE"))}
    with tempfile.TemporaryDirectory() as directory:
        line = Path(directory) / "line"
        nursery = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.nursery"), cwd=ROOT, env=environ, stdin=asyncio.subprocess.PIPE
        )
        assert nursery.stdin is not None
        gateways = Gateways(nursery.stdin, line)
        server = await asyncio.start_unix_server(gateways.arrived, line, limit=LINE_BYTES)
        try:
            yield gateways
        finally:
            server.close()
            nursery.stdin.close()
            await nursery.wait()
