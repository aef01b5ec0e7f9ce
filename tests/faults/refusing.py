"""The rows of an upstream that answers, and refuses: server errors and limits."""

import time
from collections.abc import Sequence

from tests import faulty_upstream as scripts
from tests.faults import replies
from tests.faults.fault import Fault
from tests.faults.profile import Profile
from tests.faults.scene import Act, Scene, playing
from tests.faulty_upstream import Script

FAILED = "502 upstream_failed"
QUOTA_SPENT = "429 upstream_quota_spent"
SECONDARY_LIMIT = "429 upstream_secondary_limit"

SHORT_WAIT_SECONDS = 1
"""That is waited for (`retry.longest_wait_seconds` is 2)."""
LONG_WAIT_SECONDS = 3
"""That is not."""
QUOTA_SECONDS = 4
"""Until the end of its window, which is in whole seconds: three of them at least."""
FAR_SECONDS = 120
OUTAGE_QUESTIONS = 30
BREAKER_REQUESTS = 20


async def spend_the_quota(scene: Scene) -> None:
    """GitHub's primary limit: nothing remains until `reset`, which is too far away to be waited for."""
    quota = {"Limit": 5000, "Remaining": 0, "Used": 5000, "Reset": int(time.time()) + QUOTA_SECONDS, "Resource": "core"}
    fields = [f"X-RateLimit-{name}: {value}" for name, value in quota.items()]
    await playing(replies.answering("403 Forbidden", replies.PRIMARY, *fields))(scene)


def rows(profile: Profile) -> Sequence[Fault]:
    return (*_failures(), *_limits(), _outage(profile))


def _failures() -> Sequence[Fault]:
    error, page = replies.SERVER_ERROR, replies.PAGE

    def row(name: str, script: Script, status: int, body: bytes, *, repeated: bool = True, pause: float = 0) -> Fault:
        return Fault(
            name=name,
            begin=playing(script),
            answer=FAILED,
            mount=f"{status} as sent",
            repeated=repeated,
            pause_seconds=pause,
            sent=(status, body),
        )

    unavailable = "503 Service Unavailable"
    short, far = f"Retry-After: {SHORT_WAIT_SECONDS}", f"Retry-After: {FAR_SECONDS}"
    bad_gateway = replies.showing("502 Bad Gateway", page)
    return (
        row("500", replies.answering("500 Internal Server Error", error), 500, error, repeated=False),
        row("502 with a page", bad_gateway, 502, page),
        row("503", replies.answering(unavailable, error), 503, error),
        row("503, Retry-After: 1", replies.answering(unavailable, error, short), 503, error, pause=SHORT_WAIT_SECONDS),
        row("503, Retry-After: 120", replies.answering(unavailable, error, far), 503, error, repeated=False),
        row("503, Retry-After: a date", replies.dated(FAR_SECONDS), 503, error, repeated=False),
        row("504", replies.answering("504 Gateway Timeout", error), 504, error),
        Fault(
            name="502 once, then well",
            begin=playing(bad_gateway, then_well=True),
            answer="200",
            mount="502 as sent",
            heals=1,
            sent=(502, page),
        ),
        Fault(
            name="502 twice, then well",
            begin=playing(bad_gateway, bad_gateway, then_well=True),
            answer="200",
            mount="502 as sent",
            heals=2,
            sent=(502, page),
        ),
    )


def _limits() -> Sequence[Fault]:
    primary, secondary = replies.PRIMARY, replies.SECONDARY

    def row(name: str, begin: Act, answer: str, status: int, body: bytes) -> Fault:
        return Fault(
            name=name,
            begin=begin,
            answer=answer,
            mount=f"{status} as sent",
            repeated=False,
            blocked_seconds=QUOTA_SECONDS,
            sent=(status, body),
        )

    wait, short = f"Retry-After: {LONG_WAIT_SECONDS}", f"Retry-After: {SHORT_WAIT_SECONDS}"
    return (
        row("403, the quota is spent", spend_the_quota, QUOTA_SPENT, 403, primary),
        row(
            "403, a secondary limit",
            playing(replies.answering("403 Forbidden", secondary, wait)),
            SECONDARY_LIMIT,
            403,
            secondary,
        ),
        row(
            "429, a secondary limit",
            playing(replies.answering("429 Too Many Requests", secondary, wait)),
            SECONDARY_LIMIT,
            429,
            secondary,
        ),
        Fault(
            name="429 for a second, then well",
            begin=playing(replies.answering("429 Too Many Requests", secondary, short), then_well=True),
            answer="200",
            mount="429 as sent",
            pause_seconds=SHORT_WAIT_SECONDS,
            heals=1,
            blocked_seconds=SHORT_WAIT_SECONDS,
            sent=(429, secondary),
        ),
    )


def _outage(profile: Profile) -> Fault:
    """One that lasts: once three of ten have failed the breaker opens, and from then on nobody is asked."""
    breaker = {
        "failure_percent": 30,  # what went well before the outage counts, too
        "minimum_requests": BREAKER_REQUESTS,
        "open_seconds": profile.open_seconds,
    }
    return Fault(
        name="an outage, asked thirty times",
        begin=playing(scripts.reset_before_reply),
        answer="502 upstream_disconnected | 503 upstream_circuit_open",
        questions=OUTAGE_QUESTIONS,
        fewest=BREAKER_REQUESTS // 4,
        most=BREAKER_REQUESTS,
        settings={"breaker": breaker},
        blocked_seconds=profile.open_seconds,
    )
