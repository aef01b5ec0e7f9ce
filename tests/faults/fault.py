"""A row of the bench: what goes wrong, and what a caller must get then. Written down by what is right, not by what is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tests.faults.profile import ATTEMPTS, MEBIBYTE, MOUNT_ATTEMPTS, Profile
from tests.faults.scene import Act, well


class Situation(Enum):
    """In which a caller asks."""

    NOTHING_CACHED = "nothing-cached"
    """Of the typed API, for what it has no copy of."""
    STALE_COPY = "stale-copy"
    """Of the typed API, for what it has a copy of that is not fresh any more."""
    MOUNT = "mount"
    """On the mount, for what there is no copy of."""


class Way(Enum):
    """How the gateway gets to the upstream."""

    DIRECT = auto()
    RELAYED = auto()
    TLS = auto()
    NAMED = auto()
    """By a host name, which has an address or has none."""


class Wait(Enum):
    """What ends an attempt."""

    NOTHING = auto()
    """The fault itself, at once."""
    CONNECT = auto()
    READ = auto()
    TOTAL = auto()

    def seconds(self, profile: Profile) -> float:
        return {
            Wait.NOTHING: 0.0,
            Wait.CONNECT: profile.connect_seconds,
            Wait.READ: profile.read_seconds,
            Wait.TOTAL: profile.total_seconds,
        }[self]


class Memory(Enum):
    """How much more of it a gateway may need for a while."""

    LITTLE = auto()
    """Nothing that a request would not take anyway: 8 MiB of noise."""
    BODY = auto()
    """That, and a body as large as may be buffered, in pieces and in one."""
    UNPACKED = auto()
    """That, and what it may become."""

    def bound_bytes(self, profile: Profile) -> int:
        more = {
            Memory.LITTLE: 0,
            Memory.BODY: 3 * profile.buffered_bytes,
            Memory.UNPACKED: 3 * profile.buffered_bytes + 2 * profile.decompressed_bytes,
        }
        return 8 * MEBIBYTE + more[self]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a caller must get in one situation, and what that may cost.

    Attributes:
        answers: Any of these, in the words of `caller.words_for`.
        earliest_seconds: Not before.
        latest_seconds: On an idle machine not later.
        fewest: How many requests arrive at upstream, at least.
        most: At most.
    """

    answers: frozenset[str]
    earliest_seconds: float
    latest_seconds: float
    fewest: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        name: As the table has it.
        begin: Makes it so.
        end: Makes it good again.
        way: How the gateway gets to the upstream.
        answer: What a caller of the typed API gets who has no copy: `200`, or a status with the problem's code. Where any
            of several will do, `|` is between them.
        stale: What one gets for whom there is a stale copy. By default that, or where the fault does no harm, the news.
        mount: What one gets on the mount. By default the same as on the typed API.
        wait: What ends an attempt.
        sooner: Whether the fault itself may end an attempt before that.
        work_seconds: How long the gateway itself may be at work on what came.
        slow_seconds: How much longer an attempt takes that ends well.
        pause_seconds: What upstream wants us to wait between two attempts.
        repeated: Whether it is worth asking again.
        arrives: Whether an attempt's request gets to the upstream.
        heals: How many attempts end badly before upstream is well; None: all.
        questions: How many are asked, one after the other; each must be answered so.
        every_seconds: When the next of them follows.
        fewest: How many requests arrive at upstream, where that cannot be said of each question. With `most`.
        most: …
        caller_seconds: How long the caller waits, as its `X-Request-Timeout` says; None: it does not say.
        memory: How much of it may be needed for a while.
        lingering_tasks: How many tasks nobody can end when their caller has left.
        blocked_seconds: For how long upstream is left alone after this, on its own wish or on ours.
        kept_on_mount: Whether what upstream sent may be given again on the mount: for the time that it said.
        sent: What upstream sent, status and body, where a mount relays that as it is.
        settings: Of the upstream, where they are others than the profile's.
    """

    name: str
    begin: Act
    end: Act = well
    way: Way = Way.DIRECT
    answer: str
    stale: str = ""
    mount: str = ""
    wait: Wait = Wait.NOTHING
    sooner: bool = False
    work_seconds: float = 0.0
    slow_seconds: float = 0.0
    pause_seconds: float = 0.0
    repeated: bool = True
    arrives: bool = True
    heals: int | None = None
    questions: int = 1
    every_seconds: float = 0.0
    fewest: int | None = None
    most: int | None = None
    caller_seconds: float | None = None
    memory: Memory = Memory.LITTLE
    lingering_tasks: int = 0
    blocked_seconds: float = 0.0
    kept_on_mount: bool = False
    sent: tuple[int, bytes] | None = field(default=None, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def expected(self, situation: Situation, profile: Profile) -> Expected:
        """What must come of each question."""
        allowed = MOUNT_ATTEMPTS if situation is Situation.MOUNT else ATTEMPTS
        bad = min(allowed if self.repeated else 1, allowed if self.heals is None else self.heals)
        attempts = bad if self.heals is None else min(allowed, bad + 1)
        pauses = attempts - 1
        longest = bad * self.wait.seconds(profile) + pauses * self.pause_seconds + self.slow_seconds
        earliest = 0.0 if self.sooner else longest * 0.9
        latest = longest + self.work_seconds + (profile.pauses_seconds if pauses else 0.0)
        deadline = profile.deadline_seconds
        if self.caller_seconds is not None:
            earliest, deadline = self.caller_seconds * 0.9, self.caller_seconds
        arriving = attempts if self.arrives else attempts - bad
        return Expected(
            answers=frozenset(self._answer(situation).split(" | ")),
            earliest_seconds=earliest,
            latest_seconds=min(latest, deadline) + profile.late_seconds,
            fewest=arriving if self.fewest is None else self.fewest,
            most=arriving if self.most is None else self.most,
        )

    def _answer(self, situation: Situation) -> str:
        if situation is Situation.NOTHING_CACHED:
            return self.answer
        if situation is Situation.MOUNT:
            return self.mount or self.answer
        return self.stale or ("200" if self.answer == "200" else "200 stale")
