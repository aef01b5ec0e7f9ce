"""What this worker has seen of one upstream: kept by the stages that see it, shown by the status service."""

from collections import deque
from dataclasses import dataclass, field

from app.transport.breaker.circuit import Circuit
from app.transport.dialect import Quota

LATENCY_SAMPLES = 256
KNOWN_PARTITIONS = 1_000


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it was seen. `code` and `detail` are those of the HeadgateError; `detail` holds no secret."""

    code: str
    detail: str
    at_epoch_seconds: float


@dataclass(slots=True)
class Health:
    """The state of one upstream as this worker knows it. Nothing here is asked for: it is what passed by.

    Attributes:
        reachable: Whether the last exchange got a reply; None before the first.
        known_at_epoch_seconds: When that was.
        last_failure: The last error, or 5xx; it stays after a success.
        quotas: The newest quota of the upstream's own credential, per resource.
        quotas_of: The newest quotas per partition, the last seen last.
        news: How often something was learned of quotas.
        requests: Exchanges so far.
        latencies_seconds: Of the last replies, oldest first.
        repeated: How many of the exchanges were requests that were sent again.
        circuit: Says whether upstream is left alone; None where nothing does.
    """

    reachable: bool | None = None
    known_at_epoch_seconds: float | None = None
    last_failure: Failure | None = None
    quotas: dict[str, Quota] = field(default_factory=dict)
    quotas_of: dict[str, dict[str, Quota]] = field(default_factory=dict)
    news: int = 0
    requests: int = 0
    latencies_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCY_SAMPLES))
    repeated: int = 0
    circuit: Circuit | None = None

    def learn(self, partition: str, quotas: tuple[Quota, ...], *, own: bool) -> None:
        """Notes what a reply said of the quotas of a credential; `own`: of the gateway's."""
        self.news += 1
        known = self.quotas_of.pop(partition, None) or {}
        self.quotas_of[partition] = known
        if len(self.quotas_of) > KNOWN_PARTITIONS:
            del self.quotas_of[next(iter(self.quotas_of))]
        for quota in quotas:
            known[quota.resource] = quota
            if own:
                self.quotas[quota.resource] = quota

    def latency_seconds(self, quantile: float) -> float | None:
        """The `quantile` (0 to 1) of the last replies' latencies; None while there are none."""
        if not self.latencies_seconds:
            return None
        ordered = sorted(self.latencies_seconds)
        return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]
