"""Whether to ask again, and when. Pure functions on values; the clock and the dice are passed in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.errors import (
    Disconnected,
    HeadgateError,
    MalformedUpstreamReply,
    NotAsked,
    ProxyFailed,
    RateLimited,
    SecondaryLimit,
    TlsFailed,
    Unreachable,
    UpstreamTimeout,
)
from app.transport.dialect import Dialect, Meaning
from app.transport.exchange import Buffered, Reply, Request
from app.transport.retry_after import retry_after_seconds

READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The safe ones (RFC 9110 section 9.2.1). PUT and DELETE are idempotent, too (section 9.2.2), but an API may make a
hook, a mail or an entry in a log of each; so they are repeated only where the settings name them."""

_PASSING_ERRORS: Final = (Unreachable, Disconnected, UpstreamTimeout, MalformedUpstreamReply)
_LASTING_ERRORS: Final = (TlsFailed, ProxyFailed)
"""Kinds of `Unreachable` that are the same a moment later: a certificate, or how the proxy was set up."""

_PASSING_STATUSES: Final = frozenset({502, 503, 504})
_LIMITS: Final = frozenset({Meaning.PRIMARY_LIMIT, Meaning.SECONDARY_LIMIT})


@dataclass(frozen=True, slots=True)
class RetryRules:
    """What the settings say of asking an upstream again (`app/settings/weather.py`).

    Attributes:
        attempts: How often a request is sent at most.
        mount_attempts: The same for a request on the mount, whose client asks again by itself.
        backoff_seconds: About how long to wait before the second attempt; before each later one twice as long.
        longest_wait_seconds: Where upstream wants a longer wait, it is not asked again.
        budget_percent: Of the requests of the last ten seconds, how many may be repeated (see `Allowance`).
        methods: Which may be sent again; those that only read always may.
    """

    attempts: int = 3
    mount_attempts: int = 1
    backoff_seconds: float = 0.1
    longest_wait_seconds: float = 2.0
    budget_percent: float = 10.0
    methods: frozenset[str] = READING_METHODS

    def __post_init__(self) -> None:
        object.__setattr__(self, "methods", self.methods | READING_METHODS)

    def attempts_for(self, request: Request) -> int:
        """How often `request` may be sent at most: once where its method must not be repeated, or its body cannot be."""
        if request.method not in self.methods or not (request.body is None or isinstance(request.body, bytes)):
            return 1
        return self.mount_attempts if request.may_stream else self.attempts

    def backoff(self, attempt: int, random: Callable[[], float]) -> float:
        """How long to wait before `attempt` (2 is the first that repeats), in seconds, where upstream does not say.

        `backoff_seconds`, doubled for each attempt after the second, times a factor between a half and one and a half:
        those who failed together come back spread over as much time as they wait on average. What is multiplied is
        bounded, and not the product, so that long waits are as spread as short ones; no product is longer than
        `longest_wait_seconds`.

        Args:
            attempt: Which attempt is to be next.
            random: Gives a number from 0 (included) to 1 (not included).
        """
        middle = self.backoff_seconds * 2.0 ** (attempt - 2)
        return min(middle, self.longest_wait_seconds / 1.5) * (0.5 + random())

    def wanted_wait(self, outcome: Reply | HeadgateError, dialect: Dialect, now_epoch_seconds: float) -> float | None:
        """How long upstream wants us to wait before we ask again, in seconds: 0 where it does not say.

        None: it is not worth asking again, or not worth waiting for.
        """
        if isinstance(outcome, HeadgateError):
            wait = _wait_after_error(outcome)
        else:
            wait = _wait_after_reply(outcome, dialect, now_epoch_seconds)
        return None if wait is None or wait > self.longest_wait_seconds else wait

    def pause(self, wanted_wait_seconds: float, attempt: int, random: Callable[[], float]) -> float:
        """How long to wait before `attempt`, in seconds.

        What upstream wants, and the back-off after that: many have been told the same moment, and should not all come
        in it; and its clock and ours may differ by a little.
        """
        return wanted_wait_seconds + self.backoff(attempt, random)


def was_sent(outcome: Reply | HeadgateError) -> bool:
    """Whether upstream may have seen the request: not where a stage below knew better than to send it."""
    if isinstance(outcome, RateLimited):
        return outcome.status is not None
    return not isinstance(outcome, NotAsked)


def _wait_after_error(error: HeadgateError) -> float | None:
    """Only what may be otherwise a moment later. A limit that is raised, and no reply, is known to hold: a spent quota is
    told at once; a secondary limit is waited for as it would be if upstream had said it just now.
    """
    if isinstance(error, SecondaryLimit):
        return error.retry_after_seconds
    if isinstance(error, _LASTING_ERRORS) or not isinstance(error, _PASSING_ERRORS):
        return None
    return 0.0


def _wait_after_reply(reply: Reply, dialect: Dialect, now_epoch_seconds: float) -> float | None:
    """For a failure between us and upstream's application, one that upstream calls passing, or a limit whose end is known.

    A limit of which nobody says how long it holds is not asked against: each try would be counted, too.
    """
    if reply.status < 400:
        return None
    reading = dialect.read(_with_its_head(reply), now_epoch_seconds)
    waits = [
        wait
        for wait in (reading.retry_after_seconds, retry_after_seconds(reply.headers, now_epoch_seconds))
        if wait is not None
    ]
    if reading.meaning in _LIMITS:
        return max(waits, default=None)
    passes = reading.passing or reply.status in _PASSING_STATUSES
    return max(waits, default=0.0) if passes else None


def _with_its_head(reply: Reply) -> Buffered:
    """A reply that streams is judged by its head: an error page beyond the cap on bytes is not waited for."""
    if isinstance(reply, Buffered):
        return reply
    return Buffered(reply.upstream, reply.status, reply.headers, b"", 0)
