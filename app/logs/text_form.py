"""Lines for people: `2026-11-25 03:22:11,042 INFO app.transport.session session opened upstream=github pid=7`."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.journal.records import Served
from app.logs.request_fields import LOGGER, event_of

_NEEDS_QUOTES: Final = frozenset(' "=\\')
_RESET: Final = "\x1b[0m"
_DIM: Final = "\x1b[2m"
_OF_LEVELS: Final = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}


def plain_line(told: Mapping[str, Any]) -> str:
    """An event and its fields, without when and where."""
    fields = "".join(f" {name}={shown(value)}" for name, value in told.items() if name != "event")
    return f"{escaped(str(told['event']))}{fields}"


def shown(value: object) -> str:
    """A value that cannot be taken for two fields, or for two lines."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    text = str(value)
    return text if text and text.isprintable() and _NEEDS_QUOTES.isdisjoint(text) else json.dumps(text)


def escaped(text: str) -> str:
    """Text in which nothing moves a cursor or ends a line; what would is written as JSON writes it."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


class TextForm:
    """With colours or without."""

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours

    def line(self, at: float, told: Mapping[str, Any]) -> str:
        """`told` begins with level, logger and event. A traceback follows on lines of its own, which are indented."""
        level, logger, event, *fields = told.items()
        exception = told.get("exception")
        shown_fields = "".join(self._field(name, value) for name, value in fields if name != "exception")
        line = (
            f"{self._dim(_clock(at))} {self._level(level[1])} {self._dim(logger[1])} {escaped(event[1])}{shown_fields}"
        )
        if exception is None:
            return line
        return "\n".join([line, *(f"  {escaped(each)}" for each in str(exception).splitlines())])

    def requests(self, served: Sequence[Served]) -> str:
        """A line for each."""
        return "\n".join(self.line(each.at, {"level": "info", "logger": LOGGER, **event_of(each)}) for each in served)

    def _field(self, name: str, value: object) -> str:
        return f" {self._dim(name + '=')}{shown(value)}"

    def _level(self, level: str) -> str:
        colour = _OF_LEVELS.get(level) if self._colours else None
        return level.upper() if colour is None else f"{colour}{level.upper()}{_RESET}"

    def _dim(self, text: str) -> str:
        return f"{_DIM}{text}{_RESET}" if self._colours else text


def _clock(at: float) -> str:
    """Local time: whoever reads this sits at the machine."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(at))},{int(at * 1000) % 1000:03d}"
