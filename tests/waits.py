"""Stands for waiting: no test sleeps."""


class Waits:
    """Its `sleep` stands for `asyncio.sleep`: writes down how long it was to be."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
