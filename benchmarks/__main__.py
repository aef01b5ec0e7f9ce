"""`make bench`: measures and renews docs/performance.md. `python -m benchmarks hits --rounds 9` measures one part."""

import argparse
import platform
import time
from collections.abc import Callable

from benchmarks import reports
from benchmarks.document import renew
from benchmarks.reports import Options

PARTS: dict[str, Callable[[Options], str]] = {
    "hits": reports.of_hits,
    "life": reports.of_life,
    "operated": reports.of_operated,
    "misses": reports.of_misses,
    "layers": reports.of_layers,
    "stages": reports.of_stages,
    "memory": reports.of_memory,
    "large": reports.of_large,
    "rewriting": reports.of_rewriting,
    "disk": reports.of_disk,
    "coalescing": reports.of_coalescing,
    "reports": reports.of_whole_reports,
    "quota": reports.of_quota,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What Headgate costs.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all unless told")
    parser.add_argument("--rounds", type=int, default=5, help="more for more certainty (default: 5)")
    parser.add_argument("--seconds", type=int, default=1, help="of each server in each round (default: 1)")
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    for name in options.parts or PARTS:
        started = time.monotonic()
        found = PARTS[name](Options(options.rounds, options.seconds, options.dry)).rstrip("\n")
        took = time.monotonic() - started
        command = f"`python -m benchmarks {name} --rounds {options.rounds} --seconds {options.seconds}`"
        written = f"{found}\n\nMade by {command} in {took:.0f} s, Python {platform.python_version()}.\n"
        print(f"# {name}\n\n{written}", flush=True)
        if not options.dry:
            renew(name, written)


if __name__ == "__main__":
    main()
