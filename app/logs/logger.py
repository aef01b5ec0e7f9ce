"""The loggers of the application: an event in a few words that are always the same, and fields.

    logger = logger_of(__name__)
    logger.warning("circuit opened", upstream="github", failures=5)

They write through the logger of the standard library that has the same name. So levels, handlers and pytest's `caplog` work
as ever, and nothing has to be set up before: without `configure_logs` the line looks as it does on a terminal.
"""

import logging
from typing import Any, Final, cast

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import EventDict, WrappedLogger

from app.logs.text_form import plain_line

_HANDED_OVER: Final = "exc_info"


class Told(dict[str, Any]):
    """An event and its fields, as the message of a `logging.LogRecord`. As a string it is one line of text."""

    def __str__(self) -> str:
        return plain_line(self)


def logger_of(name: str) -> BoundLogger:
    """The logger of a module (`__name__`)."""
    wrapped = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.filter_by_level, _record],
        wrapper_class=BoundLogger,
        context_class=dict,
    )
    return cast(BoundLogger, wrapped.bind())


def _record(logger: WrappedLogger, method: str, event: EventDict) -> tuple[tuple[Told], dict[str, Any]]:
    """What the standard library's logger is called with. `ProcessorFormatter` knows its own records by the two extras."""
    exception = event.pop(_HANDED_OVER, None)
    return (Told(event),), {"exc_info": exception, "extra": {"_logger": logger, "_name": method}}
