"""The benchmark of large bodies in a short form: `headgate serve` passes them on, and takes next to nothing for it."""

from pathlib import Path

import pytest

from benchmarks.large import measure

SIZE = 64 * 2**20
MOST_BYTES = SIZE // 2
"""What a worker may take more at most: less than one of the bodies. 32 connections that stand still take some, too."""


@pytest.mark.workers
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system does not tell a peak")
def test_large_bodies_take_no_memory_and_leave_nothing_behind() -> None:
    readings = list(measure(size=SIZE))

    assert all(reading.bytes_moved >= SIZE for reading in readings if "64 MiB" in reading.case)
    assert [reading for reading in readings if reading.more_bytes > MOST_BYTES or reading.left] == []
