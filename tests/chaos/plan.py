"""What goes wrong, drawn with a seed before anything is asked.

Each upstream has two sources of trouble. *Episodes* befall it as a whole: it refuses connections, stalls, fails or limits
for one to three seconds. *Fates* befall a single arrival: the n-th question by one key meets the same fate in every run
with that seed, whatever the clock says, so that it can be told afterwards what an attempt that was never made would
have met. After an episode nothing happens for `CALM_SECONDS`: what is slow to come back then is the gateway.

Not drawn are lies that HTTP cannot reveal, such as a Content-Length that is too small: the cut body is then the body.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import accumulate
from random import Random
from typing import Final

CHANGED_SHARE: Final = 0.1
"""How often a thing has changed since it was asked for last (0 to 1)."""
CALM_SECONDS: Final = 3.0
SLOWEST_SECONDS: Final = 0.4
HORIZON_SECONDS: Final = 900.0


class Kind(Enum):
    """What an arrival meets."""

    HEALTHY = auto()
    RESET_BEFORE_HEAD = auto()
    CLOSE_BEFORE_HEAD = auto()
    RESET_IN_HEAD = auto()
    RESET_AFTER_HEAD = auto()
    RESET_IN_BODY = auto()
    CLOSE_IN_BODY = auto()
    CLOSE_IN_CHUNKS = auto()
    WRONG_LENGTH = auto()
    BAD_CHUNK = auto()
    GARBAGE = auto()
    STALL_BEFORE_HEAD = auto()
    STALL_IN_HEAD = auto()
    STALL_IN_BODY = auto()
    DRIP = auto()
    STATUS = auto()
    LIMIT = auto()
    REFUSED = auto()
    """The connection is not made, or broken off when an episode begins."""


STALLS: Final = frozenset({Kind.STALL_BEFORE_HEAD, Kind.STALL_IN_HEAD, Kind.STALL_IN_BODY})
_OF_THE_BODY: Final = frozenset(
    {Kind.RESET_AFTER_HEAD, Kind.RESET_IN_BODY, Kind.CLOSE_IN_BODY, Kind.CLOSE_IN_CHUNKS, Kind.WRONG_LENGTH}
    | {Kind.BAD_CHUNK, Kind.STALL_IN_BODY, Kind.DRIP}
)
_SINGLE: Final = {
    Kind.RESET_BEFORE_HEAD: 3,
    Kind.CLOSE_BEFORE_HEAD: 2,
    Kind.RESET_IN_HEAD: 2,
    Kind.RESET_AFTER_HEAD: 2,
    Kind.RESET_IN_BODY: 2,
    Kind.CLOSE_IN_BODY: 2,
    Kind.CLOSE_IN_CHUNKS: 2,
    Kind.WRONG_LENGTH: 2,
    Kind.BAD_CHUNK: 1,
    Kind.GARBAGE: 1,
    Kind.STALL_BEFORE_HEAD: 1,
    Kind.STALL_IN_HEAD: 1,
    Kind.STALL_IN_BODY: 1,
    Kind.DRIP: 1,
    Kind.STATUS: 7,
}
_STATUSES: Final = (500, 502, 502, 503, 503, 503, 504)
_RETRY_AFTER: Final = (None, None, 0, 1, 30)


@dataclass(frozen=True, slots=True)
class Fate:
    """What one arrival meets.

    Attributes:
        kind: What goes wrong, if anything.
        after_seconds: How long upstream takes until then.
        status: Of a reply that tells a failure or a limit.
        retry_after_seconds: What that says, if anything.
    """

    kind: Kind
    after_seconds: float
    status: int = 200
    retry_after_seconds: int | None = None

    @property
    def healthy(self) -> bool:
        return self.kind is Kind.HEALTHY


def without_body(fate: Fate) -> Fate:
    """The fate of a reply that has no body to be broken (304, HEAD): as soon or as late, before its head."""
    if fate.kind in _OF_THE_BODY:
        kind = Kind.STALL_BEFORE_HEAD if fate.kind in {Kind.STALL_IN_BODY, Kind.DRIP} else Kind.RESET_BEFORE_HEAD
        return replace(fate, kind=kind)
    return fate


class Trouble(Enum):
    """What befalls a whole upstream."""

    REFUSES = "refuses"
    STALLS = "stalls"
    FAILS = "fails"
    LIMITS = "limits"


OUTAGES: Final = frozenset({Trouble.REFUSES, Trouble.STALLS, Trouble.FAILS})


@dataclass(frozen=True, slots=True)
class Episode:
    """From `begins` until `ends`, in seconds since the run began."""

    trouble: Trouble
    begins: float
    ends: float

    @property
    def is_outage(self) -> bool:
        return self.trouble in OUTAGES


class Plan:
    """The troubles of one upstream. All moments are seconds since the run began."""

    def __init__(self, seed: int, upstream: str, *, fault_share: float, first_episode_seconds: float) -> None:
        """Draws the episodes.

        Args:
            seed: The run's.
            upstream: Its name: no two upstreams share their troubles.
            fault_share: Which share of single arrivals meets a fault (0 to 1).
            first_episode_seconds: About when the first episode begins.
        """
        self._name = f"{seed}/{upstream}"
        self._fault_share = fault_share
        self.episodes = tuple(_episodes(_draw(f"{self._name}/episodes"), first_episode_seconds))
        self._limit_status = (403, 429) if upstream == "github" else (429,)

    def episode(self, at: float) -> Episode | None:
        """What befalls upstream at that moment."""
        return next((each for each in self.episodes if each.begins <= at < each.ends), None)

    def is_calm(self, at: float) -> bool:
        """Whether an episode has ended a moment ago, so that no single arrival meets a fault."""
        return any(each.ends <= at < each.ends + CALM_SECONDS for each in self.episodes)

    def changes(self, thing: str, ordinal: int) -> bool:
        """Whether `thing` has changed when it is asked for the `ordinal`th time."""
        return _draw(f"{self._name}/{thing}/{ordinal}").random() < CHANGED_SHARE

    def fate(self, key: str, ordinal: int, at: float) -> Fate:
        """What the arrival `ordinal` (from 0) by `key` meets."""
        draw = _draw(f"{self._name}/{key}/{ordinal}")
        slow = draw.uniform(0.0, SLOWEST_SECONDS)
        episode = self.episode(at)
        if episode is not None:
            return self._befallen(episode, draw)
        if draw.random() >= self._fault_share or self.is_calm(at):
            return Fate(Kind.HEALTHY, slow)
        kind = draw.choices([*_SINGLE], cum_weights=[*accumulate(_SINGLE.values())])[0]
        soon = draw.uniform(0.0, 0.05)
        if kind is not Kind.STATUS:
            return Fate(kind, soon)
        status = draw.choice(_STATUSES)
        return Fate(kind, soon, status, draw.choice(_RETRY_AFTER) if status == 503 else None)

    def _befallen(self, episode: Episode, draw: Random) -> Fate:
        match episode.trouble:
            case Trouble.REFUSES:
                return Fate(Kind.REFUSED, 0.0)
            case Trouble.STALLS:
                return Fate(Kind.STALL_BEFORE_HEAD, 0.0)
            case Trouble.FAILS:
                return Fate(Kind.STATUS, draw.uniform(0.0, 0.05), draw.choice((502, 503, 504)))
            case Trouble.LIMITS:
                return Fate(Kind.LIMIT, draw.uniform(0.0, 0.05), draw.choice(self._limit_status), 1)


def _draw(seed: str) -> Random:
    return Random(seed)  # noqa: S311 -- what goes wrong shall be the same in the next run


def _episodes(draw: Random, first_seconds: float) -> list[Episode]:
    episodes: list[Episode] = []
    begins = first_seconds * draw.uniform(0.9, 1.2)
    bag: list[Trouble] = []
    while begins < HORIZON_SECONDS:
        if not bag:  # each kind comes before one comes again
            bag = [Trouble.REFUSES, Trouble.STALLS, Trouble.FAILS, Trouble.LIMITS]
            draw.shuffle(bag)
        ends = begins + draw.uniform(1.0, 3.0)
        episodes.append(Episode(bag.pop(), begins, ends))
        begins = ends + CALM_SECONDS + draw.uniform(1.0, 3.0)
    return episodes
