"""What is looked at, and what becomes of it."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from app.metrics.looking import STORE_LOOKS, Looking
from app.metrics.metrics import Metrics
from app.transport.budget.gate import KEPT_WAITS
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import StoreStats
from app.transport.dialect import Quota
from app.transport.upstream import Upstreams
from tests.gateway import container_of

NOW = 1_700_000_000.0


class KnownStats(MemoryStore):
    """A store that says of itself what a test wants."""

    def __init__(self, stats: StoreStats) -> None:
        super().__init__(1_000)
        self.said = stats
        self.asked = 0
        self.hangs = False

    async def stats(self) -> StoreStats:
        self.asked += 1
        if self.hangs:
            await asyncio.get_running_loop().create_future()
        return self.said


class Answers:
    size_bytes = 4096

    def __len__(self) -> int:
        return 3


class Busy:
    requests = 7


@dataclass
class Scene:
    """All of one worker; `now`, `monotonic` and `cpu` are its clocks."""

    metrics: Metrics
    upstreams: Upstreams
    store: KnownStats
    looking: Looking
    now: float = NOW
    monotonic: float = 50.0
    cpu: float = 0.0

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    def quota(self, what: str, resource: str = "core") -> float | None:
        return self.value(f"headgate_quota_{what}", upstream="github", resource=resource, credential="gateway")


@pytest.fixture
def scene() -> Scene:
    container = container_of()
    upstreams = container.upstreams()
    store = KnownStats(StoreStats("memory", 5, 500, 1_000, 5, 500, evictions=2))
    metrics = Metrics()
    looking = Looking(
        metrics,
        upstreams,
        store,
        Answers(),
        Busy(),
        workers=2,
        clock=lambda: made.now,
        monotonic=lambda: made.monotonic,
        cpu_seconds=lambda: made.cpu,
    )
    made = Scene(metrics, upstreams, store, looking)
    return made


def learn(scene: Scene, *quotas: Quota) -> None:
    """As the budget stage does for a reply to the gateway's own credential."""
    budget = scene.upstreams["github"].budget
    assert budget is not None
    budget._take_in(quotas, budget._own, scene.now)


async def test_the_quota_of_the_gateway_s_own_credential(scene: Scene) -> None:
    learn(scene, Quota("core", 5000, 4990, 10, int(NOW) + 60), Quota("search", 30, 0, 30, int(NOW) + 5))
    await scene.looking.look()
    assert [scene.quota(what) for what in ("limit", "remaining", "used", "reset_timestamp_seconds")] == [
        5000,
        4990,
        10,
        NOW + 60,
    ]
    assert scene.quota("remaining", "search") == 0
    scene.now += 6
    await scene.looking.look()
    assert scene.quota("remaining", "search") == 30, "its window is over"
    assert scene.quota("used", "search") == 0


async def test_a_limit_counts_down_and_is_over(scene: Scene) -> None:
    budget = scene.upstreams["github"].budget
    assert budget is not None
    real_now = budget._clock()
    scene.now = real_now
    budget._books_of(budget._own.partition, "core").quota.block(real_now + 60, 1)
    await scene.looking.look()
    assert scene.quota("blocked_seconds") == pytest.approx(60, abs=0.1)
    budget._books.clear()
    await scene.looking.look()
    assert scene.quota("blocked_seconds") == 0


async def test_callers_own_credentials_are_told_apart_nowhere(scene: Scene) -> None:
    health = scene.upstreams["github"].health
    health.learn("somebody's partition", (Quota("core", 60, 1, 59, int(NOW) + 60),), own=False)
    await scene.looking.look()
    assert scene.quota("limit") is None
    assert "somebody" not in scene.metrics.page("")[0].decode()


async def test_what_an_upstream_calls_its_quotas_is_bounded(scene: Scene) -> None:
    learn(scene, *(Quota(f"invented {number}", 10, 10, 0, int(NOW) + 60) for number in range(500)))
    await scene.looking.look()
    page = scene.metrics.page("")[0].decode()
    assert page.count("headgate_quota_limit{") <= 101


async def test_the_breaker(scene: Scene) -> None:
    circuit = scene.upstreams["github"].health.circuit
    assert circuit is not None
    await scene.looking.look()
    assert scene.value("headgate_breaker_state", upstream="github") == 0
    for _ in range(circuit.rules.minimum_requests):
        ticket = circuit.admit(scene.monotonic)
        assert ticket is not None
        circuit.failed(ticket, scene.monotonic)
    await scene.looking.look()
    await scene.looking.look()
    assert scene.value("headgate_breaker_state", upstream="github") == 2
    assert scene.value("headgate_breaker_opened_total", upstream="github") == 1
    scene.monotonic += circuit.rules.open_seconds
    await scene.looking.look()
    assert scene.value("headgate_breaker_state", upstream="github") == 1


async def test_what_others_count_since_the_start_is_counted_once(scene: Scene) -> None:
    scene.upstreams["github"].health.repeated = 4
    scene.cpu = 1.5
    await scene.looking.look()
    await scene.looking.look()
    scene.upstreams["github"].health.repeated = 5
    await scene.looking.look()
    assert scene.value("headgate_upstream_retries_total", upstream="github") == 5
    assert scene.value("headgate_process_cpu_seconds_total") == 1.5


async def test_who_waited_for_a_turn(scene: Scene) -> None:
    budget = scene.upstreams["github"].budget
    assert budget is not None
    budget.gate.waits_seconds.extend([0.02, 3.0])
    await scene.looking.look()
    await scene.looking.look()
    assert scene.value("headgate_queue_wait_seconds_count", upstream="github") == 2
    assert scene.value("headgate_queue_wait_seconds_sum", upstream="github") == pytest.approx(3.02)
    assert scene.value("headgate_queue_waiting", upstream="github") == 0
    assert scene.value("headgate_upstream_requests_under_way", upstream="github") == 0
    assert budget.gate.waits_seconds.maxlen == KEPT_WAITS, "a look that does not come costs no memory"


async def test_the_pool(scene: Scene) -> None:
    await scene.looking.look()
    assert scene.value("headgate_pool_connections_in_use", upstream="github") == 0, "the session is not open"
    assert scene.value("headgate_pool_connections_limit", upstream="github") == 100


async def test_a_store_in_memory_is_each_worker_s_own(scene: Scene) -> None:
    await scene.looking.look()
    assert scene.value("headgate_memory_entries") == 5
    assert scene.value("headgate_memory_bytes") == 500
    assert scene.value("headgate_store_evictions_total") == 2
    assert scene.value("headgate_store_degraded") == 0
    assert scene.value("headgate_disk_entries") is None


async def test_a_store_on_disk_is_counted_once_for_all(scene: Scene) -> None:
    scene.store.said = StoreStats("disk", 50, 5_000, 9_000, 5, 500, evictions=3, degraded="disk full")
    await scene.looking.look()
    assert [scene.value(f"headgate_disk_{what}") for what in ("entries", "bytes", "max_bytes")] == [50, 5_000, 9_000]
    assert scene.value("headgate_store_degraded") == 1
    scene.store.said = replace(scene.store.said, evictions=8)
    for _ in range(STORE_LOOKS):
        await scene.looking.look()
    assert scene.value("headgate_store_evictions_total") == 8
    assert scene.store.asked == 2, "it has to count for it"


async def test_a_disk_that_does_not_answer_holds_nothing_else_up(scene: Scene) -> None:
    scene.store.hangs = True
    scene.looking._store_seconds = 0
    await scene.looking.look()
    assert scene.value("headgate_store_degraded") == 1
    assert scene.value("headgate_memory_entries") is None
    assert scene.value("headgate_workers") == 1


async def test_the_process(scene: Scene) -> None:
    for _ in range(3):
        scene.looking.lag.tick()
        scene.monotonic += 0.3
    await scene.looking.look()
    assert scene.value("headgate_event_loop_lag_seconds_count") == 2
    assert scene.value("headgate_event_loop_lag_seconds_sum") == pytest.approx(0.4)
    assert (scene.value("headgate_workers"), scene.value("headgate_workers_wanted")) == (1, 2)
    assert scene.value("headgate_requests_under_way") == 7
    assert (scene.value("headgate_answers"), scene.value("headgate_answers_bytes")) == (3, 4096)
    assert (scene.value("headgate_process_resident_bytes") or 0) > 1_000_000
    assert (scene.value("headgate_process_open_files") or 0) > 2
