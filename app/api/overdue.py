"""The last word on a request's time: what does not look at its own deadline is ended here.

Every stage looks at the deadline, and answers when it comes. What does not (a disk that hangs, a caller whose body never
arrives, whatever a service waits for) is cut off, so that the promise does not rest on all of them. One timer does for
all requests of a worker: one for each (`asyncio.timeout_at`) costs as much as a stage.
"""

import asyncio
from collections.abc import Awaitable

from app.errors import DeadlineExceeded

GRACE_SECONDS = 0.1
"""How long after the deadline a request is cut off. Who looks at the deadline needs a moment to say so."""
LOOK_SECONDS = 0.05
"""How long between two looks, while there are requests."""


class Overdue:
    """Ends requests that have outlived their deadline and have not begun to answer."""

    def __init__(self) -> None:
        self._ends: dict[object, tuple[asyncio.Task[object], float]] = {}
        self._cut: set[asyncio.Task[object]] = set()
        self._is_looking = False

    async def served(self, request: object, handling: Awaitable[None], deadline: float) -> None:
        """Awaits `handling`.

        Args:
            request: A name for it, that `begins` knows too.
            handling: Routes it, and answers.
            deadline: On the event loop's clock.

        Raises:
            DeadlineExceeded: It had not begun to answer a moment after `deadline`.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- a coroutine runs in one
        self._ends[request] = task, deadline + GRACE_SECONDS
        if not self._is_looking:
            self._look_later()
        try:
            await handling
        except asyncio.CancelledError:
            # A caller who has left, or a worker that stops, cancels as well: that goes on.
            if task not in self._cut or task.uncancel() > 0:
                raise
        else:
            return
        finally:
            self._ends.pop(request, None)
            self._cut.discard(task)
        raise DeadlineExceeded("there was no answer when the caller's time ran out")

    def renewed(self, request: object, deadline: float) -> None:
        """Its deadline is another one from now on, unless the answer has begun."""
        if request in self._ends:
            self._ends[request] = self._ends[request][0], deadline + GRACE_SECONDS

    def begins(self, request: object) -> None:
        """The answer begins: its head was in time, and its body takes what it takes."""
        self._ends.pop(request, None)

    def _look_later(self) -> None:
        self._is_looking = True
        asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        for request in [request for request, (_, end) in self._ends.items() if end <= now]:
            task, _ = self._ends.pop(request)
            self._cut.add(task)
            task.cancel()
        self._is_looking = False
        if self._ends:
            self._look_later()
