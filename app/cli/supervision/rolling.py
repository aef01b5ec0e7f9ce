"""Which workers to start and which to retire next, so that as many serve as shall: a pure function of how many there are."""

from typing import NamedTuple


class Crew(NamedTuple):
    """How many workers there are. Those that retire already are not among them.

    Attributes:
        wanted: So many shall serve.
        starting: Of the configuration in force, and do not listen yet.
        serving: Of the configuration in force, and listen.
        outdated: Of another configuration.
    """

    wanted: int
    starting: int
    serving: int
    outdated: int

    @property
    def to_start(self) -> int:
        """All that are missing at once; while outdated ones serve, one after the other."""
        missing = max(0, self.wanted - self.starting - self.serving)
        if self.outdated:
            return min(missing, 1) if not self.starting else 0
        return missing

    @property
    def to_retire(self) -> int:
        """Of the outdated ones: as many as new ones serve in their place."""
        if not self.serving:
            return 0
        return max(0, min(self.outdated, self.serving + self.outdated - self.wanted))

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be done."""
        return self.serving >= self.wanted and not self.outdated
