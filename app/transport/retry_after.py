"""The Retry-After field (RFC 9110 section 10.2.3): seconds, or a date."""

import re
from typing import Final

from app.transport.dates import epoch_seconds
from app.transport.exchange import Headers

LONGEST_SECONDS: Final = float(2**31)
"""As RFC 9111 section 1.2.2 has it for seconds that a number cannot hold: 68 years is for ever."""

_is_delay = re.compile(r"[ \t]*[0-9]+[ \t]*", re.ASCII).fullmatch


def retry_after_seconds(headers: Headers, now_epoch_seconds: float) -> float | None:
    """How long upstream wants to be left alone: 0 or more, at most `LONGEST_SECONDS`. None where it does not say.

    Lines that are neither seconds nor a date count as if they were not there. Where several are valid, which no
    sender should write, the longest counts: whoever waits for that has obeyed every one of them.

    Args:
        headers: Of the reply.
        now_epoch_seconds: What a date is compared with; one that is past means 0.
    """
    lines = headers.getall("Retry-After", ())
    if not lines:
        return None
    return max((wait for line in lines if (wait := _wait_seconds(line, now_epoch_seconds)) is not None), default=None)


def _wait_seconds(line: str, now_epoch_seconds: float) -> float | None:
    if _is_delay(line):
        wait = float(line)  # of any length: what no float can hold becomes infinite, and then the longest
    else:
        until = epoch_seconds(line)
        if until is None:
            return None
        wait = until - now_epoch_seconds
    return min(max(0.0, wait), LONGEST_SECONDS)
