"""Which span is under way. Tasks that are begun meanwhile are done for it. Set only while spans are made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.call import current_call
from app.trace import TraceContext

_CURRENT: ContextVar[TraceContext | None] = ContextVar("headgate_span", default=None)


def current_trace() -> TraceContext | None:
    """Where what happens now stands: below the span that is under way, or else below the request itself."""
    return _CURRENT.get() or current_call().trace


@contextmanager
def under_way(trace: TraceContext) -> Iterator[None]:
    """For what is done inside, and for the tasks that it starts."""
    token = _CURRENT.set(trace)
    try:
        yield
    finally:
        _CURRENT.reset(token)
