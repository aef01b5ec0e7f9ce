"""Waiting: what stands for it in unit tests, and how tests with sockets wait for what comes soon."""

import asyncio
from collections.abc import Callable


class Waits:
    """Its `sleep` stands for `asyncio.sleep`: writes down how long it was to be."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Waits until `condition` holds, for tests on real sockets: it is looked at often.

    Raises:
        TimeoutError: It does not in that time.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- what is waited for knows of no event
            await asyncio.sleep(0.01)
