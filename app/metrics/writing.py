"""Where the numbers of this process go."""

from pathlib import Path

from app.logs.logger import logger_of
from app.metrics.slot import Slot
from app.metrics.values import InMemory, Values

logger = logger_of(__name__)


def values_in(directory: Path | None) -> Values:
    """Into a slot of `directory`, or, where there is none or nothing can be written there, into memory."""
    if directory is None:
        return InMemory()
    try:
        return Slot(directory)
    except OSError as error:
        logger.warning("metrics are those of each process alone", reason=error.strerror)
        return InMemory()
