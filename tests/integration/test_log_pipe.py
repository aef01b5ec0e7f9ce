"""Logs on a real pipe: one that nobody reads, one that nobody can read any more, one that several processes write into."""

import fcntl
import io
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.logs.configuration import configure_logs
from app.logs.logger import logger_of
from app.logs.output import Output, output_to

ROOT = Path(__file__).parents[2]
SMALL = 4096
ENOUGH_SECONDS = 20.0

WRITER = """
import sys
from app.logs.output import output_to
output = output_to(sys.stderr, lambda lines: b"lost\\n")
for _ in range(40):
    output.put(b"".join(b"%s %d\\n" % (sys.argv[1].encode() * 300, number) for number in range(50)))
assert output.flush(20)
"""

HANGING = """
import sys
from app.logs.configuration import configure_logs
from app.logs.logger import logger_of
configure_logs("json")
for number in range(100):
    logger_of("app").warning("x" * 1000, number=number)
print("served", flush=True)
"""


@contextmanager
def pipe() -> Iterator[tuple[int, io.TextIOWrapper]]:
    """A small one: the end to read from, and the end to write into."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, SMALL)
    with os.fdopen(writing, "w") as stream:
        try:
            yield reading, stream
        finally:
            os.close(reading)


def lost(lines: int) -> bytes:
    return b"lost %d\n" % lines


def test_nobody_waits_for_a_reader_that_hangs() -> None:
    with pipe() as (reading, stream):
        output = output_to(stream, lost)
        began = time.monotonic()
        for number in range(20_000):
            output.put(b"%d %s\n" % (number, b"x" * 1_000))
        took_seconds = time.monotonic() - began
        assert not output.flush(0)
        assert took_seconds < ENOUGH_SECONDS / 4, "20 MB were made, and 8 of them kept"

        output.put(b"never mind\n")
        pieces = [b""]
        while b"lost " not in pieces[-1]:
            pieces.append(os.read(reading, 65536))
        kept, told = b"".join(pieces).split(b"lost ")
        assert kept.startswith(b"0 xxx")
        assert int(told) == 20_001 - kept.count(b"\n")
        assert output.flush(ENOUGH_SECONDS)
        output.close()


def test_a_reader_that_is_gone_ends_nothing() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream:
        output = output_to(stream, lost)
        os.close(reading)
        for _ in range(3):
            output.put(b"a line\n")
            assert output.flush(ENOUGH_SECONDS)
        output.close()


def test_lines_of_several_processes_do_not_mix() -> None:
    with pipe() as (reading, stream):
        command = [sys.executable, "-c", WRITER]
        processes = [
            subprocess.Popen([*command, letter], stderr=stream, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
            for letter in "abc"
        ]
        stream.close()
        seen = b""
        while piece := os.read(reading, 512):
            seen += piece
        assert [process.wait(ENOUGH_SECONDS) for process in processes] == [0, 0, 0]
    lines = seen.splitlines()
    assert len(lines) == 3 * 40 * 50
    for line in lines:
        word, number = line.split(b" ")
        assert word in {letter * 300 for letter in (b"a", b"b", b"c")}
        assert 0 <= int(number) < 50


def test_a_process_ends_although_its_reader_hangs() -> None:
    with pipe() as (_, stream):
        began = time.monotonic()
        ended = subprocess.run(
            [sys.executable, "-c", HANGING],
            stdout=subprocess.PIPE,
            stderr=stream,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            timeout=ENOUGH_SECONDS,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (0, b"served\n")
        assert time.monotonic() - began < ENOUGH_SECONDS


def test_a_file_gets_lines_as_they_come(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    try:
        with (tmp_path / "log").open("a") as stream:
            output: Output = configure_logs("json", stream=stream)
            logger_of("app.of.this.test").warning("it broke", reason="x" * 10_000)
            logger_of("app.of.this.test").warning("it broke", reason="again")
            assert output.flush(ENOUGH_SECONDS)
            output.close()
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        logging.captureWarnings(capture=False)
    told = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["reason"] for line in told] == ["x" * 10_000, "again"]
