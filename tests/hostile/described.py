"""`python -m tests.hostile.described`: schemathesis asks the demo for all that /openapi.json describes, with all of its checks."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.end_to_end.command import running

SCHEMATHESIS: Final = str(Path(sys.executable).with_name("schemathesis"))
CONFIGURATION: Final = str(Path(__file__).with_name("schemathesis.toml"))
GRACE_SECONDS: Final = 60
EXAMPLES, SECONDS = 8, 70


def asked(
    directory: Path, *, examples: int, seconds: int, phases: Sequence[str] = ()
) -> "subprocess.CompletedProcess[str]":
    """What schemathesis says, and whether it found nothing.

    Args:
        directory: Where the demo and schemathesis leave their files.
        examples: For each operation, made at random with the seed of the configuration.
        seconds: For so long at most it makes new ones.
        phases: Of those that schemathesis has; none: all.
    """
    with running(directory / "demo", "demo", "--port", "0", "--tick-seconds", "0") as demo:
        bounds = ["--max-examples", str(examples), "--max-time", str(seconds)]
        if phases:
            bounds += ["--phases", ",".join(phases)]
        return subprocess.run(
            [
                SCHEMATHESIS,
                "--config-file",
                CONFIGURATION,
                "run",
                f"{demo.url}/openapi.json",
                "--checks",
                "all",
                *bounds,
            ],
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=seconds + GRACE_SECONDS,
            check=False,
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.described")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = asked(Path(directory), examples=said.examples, seconds=said.seconds)
    sys.stdout.write(found.stdout + found.stderr)
    return found.returncode


if __name__ == "__main__":
    sys.exit(main())
