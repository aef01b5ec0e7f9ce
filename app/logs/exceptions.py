"""Exceptions as a log may show them: what kind, and where. What they say can be anything: a header that did not parse, a key that
was not in a mapping, a request in a library's words. So their text is left out, but for those of which it is known.

Nor are the values of variables shown: they hold what callers sent.
"""

import os
import ssl
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from app.errors import HeadgateError

_CAUSE: Final = "The above exception was the direct cause of the following exception:"
_CONTEXT: Final = "During handling of the above exception, another exception occurred:"
_DEEPEST: Final = 10


def told_exception(error: BaseException) -> str:
    """Its traceback, those of what led to it before it, in the form of the standard library."""
    return "\n".join(_lines(error, set(), _DEEPEST))


def kind_of(error: BaseException) -> str:
    """Its type, and what may be said of it."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    text = _text(error)
    return f"{name}: {text}" if text else name


def _lines(error: BaseException, seen: set[int], depth: int) -> Iterator[str]:
    seen.add(id(error))
    led, sentence = error.__cause__, _CAUSE
    if led is None and not error.__suppress_context__:
        led, sentence = error.__context__, _CONTEXT
    if led is not None and id(led) not in seen and depth:
        yield from _lines(led, seen, depth - 1)
        yield f"\n{sentence}\n"
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        yield _where(error.__traceback__)
    yield kind_of(error)
    if isinstance(error, BaseExceptionGroup) and depth:
        for number, one in enumerate(error.exceptions, 1):
            yield f"---------------- {number} ----------------"
            yield from _lines(one, seen, depth - 1)


def _where(stack: TracebackType) -> str:
    return "".join(traceback.format_tb(stack)).rstrip("\n")


def _text(error: BaseException) -> str:
    if isinstance(error, HeadgateError):
        return error.detail  # safe to show, by its own words (app/errors.py)
    if isinstance(error, ssl.SSLError):
        return getattr(error, "reason", None) or ""  # a word of OpenSSL's
    if isinstance(error, OSError) and isinstance(error.errno, int) and error.errno > 0:
        return f"[Errno {error.errno}] {os.strerror(error.errno)}"  # without the name of a file
    return ""
