"""wrk, and what its figures mean."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests per second of one server in several rounds."""

    name: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def spread(self) -> float:
        """(highest - lowest) / median."""
        return (max(self.rounds) - min(self.rounds)) / self.median


def requests_per_second(url: str, *, connections: int, seconds: int) -> float:
    """One round of `wrk -t1`.

    Raises:
        RuntimeError: wrk is missing, or a request was answered with an error.
    """
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is missing (Debian: apt-get install wrk)")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(f"{url} answered errors:\n{printed}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if found is None:
        raise RuntimeError(f"wrk said nothing of requests per second:\n{printed}")
    return float(found[1])


def side_by_side(urls: dict[str, str], *, rounds: int, connections: int = 32, seconds: int = 4) -> dict[str, Rates]:
    """All servers in each round, one after the other: a noisy minute hits them all alike. A first round warms up."""
    for url in urls.values():
        requests_per_second(url, connections=connections, seconds=1)
    seen: dict[str, list[float]] = {name: [] for name in urls}
    for _ in range(rounds):
        for name, url in urls.items():
            seen[name].append(requests_per_second(url, connections=connections, seconds=seconds))
    return {name: Rates(name, tuple(rates)) for name, rates in seen.items()}
