"""The answer about an upstream's state, as the answering worker has seen it."""

from datetime import datetime

from app.services.answers.answer import Answer
from app.transport.breaker.circuit import State


class LastError(Answer):
    """`code` is one of the codes of problem answers."""

    code: str
    detail: str
    at: datetime


class QuotaState(Answer):
    """A quota of the gateway's own credential. `reset_at` is null where upstream does not tell."""

    resource: str
    limit: int
    remaining: int
    used: int
    reset_at: datetime | None


class Latency(Answer):
    """Of the last replies (256 at most), in seconds; null before the first."""

    samples: int
    p50_seconds: float | None
    p95_seconds: float | None
    max_seconds: float | None


class BreakerState(Answer):
    """Whether upstream is asked (`closed`), left alone because it failed too often (`open`, until `retry_at`, else
    null), or asked one question at a time to see whether it is back (`half_open`).

    `since` is when that began; null: with the worker. `requests` and `failures` are those of the window that the
    settings name. `opened_times` is how often it stopped being `closed`.
    """

    state: State
    since: datetime | None
    retry_at: datetime | None
    requests: int
    failures: int
    opened_times: int


class BlockState(Answer):
    """A resource that is not asked for until then, because upstream said to wait."""

    resource: str
    until: datetime


class BudgetState(Answer):
    """Of all workers: `in_flight`, how many requests are under way. Of the answering one: `waiting`, how many of its own
    wait for their turn; `blocked`, what upstream said to wait for, for the gateway's own credential.
    """

    in_flight: int
    waiting: int
    blocked: tuple[BlockState, ...]


class UpstreamState(Answer):
    """`reachable` is what the last exchange showed, a moment ago or by a probe made for this answer, which an open
    breaker does not keep back. `retries` is how many of `requests` were sent again because the one before had failed.
    `quotas` are what all workers know together of those that the answering one has met. `breaker` and `budget` are null
    where there is none.
    """

    name: str
    kind: str
    base_url: str
    reachable: bool
    checked_at: datetime
    last_error: LastError | None
    requests: int
    retries: int
    latency: Latency
    quotas: tuple[QuotaState, ...]
    breaker: BreakerState | None
    budget: BudgetState | None
