"""`headgate demo`: the embedded stand-ins in a process of their own, for the gateway to stand in front of."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_PACKAGED = Path(__file__).parents[1] / "demo" / "demo.yaml"
_IN_CHECKOUT = Path(__file__).parents[2] / "config" / "demo.yaml"
CONFIG = _PACKAGED if _PACKAGED.exists() else _IN_CHECKOUT
"""The wheel carries a copy of config/demo.yaml, so that the demo runs wherever Headgate is installed."""

WELCOME = """\
Try:
  curl {url}/api/v1/repos/acme/rocket
  curl '{url}/api/v1/repos/acme/rocket/issues?state=all&labels=bug&per_page=3'
  curl {url}/api/v1/repos/acme/rocket/report
and look at {url}/ and {url}/docs. Ctrl-C ends it."""

TOKEN = "invented-for-the-demo"  # noqa: S105 -- the stand-ins take any
"""The stand-ins take any, as their originals take a real one: Facebook answers nobody without, GitHub soon stops to."""

STOP_SECONDS = 5


class StandInsFailed(Exception):
    """The stand-ins did not come up."""


@contextmanager
def stand_ins(tick_seconds: float) -> Iterator[Mapping[str, str]]:
    """The stand-ins' base URLs by kind, while they run. They end with us, however we end.

    Args:
        tick_seconds: How often their data changes; 0: never.

    Raises:
        StandInsFailed: They did not come up.
    """
    command = [sys.executable, "-m", "app.demo.serving", "--up-to-date", "--exit-with-parent"]
    command += ["--tick-seconds", str(tick_seconds)] if tick_seconds else []
    # A session of its own: Ctrl-C shall reach the gateway, which then lets its requests in flight finish.
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            told = process.stdout.readline() if process.stdout else ""
            if not told:
                raise StandInsFailed("cannot start: the stand-ins did not come up")
            yield json.loads(told)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def pointing_to(addresses: Mapping[str, str]) -> dict[str, str]:
    """The settings that put the gateway in front of the stand-ins, by path."""
    return {
        f"upstreams.{kind}.{setting}": value
        for kind, base_url in addresses.items()
        for setting, value in (("base_url", base_url), ("token", TOKEN))
    }
