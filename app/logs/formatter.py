"""From a record of the standard library to a line: our own events, and what Sanic, asyncio and aiohttp say."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from app.call import current_call
from app.journal.records import Served
from app.logs.access import Requests
from app.logs.exceptions import told_exception
from app.logs.foreign import shown


class Form(Protocol):
    """How lines look."""

    def line(self, at: float, told: Mapping[str, Any]) -> str:
        """The line of an event that happened `at` (seconds since the epoch)."""
        ...

    def requests(self, served: Sequence[Served]) -> str:
        """A line for each request."""
        ...


class LineFormatter(ProcessorFormatter):
    """Adds level, logger, and the request during which it happened; then the form decides."""

    def __init__(self, form: Form) -> None:
        super().__init__(processors=[_arranged, self._formed], keep_exc_info=True)
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.msg, Requests):
            return self._form.requests(record.msg.served)
        if not isinstance(record.msg, dict):  # not one of our own events
            record = shown(record)
        return super().format(record)

    def _formed(self, _: WrappedLogger, __: str, told: EventDict) -> str:
        return self._form.line(told.pop("_at"), told)


def _arranged(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event.pop("_record")
    del event["_from_structlog"]
    exception = _traceback(record)
    record.exc_info = record.exc_text = None  # or the standard library adds it once more
    call = current_call()
    told: dict[str, Any] = {
        "_at": record.created,
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": str(event.pop("event")),
    }
    request_id = event.pop("request_id", call.request_id)
    if request_id:
        told["request_id"] = request_id
    if call.trace is not None:
        told["trace_id"] = call.trace.trace_id
    event.pop("exc_info", None)
    told.update(event)
    if exception is not None:
        told["exception"] = exception
    return told


def _traceback(record: logging.LogRecord) -> str | None:
    if not record.exc_info or record.exc_info[1] is None:
        return None
    return told_exception(record.exc_info[1])
