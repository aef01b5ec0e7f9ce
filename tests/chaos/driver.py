"""The callers: each asks one question after the other over a connection that it keeps, and looks at what it gets."""

import asyncio
import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from tests.chaos import world
from tests.chaos.connection import CallerConnection, CutOff, Raw
from tests.chaos.questions import Question

GIVING_UP_SECONDS: Final = 10.0
"""So long after its deadline a caller waits no more: the answer is not late but missing."""
LAG_PAUSE_SECONDS: Final = 0.005
_STALE = re.compile(r"ttl=-\d")


@dataclass(slots=True)
class Answer:
    """What came of a question. Moments are seconds since the run began.

    Attributes:
        question: What was asked.
        began: When it was sent.
        ended: When the last byte of the answer was there, or the caller had left.
        port: The caller's own.
        beside: How many questions were under way when it was sent, this one included.
        status: None: the caller has hung up, or the gateway has.
        code: What the gateway calls the problem, if there is one.
        relayed: Whether a failure is upstream's own answer, passed on by a mount.
        told_stale: Whether the answer says that it is stale.
        version: Of the thing, as the body or the 304 tells.
        wrong: What is wrong with the body.
        lost: How the connection ended, where the gateway has hung up.
    """

    question: Question
    began: float
    ended: float = 0.0
    port: int = 0
    beside: int = 1
    status: int | None = None
    code: str = ""
    relayed: bool = False
    told_stale: bool = False
    version: int | None = None
    wrong: str | None = None
    lost: str | None = None

    @property
    def deadline(self) -> float:
        return self.began + self.question.patience_seconds

    @property
    def hung_up(self) -> bool:
        """Whether the caller did."""
        return self.status is None and self.lost is None

    @property
    def with_body(self) -> bool:
        """Whether the caller got what it asked for; a 304 says that it has it."""
        return self.status in {200, 201, 304} and self.wrong is None


@dataclass(slots=True)
class Lag:
    """How late the driver's own event loop was: (when it woke up, by how many seconds too late)."""

    seen: list[tuple[float, float]] = field(default_factory=list)

    def within(self, begin: float, end: float) -> float:
        """The worst that touches this stretch of time."""
        return max((late for woke, late in self.seen if woke >= begin and woke - late <= end), default=0.0)


class Driver:
    """Asks `questions` of the gateway at `host`, `concurrency` at a time."""

    def __init__(
        self,
        host: str,
        questions: Iterator[Question],
        concurrency: int,
        clock: Callable[[], float],
        *,
        pause_seconds: float = 0.0,
    ) -> None:
        """Besides what it asks.

        Args:
            host: With its port.
            questions: All callers take theirs from here.
            concurrency: How many callers there are.
            clock: Seconds since the run began.
            pause_seconds: How long each pauses between two questions, on average.
        """
        self._host = host
        self._questions = questions
        self._concurrency = concurrency
        self._clock = clock
        self._etags: dict[str, str] = {}
        self._pause_seconds = pause_seconds
        self._under_way = 0
        self.answers: list[Answer] = []
        self.lag = Lag()

    async def run(self) -> None:
        """Until every question is answered, and every connection closed."""
        watching = asyncio.get_running_loop().create_task(self._watch_lag())
        try:
            async with asyncio.TaskGroup() as callers:
                for _ in range(self._concurrency):
                    callers.create_task(self._call())
        finally:
            watching.cancel()

    async def _watch_lag(self) -> None:
        while True:
            before = monotonic()
            await asyncio.sleep(LAG_PAUSE_SECONDS)
            late = monotonic() - before - LAG_PAUSE_SECONDS
            if late > LAG_PAUSE_SECONDS:
                self.lag.seen.append((self._clock(), late))

    async def _call(self) -> None:
        connection: CallerConnection | None = None
        try:
            for question in self._questions:
                if connection is None or connection.lost.done():
                    connection = await self._connected()
                self._under_way += 1
                answer = await self._asked(question, connection)
                self._under_way -= 1
                self.answers.append(answer)
                if answer.status is None:
                    connection.transport.abort()
                    connection = None
                if self._pause_seconds:
                    await asyncio.sleep(question.pause * self._pause_seconds)
        finally:
            if connection is not None:
                connection.transport.close()

    async def _connected(self) -> CallerConnection:
        host, _, port = self._host.partition(":")
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(CallerConnection, host, int(port)))[1]

    async def _asked(self, question: Question, connection: CallerConnection) -> Answer:
        known = self._etags.get(question.path) if question.conditional else None
        patience = question.hangs_up_after_seconds
        hangs_up = patience is not None
        seconds = question.patience_seconds + GIVING_UP_SECONDS if patience is None else patience
        head = question.head(self._host, known)
        answer = Answer(question, self._clock(), port=connection.port, beside=self._under_way)
        asked = connection.ask(head, bodiless=question.method == "HEAD")
        try:
            raw = await asyncio.wait_for(asked, seconds)
        except TimeoutError:
            answer.ended = self._clock()
            answer.lost = None if hangs_up else "no answer at all"
        except CutOff as cut:
            answer.ended = self._clock()
            answer.lost = str(cut)
        else:
            answer.ended = raw.ended - (monotonic() - self._clock())
            self._read(answer, raw, known)
        return answer

    def _read(self, answer: Answer, raw: Raw, known: str | None) -> None:
        question, fields = answer.question, raw.fields
        answer.status = raw.status
        answer.told_stale = _STALE.search(fields.get("cache-status", "")) is not None
        if raw.status >= 400:
            answer.relayed = "x-chaos-fate" in fields
            if "problem+json" in fields.get("content-type", ""):
                answer.code = json.loads(raw.body).get("code", "") if raw.body else f"status {raw.status}"
            return
        try:
            answer.version = _version(question, raw, known)
        except world.WrongBody as wrong:
            answer.wrong = str(wrong)
        else:
            if raw.status == 200 and question.method == "GET" and "etag" in fields:
                self._etags[question.path] = fields["etag"]


def _version(question: Question, raw: Raw, known: str | None) -> int | None:
    """Which version of the thing the answer tells; None where it tells none: a HEAD of the typed API, whose ETag is the
    gateway's own, and a 304 of it.

    Raises:
        WrongBody: None that upstream has told.
    """
    if raw.status == 304:
        if known is None or not _weakly_equal(raw.fields.get("etag", known), known):
            raise world.WrongBody(f"a 304 for {raw.fields.get('etag')} to a question with {known}")
        return None if question.typed else world.version_of_etag(question.thing, known)
    body = raw.body
    if raw.fields.get("content-encoding") == "gzip" and body:
        if not question.gzip:
            raise world.WrongBody("gzip to a caller who does not take it")
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError) as error:
            raise world.WrongBody(f"broken gzip: {error!r}") from None
    if question.typed:
        return None if question.method == "HEAD" else world.version_typed(question.thing, body)
    told = world.version_of_etag(question.thing, raw.fields.get("etag", "none"))
    if question.method != "HEAD" and world.version_relayed(question.thing, body) != told:
        raise world.WrongBody(f"the ETag is of version {told}, the body of another")
    return told


def _weakly_equal(tag: str, other: str) -> bool:
    """RFC 9110 section 8.8.3.2: what is unpacked for one caller is the same by a weak tag."""
    return tag.removeprefix("W/") == other.removeprefix("W/")
