"""How long the main process waits for workers: pure functions of what it has seen, all in seconds."""

from typing import Final

LOOK_SECONDS: Final = 0.5
"""At least so often the main process looks after its workers."""
START_SECONDS: Final = 60.0
"""So long may a worker take to listen: the whole application is imported, on a machine that may just have booted."""
SHORT_LIFE_SECONDS: Final = 5.0
SHORT_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0


def away_seconds(since_last_look: float) -> float:
    """For how long the main process itself was kept from looking: suspended with the whole machine, or stopped, or short
    of a processor. So much of a worker's silence is not the worker's fault.
    """
    return max(0.0, since_last_look - LOOK_SECONDS)


def pause_seconds(starts_failed: int, served: float | None) -> float:
    """The pause before a lost worker is replaced.

    Args:
        starts_failed: How many workers in a row have ended before they listened.
        served: How long the lost one has served; None: it has not.
    """
    if served is None:
        return float(min(LONGEST_PAUSE_SECONDS, SHORT_PAUSE_SECONDS * 2 ** min(starts_failed, 10)))
    return SHORT_PAUSE_SECONDS if served < SHORT_LIFE_SECONDS else 0.0
