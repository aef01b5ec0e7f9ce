"""The event loop's clock in a test's hand, so that hours of waiting take no time."""

import asyncio

import pytest


class LoopTime:
    """Stands still until it is advanced; timers go off when it has passed their moment.

    A test may only await what needs no further moment: the loop would wait for one that never comes.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self.now = loop.time()
        monkeypatch.setattr(loop, "time", lambda: self.now)

    async def passes(self, seconds: float) -> None:
        """Lets so much time pass, and whatever can go on go on."""
        await self.settles()
        self.now += seconds
        await self.settles()

    @staticmethod
    async def settles() -> None:
        for _ in range(20):
            await asyncio.sleep(0)
