"""The answer about an upstream's state, as the answering worker has seen it."""

from datetime import datetime

from app.services.answers.answer import Answer


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


class UpstreamState(Answer):
    """`reachable` is what the last exchange showed, a moment ago or by a probe made for this answer."""

    name: str
    kind: str
    base_url: str
    reachable: bool
    checked_at: datetime
    last_error: LastError | None
    requests: int
    latency: Latency
    quotas: tuple[QuotaState, ...]
