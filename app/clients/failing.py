"""The seam by which a fake fails when a test wants it to; the fakes of all upstreams share it."""

import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.errors import HeadgateError

Parameters = ParamSpec("Parameters")
Fake = TypeVar("Fake", bound="FailsOnDemand")
T = TypeVar("T")


class FailsOnDemand:
    """Base of a fake: each of its public coroutines first looks whether it shall fail.

        github.failures["languages"] = UpstreamTimeout("github", "read", 10)  # that method, until it is deleted
        github.fail_next(Unreachable("github", "no connection"))              # whatever is asked next, once

    Turning a page asks again, so it fails like any other asking.
    """

    def __init__(self) -> None:
        self.failures: dict[str, HeadgateError] = {}
        self._coming: deque[HeadgateError] = deque()

    def fail_next(self, *errors: HeadgateError) -> None:
        """The next question is answered with the first of `errors`, the one after it with the second, and so on."""
        self._coming.extend(errors)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, method in tuple(vars(cls).items()):
            if inspect.iscoroutinefunction(method) and not name.startswith("_"):
                setattr(cls, name, _failing(method))

    def _fail_if_told(self, method: str) -> None:
        error = self._coming.popleft() if self._coming else self.failures.get(method)
        if error is not None:
            raise error.with_traceback(None)  # the same object may be raised often; its traceback must not grow


def _failing(
    method: Callable[Concatenate[Fake, Parameters], Awaitable[T]],
) -> Callable[Concatenate[Fake, Parameters], Awaitable[T]]:
    name = method.__name__

    @wraps(method)
    async def answer(self: Fake, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> T:
        self._fail_if_told(name)
        return await method(self, *args, **kwargs)

    return answer
