"""One chaos run: the upstreams, the gateway before them, the callers, and what is counted afterwards."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Final

from tests.chaos.driver import Answer, Driver
from tests.chaos.findings import KINDS, SENT_TWICE, Finder, Finding, Lateness
from tests.chaos.gateway import KEEPALIVE_SECONDS, Gateway, Held, serving
from tests.chaos.machine import CpuWaits, Usage
from tests.chaos.oracle import ANSWERABLE, Oracle, Reason
from tests.chaos.plan import Plan
from tests.chaos.questions import questions
from tests.chaos.recovery import Recoveries, recoveries
from tests.chaos.upstream import ChaoticUpstream

UPSTREAMS: Final = ("github", "items")
LOOK_SECONDS: Final = 0.25
CPU_LOOK_SECONDS: Final = 0.02
REST_SECONDS: Final = 2 * KEEPALIVE_SECONDS + 0.5
"""After this no idle connection is kept, nor anything under way."""
AFTERWARDS: Final = 400
ELSEWHERE: Final = 10_000
"""The number of the first thing of which the run itself asks nothing."""
ANSWERED_SHARE: Final = 0.99


@dataclass(frozen=True, slots=True)
class Size:
    """How large a run is.

    Attributes:
        questions: How many are asked.
        concurrency: How many callers ask at the same time.
        pause_seconds: How long each pauses between two questions, on average.
        workers: How many processes serve; 0: the gateway is in this one.
        fault_share: Which share of single arrivals meets a fault (0 to 1).
        first_episode_seconds: About when the first episode begins.
    """

    questions: int = 20_000
    concurrency: int = 200
    pause_seconds: float = 0.25
    workers: int = 2
    fault_share: float = 0.05
    first_episode_seconds: float = 8.0


@dataclass(slots=True)
class Leaks:
    """What was held before and after.

    Attributes:
        before: By the gateway's processes, warm and idle.
        after: The same, after the rest.
        open: Connections still open at the upstreams then.
        under_way: Questions still under way there then.
        afterwards: How many of the questions asked then were answered with 200.
    """

    before: Held
    after: Held
    open: int
    under_way: int
    afterwards: int

    @property
    def faults(self) -> list[str]:
        found = []
        if self.open or self.under_way:
            found.append(f"{self.open} connections, {self.under_way} questions under way after the rest")
        for name in ("descriptors", "threads", "tasks"):
            before, after = getattr(self.before, name), getattr(self.after, name)
            if before is not None and after > before:
                found.append(f"{after} {name} instead of {before}")
        if self.afterwards != AFTERWARDS:
            found.append(f"only {self.afterwards} of {AFTERWARDS} healthy questions were answered afterwards")
        return found


@dataclass(slots=True)
class Outcome:
    """What a run has shown."""

    seed: int
    size: Size
    seconds: float
    answers: list[Answer]
    findings: list[Finding]
    reasons: Counter[tuple[Reason, bool]]
    missed: list[tuple[Answer, Reason]]
    lateness: Lateness
    lags: list[float]
    leaks: Leaks
    recoveries: Recoveries
    arrivals: int
    faults: Counter[str]
    twice: int
    episodes: int
    cpu_shares: tuple[float, float]
    log: str = field(repr=False, default="")

    @property
    def counts(self) -> dict[str, int]:
        """Of everything that must be zero."""
        found = Counter(finding.what for finding in self.findings)
        counts = {kind: found[kind] for kind in KINDS} | {SENT_TWICE: self.twice}
        counts["leaks"] = len(self.leaks.faults)
        counts["recoveries otherwise than by one probe"] = len(self.recoveries.faults)
        return counts

    @property
    def answerable(self) -> int:
        return sum(count for (reason, _), count in self.reasons.items() if reason in ANSWERABLE)

    @property
    def answered(self) -> int:
        """How many of the answerable were answered with a body."""
        return sum(count for (reason, body), count in self.reasons.items() if reason in ANSWERABLE and body)

    @property
    def passed(self) -> bool:
        return not any(self.counts.values()) and self.answered >= ANSWERED_SHARE * self.answerable


async def run(seed: int, size: Size, folder: Path) -> Outcome:
    """One run; `folder` is for the gateway's files."""
    origin = monotonic() + 1e9  # before the run begins nothing goes wrong

    def clock() -> float:
        return monotonic() - origin

    async with AsyncExitStack() as stack:
        upstreams = {}
        for name in UPSTREAMS:
            plan = Plan(seed, name, fault_share=size.fault_share, first_episode_seconds=size.first_episode_seconds)
            upstreams[name] = await stack.enter_async_context(ChaoticUpstream(name, plan, clock))
        urls = {name: upstream.url for name, upstream in upstreams.items()}
        gateway = await stack.enter_async_context(serving(urls, folder, workers=size.workers))
        await _healthy(gateway)
        await asyncio.sleep(REST_SECONDS)
        before = gateway.held()
        warm = {name: len(upstream.log.arrivals) for name, upstream in upstreams.items()}
        origin = monotonic()
        for upstream in upstreams.values():
            upstream.begin()
        used, waits = Usage.now(gateway.pids), CpuWaits(gateway.pids, clock)
        looking = [asyncio.create_task(_look(gateway, clock)), asyncio.create_task(_look_at_cpus(waits))]
        driver = Driver(
            gateway.host, questions(seed, size.questions), size.concurrency, clock, pause_seconds=size.pause_seconds
        )
        await driver.run()
        seconds = clock()
        shares = Usage.now(gateway.pids).since(used)
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
        for upstream in upstreams.values():
            await upstream.recover()
        await asyncio.sleep(REST_SECONDS)
        after = gateway.held()
        still_open = sum(len(upstream.open) for upstream in upstreams.values())
        under_way = sum(upstream.under_way for upstream in upstreams.values())
        await _healthy(gateway)  # a breaker that was open when the run ended closes by these
        leaks = Leaks(before, after, still_open, under_way, await _healthy(gateway))
        log = gateway.command.log if gateway.command is not None else ""
    return _judged(seed, size, seconds, driver, upstreams, gateway, leaks, warm, shares, waits, log)


async def _look(gateway: Gateway, clock: Callable[[], float]) -> None:
    """Sees to it that each connection's worker is known, but for those that do not live long."""
    while True:
        await asyncio.to_thread(gateway.look, clock())
        await asyncio.sleep(LOOK_SECONDS)


async def _look_at_cpus(waits: CpuWaits) -> None:
    while True:
        waits.look()
        await asyncio.sleep(CPU_LOOK_SECONDS)


async def _healthy(gateway: Gateway) -> int:
    """Asks every worker for something of each upstream; how many of `AFTERWARDS` answers were right."""
    asked = questions(-1, 10 * AFTERWARDS, first_thing=ELSEWHERE)
    gladly = (each for each in asked if each.method == "GET" and each.timeout_seconds is each.hangs_up_after_seconds)
    driver = Driver(gateway.host, islice(gladly, AFTERWARDS), AFTERWARDS // 4, monotonic)
    await driver.run()
    return sum(answer.with_body for answer in driver.answers)


def _judged(
    seed: int,
    size: Size,
    seconds: float,
    driver: Driver,
    upstreams: dict[str, ChaoticUpstream],
    gateway: Gateway,
    leaks: Leaks,
    warm: dict[str, int],
    shares: tuple[float, float],
    waits: CpuWaits,
    log: str,
) -> Outcome:
    answers = driver.answers

    def others_fault(answer: Answer) -> float:
        """For how much of its lateness nothing can be done by who made it."""
        worker = gateway.worker(gateway.port, answer.port, answer.ended)
        waited = waits.within(worker, answer.deadline, answer.ended)
        return waited + driver.lag.within(answer.deadline, answer.ended)

    finder = Finder(answers, {name: upstream.log for name, upstream in upstreams.items()}, others_fault)
    findings = [*finder.findings()]
    found = Recoveries()
    reasons: Counter[tuple[Reason, bool]] = Counter()
    missed = []
    oracles = {}
    for name, upstream in upstreams.items():
        oracles[name] = Oracle(upstream, gateway, finder.writes)
        recoveries(upstream, gateway, answers, seconds, found)
    for answer in answers:
        reason = oracles[answer.question.upstream].judge(answer)
        reasons[reason, answer.with_body] += 1
        if reason in ANSWERABLE and not answer.with_body:
            missed.append((answer, reason))
    arrived = [arrival for name, upstream in upstreams.items() for arrival in upstream.log.arrivals[warm[name] :]]
    return Outcome(
        seed,
        size,
        seconds,
        answers,
        findings,
        reasons,
        missed,
        finder.lateness,
        sorted(late for _, late in driver.lag.seen),
        leaks,
        found,
        len(arrived),
        Counter(arrival.fate.kind.name for arrival in arrived),
        sum(times > 1 for upstream in upstreams.values() for times in upstream.writes.values()),
        sum(each.begins < seconds for upstream in upstreams.values() for each in upstream.plan.episodes),
        shares,
        log,
    )
