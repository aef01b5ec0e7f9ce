"""`headgate demo`: whoever copies its lines into a shell gets answers, and nothing stays behind."""

import json
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.command import Command, ask, running, until

pytestmark = pytest.mark.workers


def curl_lines(demo: Command) -> list[list[str]]:
    assert demo.url
    until(lambda: "Ctrl-C" in demo.output, "the lines to try", log=demo.told)
    return [shlex.split(line) for line in demo.output.splitlines() if line.strip().startswith("curl ")]


def asked_by_line(words: list[str]) -> tuple[int, object]:
    """By curl itself where it is at hand, and else as curl would."""
    if shutil.which("curl") is None:
        answer = ask(words[-1])
        return answer.status, answer.body
    told = subprocess.run([*words, "-sS", "-m", "20", "-w", "\n%{http_code}"], capture_output=True, check=True)
    body, _, status = told.stdout.decode().rpartition("\n")
    return int(status), json.loads(body)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_its_lines_work_and_it_ends_without_a_trace(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--port", "0") as demo:
        lines = curl_lines(demo)
        assert len(lines) == 3, demo.output
        for words in lines:
            status, body = asked_by_line(words)
            assert (status, bool(body)) == (200, True), f"{words}\n{demo.told()}"
        for path in ("/docs", "/api/v1/pages/acmerockets", "/api/v1/pages/acmerockets/posts", "/api/v1/upstreams"):
            assert ask(demo.url + path).status == 200, f"{path}\n{demo.told()}"
        demo.tell_all(number)
        assert demo.exit_code() == 0, demo.told()
        demo.leaves_nothing_behind()
        assert "Traceback" not in demo.log
        assert demo.sessions("closed") == demo.sessions("opened")


def test_when_it_is_killed_its_workers_and_stand_ins_end_too(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--port", "0", "--workers", "2") as demo:
        assert demo.url
        assert len(demo.family()) >= 4, "the main process, two workers, the stand-ins"
        demo.tell(signal.SIGKILL)
        assert demo.exit_code() == -signal.SIGKILL
        demo.leaves_nothing_behind()


def test_its_data_changes_while_it_runs(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--port", "0", "--tick-seconds", "0.1") as demo:
        assert demo.url
        # The stand-in itself: like GitHub, it allows the gateway to keep an answer for a minute.
        github = re.search(r"github \((http://\S+)\)", demo.output)
        assert github, demo.output
        url = f"{github[1]}repos/acme/rocket"
        first = ask(url).raw
        until(lambda: ask(url).raw != first, "a change", seconds=10, log=demo.told)


@pytest.mark.parametrize("seconds", ["-1", "nan", "soon"])
def test_a_pace_that_is_none_is_refused(seconds: str, tmp_path: Path) -> None:
    with running(tmp_path, "demo", f"--tick-seconds={seconds}") as demo:
        assert demo.exit_code() == 2
        assert "--tick-seconds" in demo.log
        assert "Traceback" not in demo.log


def test_ctrl_c_while_it_starts_ends_it_without_a_traceback(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--port", "0") as demo:
        until(lambda: len(demo.family()) >= 2, "the stand-ins' start", log=demo.told)
        demo.tell_all(signal.SIGINT)
        assert demo.exit_code() in {0, 130}, "130: before there was anything to end in good order"
        assert "Traceback" not in demo.log, demo.told()
        demo.leaves_nothing_behind()
