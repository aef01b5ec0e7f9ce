"""A worker process that does nothing but count, until it is killed: python -m tests.integration.usage.counting_worker PATH

Says by lines on its standard output how many requests it has counted for sure: that many were written when the line came.
"""

import asyncio
import sys
import time
from pathlib import Path

from app.usage.book import UsageBook
from app.usage.question import Question
from tests.usage_records import asked, served

CALLERS = 20
EVERYTHING = Question("caller", 0, 1 << 40)


async def count_until_killed(path: Path) -> None:
    """As fast as it can: each round is a request and an exchange of each caller, and is written before the next."""
    book = UsageBook(path, 35)
    await book.open()
    for written in range(1, 1 << 40):
        now = time.time()
        book.read(
            [served(at=now, caller=f"caller-{number}") for number in range(CALLERS)],
            [asked(at=now, caller=f"caller-{number}") for number in range(CALLERS)],
        )
        found = await book.find(EVERYTHING)
        assert found.trouble in {None, "busy"}, found.trouble
        sys.stdout.write(f"{written}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(count_until_killed(Path(sys.argv[1])))
