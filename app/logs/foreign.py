"""What libraries say, as far as it is known to hold nothing of anybody's: their own words, and numbers.

The rest of their messages is what they were busy with: a callback with its arguments, a request, a body that a collector sent.
"""

import logging
import re
from collections.abc import Mapping
from typing import Final

UNTOLD: Final = "…"
_ASYNCIO: Final = "asyncio"
_WARNINGS: Final = "py.warnings"
_before_values: Final = re.compile(r"[^(<\n'\"=:]*")
_coroutine: Final = re.compile(r"coro=<([\w.<>]+)")
_of_a_warning: Final = re.compile(r"(.*?:\d+: \w+):")


def shown(record: logging.LogRecord) -> logging.LogRecord:
    """The record with a message that may be shown."""
    made = logging.makeLogRecord(record.__dict__)
    if record.name == _ASYNCIO and not record.args:
        made.msg = _of_asyncio(str(record.msg))
    elif record.name == _WARNINGS:
        found = _of_a_warning.match(record.getMessage())
        made.msg, made.args = found[1] if found else "a warning", None
    elif isinstance(record.args, Mapping):
        made.args = {name: _number(value) for name, value in record.args.items()}
    elif record.args:
        made.args = tuple(map(_number, record.args))
    return made


def _number(value: object) -> object:
    return value if isinstance(value, int | float) else _Untold()


class _Untold:
    """Stands for a value in a message, whatever form that wants it in."""

    def __str__(self) -> str:
        return UNTOLD

    __repr__ = __str__

    def __int__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0

    def __index__(self) -> int:
        return 0


def _of_asyncio(text: str) -> str:
    """It joins the values to its messages itself, each on a line of its own but for a callback's arguments."""
    words, coroutine = _before_values.match(text), _coroutine.search(text)
    said = words[0].strip() if words else ""
    return f"{said}: {coroutine[1]}" if coroutine else said
