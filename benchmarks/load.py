"""wrk, and what its figures mean."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.keys import ONE, Keys

_runs = count(1)


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

    def ratios(self, reference: "Rates") -> "Rates":
        """Round by round, to what the reference did in the same round."""
        return Rates(
            self.name, tuple(ours / theirs for ours, theirs in zip(self.rounds, reference.rounds, strict=True))
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for.

    Attributes:
        base_url: `http://host:port`.
        path: With `{}` where the key goes.
        keys: Which keys.
        fields: Header fields, each as `Name: value`.
    """

    base_url: str
    path: str
    keys: Keys = ONE
    fields: tuple[str, ...] = ()


def requests_per_second(target: Target, *, connections: int, seconds: int) -> float:
    """One round of `wrk -t1`.

    Raises:
        RuntimeError: wrk is missing, or a request was answered with an error.
    """
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is missing (Debian: apt-get install wrk)")
    before, _, after = target.path.partition("{}")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    with TemporaryDirectory() as folder:
        arguments = []
        if target.keys.script:
            script = Path(folder) / "keys.lua"
            script.write_text(target.keys.script)
            command += ["-s", str(script)]
            arguments = ["--", before, after, str(next(_runs)), "".join(f"{field}\r\n" for field in target.fields)]
        else:
            command += [part for field in target.fields for part in ("-H", field)]
        command += [target.base_url + target.keys.first(target.path), *arguments]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(f"{target} answered errors:\n{printed}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if found is None:
        raise RuntimeError(f"wrk said nothing of requests per second:\n{printed}")
    return float(found[1])


def side_by_side(
    targets: Mapping[str, Target], *, rounds: int, connections: int, seconds: int, warm_up: bool = True
) -> dict[str, Rates]:
    """All servers in each round, one after the other: a noisy minute hits them all alike. A first round warms up."""
    if warm_up:
        for target in targets.values():
            requests_per_second(target, connections=connections, seconds=1)
    seen: dict[str, list[float]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, target in targets.items():
            seen[name].append(requests_per_second(target, connections=connections, seconds=seconds))
    return {name: Rates(name, tuple(rates)) for name, rates in seen.items()}
