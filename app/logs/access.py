"""The access line: one for each request, told some at a time (app/journal)."""

import logging
from collections.abc import Sequence
from typing import Final

from app.journal.records import Asked, Served
from app.logs.request_fields import LOGGER
from app.logs.text_form import TextForm

_logger: Final = logging.getLogger(LOGGER)


class Requests:
    """Requests that have ended, as the message of one `logging.LogRecord`: the formatter makes a line of each."""

    def __init__(self, served: Sequence[Served]) -> None:
        self.served = served

    def __str__(self) -> str:
        return TextForm(colours=False).requests(self.served)


class AccessLines:
    """Reads the journal, and logs what was served."""

    def read(self, served: Sequence[Served], asked: Sequence[Asked]) -> None:  # noqa: ARG002 -- a reader gets both
        """One call of the logger for all, because it costs ten times as much as a line."""
        if served and _logger.isEnabledFor(logging.INFO):
            _logger.info(Requests(served))
