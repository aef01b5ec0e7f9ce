"""How busy the machine was with other things: what makes an answer late then is neither the gateway nor the driver."""

import os
from bisect import bisect_left
from collections.abc import Callable, Sequence
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


class CpuWaits:
    """How long processes stood in the kernel's queue for a CPU (`/proc/PID/schedstat`, its second figure), as sampled."""

    def __init__(self, pids: Sequence[int], clock: Callable[[], float]) -> None:
        """`clock` gives seconds since the run began."""
        self._pids = pids
        self._clock = clock
        self._samples: list[tuple[float, dict[int, float]]] = []

    def look(self) -> None:
        waited = {pid: int((PROC / str(pid) / "schedstat").read_text().split()[1]) / 1e9 for pid in self._pids}
        self._samples.append((self._clock(), waited))

    def within(self, pid: int | None, begin: float, end: float) -> float:
        """For how many seconds this process did from `begin` to `end`, and in what is left of a sample at both."""
        if pid is None or pid not in self._pids or not self._samples:
            return 0.0
        first = max(0, bisect_left(self._samples, begin, key=lambda sample: sample[0]) - 1)
        last = min(len(self._samples) - 1, bisect_left(self._samples, end, key=lambda sample: sample[0]))
        return self._samples[last][1][pid] - self._samples[first][1][pid]
