"""What a worker does every so often besides serving: one task for each thing, that ends with the worker."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from app.logs.logger import logger_of

logger = logger_of(__name__)


class Round(NamedTuple):
    """Something that is done again and again.

    Attributes:
        seconds: How long between two times.
        do: Does it, quickly, or is awaited. Must not raise for what may happen; what it raises all the same is logged once
            for each time, and it is tried again.
    """

    seconds: float
    do: Callable[[], Awaitable[None] | None]


@contextmanager
def making_rounds(rounds: Sequence[Round]) -> Iterator[None]:
    """While the block lasts."""
    tasks = [asyncio.get_running_loop().create_task(_make(each)) for each in rounds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


async def _make(each: Round) -> None:
    while True:
        await asyncio.sleep(each.seconds)
        try:
            done = each.do()
            if done is not None:
                await done
        except Exception:
            logger.exception("what is done every so often ended by an error that nobody foresaw")
