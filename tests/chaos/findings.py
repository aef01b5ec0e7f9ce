"""What must not be, looked for in what the callers got and in what upstream saw."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.chaos import world
from tests.chaos.arrivals import Log
from tests.chaos.driver import Answer
from tests.chaos.gateway import STALE_IF_ERROR_SECONDS
from tests.chaos.questions import Question

LATE_SECONDS: Final = 0.25
"""After its caller's deadline no answer may come later than this."""
SLACK_SECONDS: Final = 0.3
"""Within it staleness is not judged: upstream writes down an arrival when it has it, the gateway when it sends it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be.

    Attributes:
        what: Its kind.
        answer: What came of the question.
        detail: For whoever looks for the reason.
    """

    what: str
    answer: Answer
    detail: str


WRONG_BODY: Final = "wrong bodies"
OWN_500: Final = "500s"
LATE: Final = "answers later than the deadline + 250 ms"
NO_ANSWER: Final = "connections closed without an answer"
TOO_OLD: Final = "older than the policy allows"
UNTOLD: Final = "stale without saying so"
UNWRITTEN: Final = "older than an answered write"
SENT_TWICE: Final = "writes that upstream saw twice"
KINDS: Final = (OWN_500, WRONG_BODY, LATE, NO_ANSWER, TOO_OLD, UNTOLD, UNWRITTEN, SENT_TWICE)


@dataclass(slots=True)
class Lateness:
    """How long after their deadlines answers came (below zero: before), in seconds; oldest question first.

    Attributes:
        seconds: Of every answer.
        explained: How many of those that were too late would not have been without what others did to them.
    """

    seconds: list[float] = field(default_factory=list)
    explained: int = 0


class Finder:
    """Looks through one run."""

    def __init__(self, answers: list[Answer], logs: dict[str, Log], others_fault: Callable[[Answer], float]) -> None:
        """Besides what there is to look through.

        Args:
            answers: All of them.
            logs: Each upstream's.
            others_fault: How many seconds after an answer's deadline its worker stood in the queue for a CPU, and the
                driver was late itself.
        """
        self._answers = answers
        self._logs = logs
        self._others_fault = others_fault
        self.lateness = Lateness()
        self.writes: dict[str, list[Answer]] = defaultdict(list)
        for answer in answers:
            if answer.question.method == "POST":
                self.writes[answer.question.thing].append(answer)

    def findings(self) -> Iterator[Finding]:
        """All of them, of every kind but `SENT_TWICE`."""
        for answer in self._answers:
            if answer.hung_up:
                continue
            if answer.lost is not None:
                yield Finding(NO_ANSWER, answer, answer.lost)
            if answer.status == 500 and not answer.relayed:
                yield Finding(OWN_500, answer, answer.code)
            if answer.wrong is not None:
                yield Finding(WRONG_BODY, answer, answer.wrong)
            yield from self._late(answer)
            if answer.version is not None and answer.question.method != "POST":
                yield from self._aged(answer, answer.version)

    def _late(self, answer: Answer) -> Iterator[Finding]:
        late = answer.ended - answer.deadline
        self.lateness.seconds.append(late)
        if late > LATE_SECONDS:
            others = self._others_fault(answer)
            self.lateness.explained += late - others <= LATE_SECONDS
            yield Finding(LATE, answer, f"by {late:.3f} s, for {others:.3f} s of which there was no CPU")

    def _aged(self, answer: Answer, version: int) -> Iterator[Finding]:
        """Whether the version is one that upstream has told, and no older than it may be."""
        question = answer.question
        told = [
            each
            for each in self._logs[question.upstream].by_thing[question.thing]
            if each.renews and each.version == version and each.began < answer.ended and _alike(each.key, question)
        ]
        if not told:
            yield Finding(WRONG_BODY, answer, f"version {version} was not told by this key")
            return
        stale = answer.began - told[-1].began - world.lifetime_seconds(question.thing) - SLACK_SECONDS
        if stale > STALE_IF_ERROR_SECONDS[question.upstream]:
            yield Finding(TOO_OLD, answer, f"stale for {stale:.1f} s")
        if stale > 0 and not answer.told_stale:
            yield Finding(UNTOLD, answer, f"stale for {stale:.1f} s")
        for write in self.writes.get(question.thing, ()):
            if write.status == 201 and write.ended < answer.began and (write.version or 0) > version:
                yield Finding(UNWRITTEN, answer, f"version {version}, after a write had made it {write.version}")


def _alike(key: str, question: Question) -> bool:
    """A HEAD renews what a GET has stored, and the reverse."""
    return key.partition(" ")[2] == question.key.partition(" ")[2]
