"""Whether a stored reply may be used now, for this request (RFC 9111 section 4). The path of every hit."""

from dataclasses import dataclass
from enum import Enum, auto
from math import inf
from typing import Final

from app.transport.caching.directives import delta_seconds, parse_directives
from app.transport.caching.entry import Entry
from app.transport.exchange import Headers


@dataclass(frozen=True, slots=True)
class Wants:
    """What a request asks of caches (RFC 9111 section 5.2.1).

    Attributes:
        no_cache: Upstream should be asked first.
        no_store: The reply must not be kept.
        max_age_seconds: No older than this.
        min_fresh_seconds: Fresh for at least so long.
        max_stale_seconds: Stale by at most so long will do; infinite where any staleness does.
        only_if_cached: Upstream should not be asked at all.
    """

    no_cache: bool = False
    no_store: bool = False
    max_age_seconds: float | None = None
    min_fresh_seconds: float | None = None
    max_stale_seconds: float | None = None
    only_if_cached: bool = False


NOTHING_WANTED: Final = Wants()


class Verdict(Enum):
    """What to do with a stored reply."""

    FRESH = auto()
    """Use it."""
    REVALIDATE_IN_BACKGROUND = auto()
    """Use it although it is stale, and ask upstream meanwhile (RFC 5861 section 3)."""
    STALE_ALLOWED = auto()
    """Use it although it is stale: the caller said so by `max-stale`."""
    VALIDATE = auto()
    """Ask upstream before it is used."""


_CLOCK_STEP_SECONDS = 60.0
"""A reply that was requested so far in the future tells that the clock was set back: its age is not known."""


def wants_of(headers: Headers) -> Wants:
    """What a request asks of caches; `NOTHING_WANTED` itself where it says nothing of that.

    Pragma counts where there is no Cache-Control (RFC 9111 section 5.4). Numbers that are none are ignored.
    """
    if "Cache-Control" not in headers:
        if "Pragma" in headers and "no-cache" in parse_directives(headers.getall("Pragma")):
            return Wants(no_cache=True)
        return NOTHING_WANTED
    directives = parse_directives(headers.getall("Cache-Control"))
    wants = Wants(
        no_cache="no-cache" in directives,
        no_store="no-store" in directives,
        max_age_seconds=delta_seconds(directives.get("max-age")),
        min_fresh_seconds=delta_seconds(directives.get("min-fresh")),
        max_stale_seconds=inf
        if directives.get("max-stale", "") is None
        else delta_seconds(directives.get("max-stale")),
        only_if_cached="only-if-cached" in directives,
    )
    return NOTHING_WANTED if wants == NOTHING_WANTED else wants


def judge(
    entry: Entry, wants: Wants, now: float, *, marked: bool = False, reload_after_seconds: float = 0.0
) -> Verdict:
    """Whether `entry` may be used.

    Args:
        now: Seconds since the epoch.
        marked: Whether a write has made it doubtful (`Store.is_marked`).
        reload_after_seconds: A caller's wish for something newer is heeded where upstream was last asked at least so
            long ago. 0: always; infinite: never.
    """
    if marked or entry.always_validate or entry.requested_at - now > _CLOCK_STEP_SECONDS:
        return Verdict.VALIDATE
    fresh_for = entry.born_at + entry.fresh_seconds - now
    if wants is not NOTHING_WANTED and _wants_newer(entry, wants, now, fresh_for, reload_after_seconds):
        return Verdict.VALIDATE
    if fresh_for > 0:
        return Verdict.FRESH
    if entry.never_stale:
        return Verdict.VALIDATE
    if -fresh_for < entry.stale_while_revalidate_seconds:
        return Verdict.REVALIDATE_IN_BACKGROUND
    if wants.max_stale_seconds is not None and -fresh_for <= wants.max_stale_seconds:
        return Verdict.STALE_ALLOWED
    return Verdict.VALIDATE


def may_serve_on_error(entry: Entry, wants: Wants, now: float, *, marked: bool) -> bool:
    """Whether `entry` may answer where upstream failed to (RFC 5861 section 4).

    A caller's `no-cache` does not forbid that: they wished for something newer, and there is none. A `max-stale` does
    limit it: they said how much staleness they can bear.

    Args:
        now: Seconds since the epoch.
        marked: Whether a write has made it doubtful (`Store.is_marked`).
    """
    if marked or entry.always_validate:
        return False
    stale_seconds = now - entry.born_at - entry.fresh_seconds
    if stale_seconds < 0:
        return True
    if entry.never_stale or stale_seconds >= entry.stale_if_error_seconds:
        return False
    return wants.max_stale_seconds is None or stale_seconds <= wants.max_stale_seconds


def _wants_newer(entry: Entry, wants: Wants, now: float, fresh_for: float, reload_after_seconds: float) -> bool:
    """Whether the caller does not want it, and is heeded (RFC 9111 sections 5.2.1.1, 5.2.1.3 and 5.2.1.4)."""
    if not now - entry.requested_at >= reload_after_seconds:
        return False
    if wants.min_fresh_seconds is not None and fresh_for < wants.min_fresh_seconds:
        return True
    if entry.immutable and fresh_for > 0:  # a reload, whichever way it is written (RFC 8246 section 2)
        return False
    if wants.no_cache:
        return True
    if wants.max_age_seconds is None:
        return False
    # Who limits the age does not want it stale either, unless they say how stale.
    return now - entry.born_at > wants.max_age_seconds or (fresh_for <= 0 and wants.max_stale_seconds is None)
