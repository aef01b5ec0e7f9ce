"""What nobody catches goes to the log, too, in the form of all lines and without what it says (app/logs/exceptions.py)."""

import sys
import threading
from types import TracebackType

from app.logs.logger import logger_of

logger = logger_of(__name__)


def log_uncaught() -> None:
    """From now on, in this process. Else Python writes such exceptions to standard error, with their text."""
    sys.excepthook = _ended
    threading.excepthook = _thread_ended
    sys.unraisablehook = _given_up


def _ended(kind: type[BaseException], error: BaseException, stack: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, stack)
    else:
        logger.critical("ended by an error that nobody foresaw", exc_info=error)


def _thread_ended(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        logger.error("a thread ended by an error that nobody foresaw", exc_info=told.exc_value)


def _given_up(told: "sys.UnraisableHookArgs") -> None:
    if told.exc_value is not None:
        logger.error("an error where nobody can be told of it", exc_info=told.exc_value)
