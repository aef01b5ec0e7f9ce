"""Several processes that count together, some of which are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.metrics import families
from app.metrics.directory import metrics_directory
from app.metrics.metrics import Metrics
from app.metrics.rendering import merged
from app.metrics.slot import Slot

COUNTING = """
import sys
from pathlib import Path
from app.metrics.metrics import Metrics
from app.metrics import families
from tests.unit.metrics.records import asked, served

metrics = Metrics(Path(sys.argv[1]))
metrics.set(families.WORKERS, 1)
metrics.set(families.REQUESTS_UNDER_WAY, 5)
print("counts", flush=True)
most, done = int(sys.argv[2]), 0
while not most or done < most:
    metrics.read([served(route=f"/{done % 50}/" + "x" * 1000, seconds=done % 7)] * 10, [asked()] * 10)
    done += 1
"""
REQUESTS = families.REQUESTS.name


@contextmanager
def counting(directory: Path, most: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A process that counts ten requests at a time, so often or without end."""
    command = [sys.executable, "-c", COUNTING, str(directory), str(most)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counts\n"
        try:
            yield process
        finally:
            process.kill()


def counted(metrics: Metrics) -> dict[str, float]:
    """The page's counters and histograms, by series."""
    page, _ = metrics.page("")
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(page.decode())
        if family.type in {"counter", "histogram"}
        for sample in family.samples
    }


def test_nothing_that_was_counted_is_lost_or_counted_twice(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    with ExitStack() as stack:
        processes = [stack.enter_context(counting(tmp_path, 300)) for _ in range(2)]
        assert [process.wait() for process in processes] == [0, 0]
    with counting(tmp_path, 100) as process:  # takes the slot of one of them
        assert process.wait() == 0
    assert len(list(tmp_path.iterdir())) <= 3
    found = counted(metrics)
    requests = sum(value for key, value in found.items() if key.startswith(REQUESTS))
    assert requests == sum(value for key, value in found.items() if "request_seconds_count" in key and "/0" in key) * 50
    assert requests == 7_000


@pytest.mark.workers
def test_counters_never_go_back_whoever_is_killed_whenever(tmp_path: Path) -> None:
    metrics, chance = Metrics(tmp_path), Random(3)  # noqa: S311 -- the same each time
    before: dict[str, float] = {}
    with ExitStack() as stack:
        processes = [stack.enter_context(counting(tmp_path)) for _ in range(2)]
        for _ in range(8):
            until = time.monotonic() + chance.uniform(0.0, 0.3)
            while time.monotonic() < until:
                now = counted(metrics)
                assert {key: value for key, value in before.items() if now.get(key, -1) < value} == {}
                before = now
            victim = processes.pop(chance.randrange(2))
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait()
            numbers = merged(Slot(tmp_path).all()) if chance.random() < 0.1 else merged(metrics._values.all())
            assert numbers[families.WORKERS.key()] == 1, "the gauges of the dead one are gone"
            assert numbers[families.REQUESTS_UNDER_WAY.key()] == 5
            processes.append(stack.enter_context(counting(tmp_path)))
            now = counted(metrics)
            assert {key: value for key, value in before.items() if now.get(key, -1) < value} == {}
            assert merged(metrics._values.all())[families.WORKERS.key()] == 2
    assert len(list(tmp_path.iterdir())) <= 5, "files do not pile up"
    assert before


def test_the_directory_is_ours_alone_and_goes_with_us() -> None:
    with metrics_directory() as directory:
        assert directory.stat().st_mode & 0o777 == 0o700
        Metrics(directory)
        assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    assert not directory.exists()
