"""The answer about usage."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.services.answers.answer import Answer
from app.services.answers.cache import Scope

By = Literal["caller", "route", "outcome"]


class _Named(Answer):
    name: str = Field(description="Of the caller (a key, `local`, `anonymous`), the route or the outcome; `other` is what could "
        "not be told apart.")  # fmt: skip


class UsageSums(Answer):
    """What was asked for, what it cost and what was saved."""

    requests: int = Field(description="That were answered, or whose caller left.")
    failed_requests: int = Field(description="Of those, with a status of 500 or above.")
    hit_ratio: float | None = Field(
        description="Which part of the requests that upstreams had a part in was answered by what is kept (`hit`, `stale`) or by "
        "what somebody else was just asking for (`collapsed`); null where there were none."
    )
    points: int = Field(description="Spent of the quotas of the gateway's own credentials.")
    saved_points: int = Field(description="What the same would have cost besides, without the cache.")
    saved_percent: float | None = Field(
        description="Saved of all that would have been spent; null where that is nothing."
    )
    upstream_requests: int = Field(description="Sent to upstreams, repeats and those in the background included.")
    seconds: float = Field(description="How long all requests together took.")
    sent_bytes: int = Field(description="Of the bodies of their answers.")


class UsageRow(UsageSums, _Named):
    """The same of one caller, route or outcome."""


class UsageState(Answer):
    """`rows` begin with who spent most points, then with who asked most. Times are whole minutes; before the last two days,
    whole hours.
    """

    by: By
    since: datetime = Field(description="From then on, as it was asked for, and whole minutes or hours.")
    until: datetime = Field(description="Up to then.")
    kept_since: datetime | None = Field(description="From when there is something; null: there is nothing.")
    scope: Scope = Field(
        description="`machine`: what all workers have counted, but for the last two seconds of the others. `worker`: what the "
        "answering one alone has, since its start."
    )
    degraded: str | None = Field(description="Why a restart would lose some of it, or has; null where all is well.")
    only_caller: str | None = Field(
        description="Whose usage alone it is: the caller's own, unless it is an operator; else null."
    )
    totals: UsageSums
    rows: tuple[UsageRow, ...]
