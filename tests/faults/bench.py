"""Runs rows: each on a gateway of its own, in one situation after the other, and measures what comes of it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from tests.faults import connecting, on_the_way, refusing, replying
from tests.faults.caller import Answer, asked, is_stale, words_for
from tests.faults.certificates import Certificate
from tests.faults.fault import Fault, Situation, Way
from tests.faults.gateway_process import Condition, Lateness
from tests.faults.gateways import Gateways
from tests.faults.profile import Profile
from tests.faults.relay import Relay
from tests.faults.scene import Scene
from tests.faulty_upstream import FaultyUpstream

STEADY_SECONDS = 1.0
"""How long things may take that take no time on a machine that is idle."""
LOOK_SECONDS = 0.02
RECOVERY_SECONDS = 10.0
WARM_UP_ANSWERS = 5
COME_AGAIN = ("429 upstream", "503 upstream")
"""Answers that must say when."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one row came to in one situation.

    Attributes:
        situation: Which.
        answers: How often which, in the words of `words_for`.
        without_retry_after: How many should have said when to come again and did not.
        seconds: Until the answer; of several the slowest.
        soonest_seconds: Of several the quickest.
        late_seconds: How much later than it asked for this machine woke the bench meanwhile, all together.
        requests: How many arrived at upstream.
        connections: How many were made to it.
        acquired: Connections in use at the end.
        waiters: Requests that wait for one at the end.
        tasks: More at the end than before.
        flights: Under way at the end.
        left_open: Connections that the gateway still has, beyond those that wait in its pool.
        peak_bytes: The most memory that the gateway took, beyond what it had before; None: the system does not tell.
        kept_bytes: What it has more at the end.
        stuck_seconds: For how long the gateway served nobody else: the longest.
        next_answer: What the same question brings once upstream is well again.
        next_seconds: How long after that it did.
        next_requests: How many arrived at upstream for it.
    """

    situation: Situation
    answers: Counter[str]
    without_retry_after: int
    seconds: float
    soonest_seconds: float
    late_seconds: float
    requests: int
    connections: int
    acquired: int
    waiters: int
    tasks: int
    flights: int
    left_open: int
    peak_bytes: int | None
    kept_bytes: int | None
    stuck_seconds: float
    next_answer: str
    next_seconds: float
    next_requests: int

    def complaints(self, fault: Fault, profile: Profile) -> list[str]:
        """What is otherwise than it must be."""
        expected = fault.expected(self.situation, profile)
        latest = expected.latest_seconds + self.late_seconds
        stuck = fault.work_seconds + profile.late_seconds + self.late_seconds
        well_again = fault.blocked_seconds + STEADY_SECONDS + profile.late_seconds + self.late_seconds
        bound = fault.memory.bound_bytes(profile)
        good = ("200", "200 stale", "200 stream", "200 as sent")
        return [
            complaint
            for holds, complaint in (
                (self.answers.keys() <= expected.answers, f"got {self.told}, not {' or '.join(expected.answers)}"),
                (
                    fault.questions == 1
                    or not self.answers.keys().isdisjoint(good)
                    or expected.answers.isdisjoint(good),
                    f"got {self.told}, and nobody anything good",
                ),
                (self.without_retry_after == 0, "no Retry-After"),
                (self.soonest_seconds >= expected.earliest_seconds, f"after {self.soonest_seconds:.2f} s: too early"),
                (self.seconds <= latest, f"after {self.seconds:.2f} s, not {latest:.2f} s at the latest"),
                (
                    expected.fewest <= self.requests <= expected.most,
                    f"asked {self.requests} times, not {expected.fewest} to {expected.most}",
                ),
                (self.acquired == 0, f"{self.acquired} connections still in use"),
                (self.waiters == 0, f"{self.waiters} wait for a connection"),
                (self.tasks <= fault.lingering_tasks, f"{self.tasks} tasks left"),
                (self.flights == 0, f"{self.flights} flights left"),
                (self.left_open <= 0, f"{self.left_open} connections of upstream left"),
                (self.peak_bytes is None or self.peak_bytes <= bound, f"{self.peak_bytes} bytes more, not {bound}"),
                (self.stuck_seconds <= stuck, f"nobody else served for {self.stuck_seconds:.2f} s"),
                (self.next_answer == "200", f"afterwards {self.next_answer}"),
                (self.next_seconds <= well_again, f"well again only after {self.next_seconds:.2f} s"),
                (self.next_requests == 1, f"afterwards asked {self.next_requests} times"),
            )
            if not holds
        ]

    @property
    def told(self) -> str:
        """The answers, the most frequent first."""
        if len(self.answers) == 1:
            return next(iter(self.answers))
        return ", ".join(f"{answer} ({count})" for answer, count in self.answers.most_common())


Outcome = list[Measured] | Exception
"""What a row came to in its situations; or what kept it from being played to its end."""


def rows(profile: Profile) -> Sequence[Fault]:
    """Every row of the bench."""
    return (*connecting.rows(), *replying.rows(profile), *refusing.rows(profile), *on_the_way.rows(profile))


Turn = tuple[Fault, Situation]


def parted(faults: Iterable[Fault], situations: Sequence[Situation], size: int) -> list[list[Turn]]:
    """Which turns share a gateway: those of rows that are alike, at most `size` rows; those that take long are spread.

    A row after which upstream is left alone for a while has a gateway for each situation: whoever waits, waits at the same
    time as the others do.
    """
    parts: list[list[Turn]] = []
    alike: dict[object, list[Fault]] = {}
    for fault in faults:
        if fault.blocked_seconds:
            parts += [[(fault, situation)] for situation in situations]
        else:
            alike.setdefault(id(fault) if fault.settings else fault.way, []).append(fault)
    for members in alike.values():
        count = ceil(len(members) / size)
        parts += [[(fault, one) for fault in members[at::count] for one in situations] for at in range(count)]
    return parts


class Bench:
    """Plays faults with a profile."""

    def __init__(self, profile: Profile, gateways: Gateways, directory: Path) -> None:
        """Besides its collaborators: `directory` is for certificates."""
        self._profile = profile
        self._gateways = gateways
        self._directory = directory
        self._room = asyncio.Semaphore(profile.gateways)

    async def measured(self, faults: Sequence[Fault], situations: Sequence[Situation]) -> dict[str, Outcome]:
        """All rows in these situations; by their names."""
        found: dict[tuple[str, Situation], Measured | Exception] = {}
        parts = parted(faults, situations, self._profile.rows_of_a_gateway)
        await asyncio.gather(*(self._played(part, found) for part in parts))
        outcomes: dict[str, Outcome] = {}
        for fault in faults:
            measured = [found[fault.name, situation] for situation in situations]
            trouble = [one for one in measured if isinstance(one, Exception)]
            outcomes[fault.name] = trouble[0] if trouble else [one for one in measured if isinstance(one, Measured)]
        return outcomes

    async def _played(self, part: Sequence[Turn], found: dict[tuple[str, Situation], Measured | Exception]) -> None:
        """One after the other, on one gateway."""
        async with self._room, self._scene(part[0][0]) as scene:
            await self._warm_up(scene)
            for number, (fault, situation) in enumerate(part):
                try:
                    measured = await self._measured(fault, situation, scene, f"{situation.value}-{number}")
                except (AssertionError, OSError) as error:  # one row's is no reason to lose the others
                    found[fault.name, situation] = error
                else:
                    found[fault.name, situation] = measured

    @asynccontextmanager
    async def _scene(self, fault: Fault) -> AsyncIterator[Scene]:
        async with AsyncExitStack() as stack:
            scene = Scene(self._profile, FaultyUpstream())
            settings: dict[str, Any] = {**fault.settings}
            if fault.way is Way.TLS:
                scene.own, scene.stranger = self._certificate("own"), self._certificate("stranger")
                scene.upstream.tls = scene.own.server()
                settings["ca_file"] = str(scene.own.file)
            scene.upstream.script = scene.healthy
            await stack.enter_async_context(scene.upstream)
            if fault.way is Way.RELAYED:
                scene.relay = await stack.enter_async_context(Relay(scene.upstream.port))
            scheme = "https" if fault.way is Way.TLS else "http"
            host = "upstream.invalid" if fault.way is Way.NAMED else "127.0.0.1"
            base_url = f"{scheme}://{host}:{scene.port}/"
            scene.gateway = await stack.enter_async_context(
                self._gateways.running(self._profile.settings(base_url, **settings))
            )
            yield scene

    def _certificate(self, name: str) -> Certificate:
        file = self._directory / f"{name}.pem"
        return Certificate(file) if file.exists() else Certificate.made(file)

    async def _warm_up(self, scene: Scene) -> None:
        """What happens once only is none of a fault's doing."""
        for at in range(WARM_UP_ANSWERS):
            for situation in Situation:
                answer = await self._asked(scene, situation, f"warm-up-{at}-{situation.value}")
                assert answer.status == 200, (answer, scene.upstream.seen)

    async def _asked(self, scene: Scene, situation: Situation, repo: str, within: float | None = None) -> Answer:
        way = "github" if situation is Situation.MOUNT else "api/v1"
        url = f"{scene.gateway.url}/{way}/repos/acme/{repo}/languages"
        return await asked(url, 4 * self._profile.buffered_bytes, within)

    async def _measured(self, fault: Fault, situation: Situation, scene: Scene, name: str) -> Measured:
        """`name` is that of what is asked for."""
        mount = situation is Situation.MOUNT
        repos = [f"{name}-{at}" for at in range(fault.questions)]
        if situation is Situation.STALE_COPY:
            for repo in repos:
                primed = await self._asked(scene, situation, repo)
                assert primed.status == 200, primed
            scene.version += 1
        before = await scene.gateway.settle()
        await fault.begin(scene)
        arrived, connected = self._arrived(scene, repos), scene.connections
        lateness, answers = Lateness(), []
        async with lateness.watched():
            for at, repo in enumerate(repos):
                answers.append(await self._asked(scene, situation, repo, fault.caller_seconds))
                await asyncio.sleep(fault.every_seconds if at < len(repos) - 1 else 0)
        after = await self._at_rest(scene, before)
        requests, connections = self._arrived(scene, repos) - arrived, scene.connections - connected
        left_open = scene.open_connections - after.idle
        told = [
            words_for(answer, repo, scene.version, fault.sent, mount=mount)
            for answer, repo in zip(answers, repos, strict=True)
        ]
        await fault.end(scene)
        scene.version += 1
        again = f"{name}-afterwards" if mount and fault.kept_on_mount else repos[0]
        arrived = self._arrived(scene, [again])
        next_answer, next_seconds = await self._recovered(scene, situation, again)
        return Measured(
            situation=situation,
            answers=Counter(told),
            without_retry_after=sum(
                words.startswith(COME_AGAIN) and "Retry-After" not in answer.headers
                for words, answer in zip(told, answers, strict=True)
            ),
            seconds=max(answer.seconds for answer in answers),
            soonest_seconds=min(answer.seconds for answer in answers),
            late_seconds=lateness.total_seconds,
            requests=requests,
            connections=connections,
            acquired=after.acquired,
            waiters=after.waiters,
            tasks=after.tasks - before.tasks,
            flights=after.flights,
            left_open=left_open,
            peak_bytes=_difference(after.peak_bytes, before.rss_bytes),
            kept_bytes=_difference(after.rss_bytes, before.rss_bytes),
            stuck_seconds=after.stuck_seconds,
            next_answer=words_for(next_answer, again, scene.version, None, mount=mount),
            next_seconds=next_seconds,
            next_requests=self._arrived(scene, [again]) - arrived,
        )

    @staticmethod
    def _arrived(scene: Scene, repos: Sequence[str]) -> int:
        targets = {f"/repos/acme/{repo}/languages" for repo in repos}
        return sum(seen.target in targets for seen in scene.upstream.seen)

    async def _at_rest(self, scene: Scene, before: Condition) -> Condition:
        """How the gateway is once everything is where it was, or when it must be: what is under way for nobody any more
        may take its time to end.
        """
        until = time.monotonic() + self._profile.total_seconds + STEADY_SECONDS
        while True:
            now = await scene.gateway.condition(collect=True)
            at_rest = not (now.acquired or now.waiters or now.flights) and now.tasks <= before.tasks
            if (at_rest and scene.open_connections <= now.idle) or time.monotonic() > until:
                return now
            await asyncio.sleep(LOOK_SECONDS)

    async def _recovered(self, scene: Scene, situation: Situation, repo: str) -> tuple[Answer, float]:
        """The first good answer, or the last one for want of that; and how long after upstream was well."""
        started = time.monotonic()
        while True:
            answer = await self._asked(scene, situation, repo)
            seconds = time.monotonic() - started
            fresh = answer.status == 200 and not is_stale(answer)
            if fresh or seconds > RECOVERY_SECONDS:
                return answer, seconds
            await asyncio.sleep(LOOK_SECONDS)


def _difference(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else after - before
