"""How the gateway comes back after an outage: by one probe of each worker, and then for all."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from tests.chaos.arrivals import Arrival, End
from tests.chaos.driver import Answer
from tests.chaos.gateway import OPEN_SECONDS, READ_SECONDS, Gateway
from tests.chaos.plan import CALM_SECONDS, SLOWEST_SECONDS, Episode, Trouble
from tests.chaos.upstream import ChaoticUpstream

SLACK_SECONDS: Final = 0.3
"""For a question that needs upstream to come, and the probe to be on its way."""
OPEN_AT_ITS_END_SECONDS: Final = 0.5
"""A worker whose breaker is open has refused somebody so shortly before upstream's return, and asked nothing since."""
OPEN_CODE: Final = "upstream_circuit_open"


@dataclass(slots=True)
class Recoveries:
    """After all outages of a run, each worker by itself.

    Attributes:
        outages: How many there were.
        opened: How often a worker's breaker was open when one ended.
        probes: How many of those came back by exactly one probe.
        seconds: From upstream's return until its first reply, where the breaker was open.
        faults: What was otherwise than it should be.
    """

    outages: int = 0
    opened: int = 0
    probes: int = 0
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def look(self, upstream: str, episode: Episode, worker: int, arrived: list[Arrival], answers: list[Answer]) -> None:
        """At one worker after one outage.

        Args:
            upstream: Its name.
            episode: The outage.
            worker: Which.
            arrived: What came from it from the last second of the outage until the end of the calm, oldest first.
            answers: What it answered in that time, oldest first.
        """
        back = episode.ends
        refused = [each for each in answers if each.code == OPEN_CODE and each.question.upstream == upstream]
        after = [each for each in arrived if each.began >= back]
        at_its_end = [each.ended for each in refused if back - OPEN_AT_ITS_END_SECONDS <= each.ended <= back]
        if not at_its_end or any(at_its_end[0] < each.began < back for each in arrived):
            return
        self.opened += 1
        name = f"{upstream}, worker {worker}, after {episode.trouble.value} until {back:.2f}"
        if not after:
            self.faults.append(f"{name}: nothing was asked for {CALM_SECONDS} s")
            return
        probe = after[0]
        patience = OPEN_SECONDS + SLACK_SECONDS + (READ_SECONDS if episode.trouble is Trouble.STALLS else 0.0)
        if probe.began > back + patience:
            self.faults.append(f"{name}: the first probe came after {probe.began - back:.2f} s")
        beside = [each for each in after[1:] if each.began < probe.ended]
        if beside:
            self.faults.append(f"{name}: {len(beside)} requests beside the probe")
        if probe.end is not End.GIVEN:
            self.faults.append(f"{name}: the probe ended by {probe.end.name}")
        if late := [each for each in refused if each.began > probe.ended + 0.05]:
            self.faults.append(f"{name}: {len(late)} refused after the probe's success")
        if not beside and probe.end is End.GIVEN and not late:
            self.probes += 1
            self.seconds.append(probe.ended - back)


def recoveries(
    upstream: ChaoticUpstream, gateway: Gateway, answers: list[Answer], seconds: float, to: Recoveries
) -> None:
    """Looks at every outage of one upstream that was over, with the calm after it, when the run ended after `seconds`."""
    for episode in upstream.plan.episodes:
        if not episode.is_outage or episode.ends + CALM_SECONDS > seconds:
            continue
        to.outages += 1
        calm_until = episode.ends + CALM_SECONDS - SLOWEST_SECONDS
        arrived: dict[int | None, list[Arrival]] = defaultdict(list)
        for arrival in upstream.log.between(episode.ends - 1.0, calm_until):
            arrived[gateway.worker(arrival.port, upstream.port, arrival.began)].append(arrival)
        answered: dict[int | None, list[Answer]] = defaultdict(list)
        for answer in sorted(answers, key=lambda answer: answer.ended):
            if episode.ends - 1.0 <= answer.ended <= calm_until:
                answered[gateway.worker(gateway.port, answer.port, answer.ended)].append(answer)
        for worker in gateway.workers:
            to.look(upstream.name, episode, worker, arrived[worker], answered[worker])
