"""How busy the machine was with other things: what makes an answer late then is neither the gateway nor the driver."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU time until a moment, in seconds. `moment` is on the monotonic clock."""

    moment: float
    everybody: float
    ours: float

    @classmethod
    def now(cls, pids: Sequence[int]) -> Self:
        """Of this process and of those named."""
        tick = os.sysconf("SC_CLK_TCK")
        user, nice, system, _, _, irq, softirq, *_ = map(int, (PROC / "stat").read_text().split("\n")[0].split()[1:])
        ours = sum(_ticks(pid) for pid in (os.getpid(), *pids))
        return cls(monotonic(), (user + nice + system + irq + softirq) / tick, ours / tick)

    def since(self, before: "Usage") -> tuple[float, float]:
        """Which share of all CPUs we took since then, and which others did (0 to 1)."""
        whole = (self.moment - before.moment) * (os.cpu_count() or 1)
        ours, everybody = self.ours - before.ours, self.everybody - before.everybody
        return ours / whole, max(0.0, everybody - ours) / whole


def _ticks(pid: int) -> int:
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
