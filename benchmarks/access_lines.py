"""What an access line costs: `python -m benchmarks.access_lines`. In memory, and again written into a file and a pipe."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable

from pydantic_core import to_json

from app.journal.records import Served
from app.logs.json_form import JsonForm
from app.logs.output import Output, output_to
from app.logs.request_fields import event_of
from app.logs.text_form import TextForm

LINES = 2_500
"""A quarter of a second at 10,000 requests a second."""
ROUNDS = 40
SERVED = [
    Served(
        1764041000.25 + number / 10_000,
        f"{number:032x}",
        "ci",
        "127.0.0.1",
        "GET",
        "/api/v1/repos/<owner>/<repo>",
        "/api/v1/repos/acme/rocket",
        200,
        "hit",
        "",
        0,
        1,
        0.000312,
        0.0,
        1234,
        "",
    )
    for number in range(LINES)
]


def best_microseconds(make: Callable[[], object]) -> float:
    """Of one line, in the best of the rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        make()
        best = min(best, time.perf_counter() - began)
    return best / LINES * 1e6


def written_microseconds(output: Output) -> float:
    """Of the processor's time for one line, made and written, the thread's included."""
    form = JsonForm()
    began = time.process_time()
    for _ in range(ROUNDS):
        output.put(f"{form.requests(SERVED)}\n".encode())
        output.flush(10)
    took = time.process_time() - began
    output.close()
    return took / ROUNDS / LINES * 1e6


def lost(lines: int) -> bytes:
    raise AssertionError(f"{lines} lines were lost")


def main() -> None:
    text, in_json = TextForm(colours=False), JsonForm()
    print(f"JSON          {best_microseconds(lambda: in_json.requests(SERVED).encode()):.1f} us a line")
    print(f"by to_json    {best_microseconds(lambda: [to_json(event_of(each)) for each in SERVED]):.1f}")
    print(f"by json.dumps {best_microseconds(lambda: [json.dumps(event_of(each)) for each in SERVED]):.1f}")
    print(f"text          {best_microseconds(lambda: text.requests(SERVED).encode()):.1f}")
    with tempfile.TemporaryFile("w") as file:
        print(f"JSON, written into a file {written_microseconds(output_to(file, lost)):.1f}")
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        assert reader.stdin is not None
        with os.fdopen(os.dup(reader.stdin.fileno()), "w") as pipe:
            print(f"JSON, written into a pipe {written_microseconds(output_to(pipe, lost)):.1f}")
        reader.stdin.close()


if __name__ == "__main__":
    main()
