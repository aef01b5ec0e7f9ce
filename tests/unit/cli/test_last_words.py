"""What a worker logs at its very end is written, though multiprocessing ends it past Python's own end."""

import subprocess
import sys

LIFE = """
import io, os, socket, sys, time
from multiprocessing import Pipe
from app.cli.supervision.line import Line
from app.cli.worker import life
from app.logs.configuration import configure_logs
from app.logs.logger import logger_of
from app.place import WorkerPlace
from app.settings import Settings

class Slow(io.StringIO):  # takes a moment for each piece, as a busy disk does
    def write(self, text):
        time.sleep(0.1)
        return super().write(text)

told = Slow()

def fails(place):
    configure_logs("text", stream=told)
    for number in range(5):
        logger_of("app.test").warning("last words", number=number)
    raise OSError("no more")

life.worker_app = fails
ours, theirs = socket.socketpair()
_, writable = Pipe(duplex=False)
place = WorkerPlace(
    settings=Settings.model_validate({"upstreams": {"github": {"kind": "github"}}}), identity_key=b"x" * 32
)
try:
    life.work(place, ours, Line(theirs), writable)
finally:
    print(told.getvalue().count("last words"), flush=True)
    os._exit(0)
"""


def test_its_last_lines_are_there_when_it_ends() -> None:
    ran = subprocess.run([sys.executable, "-c", LIFE], capture_output=True, text=True, timeout=30, check=False)

    assert ran.stdout == "5\n", ran.stderr
