"""What the main process counts, which serves no page itself: the workers that it lost."""

import time
from pathlib import Path
from typing import Literal, get_args

from app.metrics import families
from app.metrics.values import Values
from app.metrics.writing import values_in

Reason = Literal["died", "hung", "not_started"]
"""It ended or was killed; it did not move, and was killed for that; it had not served yet."""


class Losses:
    """Of one gateway. While its main process lives, so does what it has counted."""

    def __init__(self, directory: Path) -> None:
        """`directory`: that of the workers (`metrics_directory`)."""
        self._values: Values = values_in(directory)
        self._values.set(families.START_TIME.key(), time.time())
        for reason in get_args(Reason):  # that it grows shows only where there was a number before
            self._values.add(families.WORKERS_LOST.key(reason), 0)

    def count(self, reason: Reason) -> None:
        """A worker has ended unasked."""
        self._values.add(families.WORKERS_LOST.key(reason), 1)
