"""Workers that do not move, cannot start, or are lost by the process that they were forked off: another takes their place."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.authority import AUTHORITY
from tests.end_to_end.command import Command, ask, serving, until

pytestmark = pytest.mark.workers

NOBODY = {"github": {"kind": "github", "base_url": "http://127.0.0.1:9/"}}
HUNG = "a worker hangs and is killed"
LOST = "a worker was lost"


def workers(gateway: Command) -> list[int]:
    """Those that have opened their sessions and are still there."""
    return [pid for _, pid in gateway.sessions("opened") if Path(f"/proc/{pid}").exists()]


def test_a_stopped_worker_hangs_and_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2, hang_seconds=1) as gateway:
        url = gateway.url
        stopped, other = workers(gateway)
        began = time.monotonic()
        os.kill(stopped, signal.SIGSTOP)
        until(lambda: len(gateway.sessions("opened")) == 3, "another worker", log=gateway.told)
        assert 1 < time.monotonic() - began < 10
        assert f"{HUNG} pid={stopped} stage=serving seconds=" in gateway.log
        assert "stopped=True" in gateway.log
        assert f'{LOST} pid={stopped} reason="a worker did not turn its event loop for 1 s"' in gateway.log
        assert stopped not in workers(gateway)
        assert other in workers(gateway)
        assert {ask(f"{url}/health/ready").status for _ in range(4)} == {200}
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()


def test_a_machine_that_sleeps_is_nobodys_fault(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2, hang_seconds=1) as gateway:
        url = gateway.url
        before = workers(gateway)
        gateway.tell_all(signal.SIGSTOP)
        time.sleep(3)
        gateway.tell_all(signal.SIGCONT)
        time.sleep(2)
        assert HUNG not in gateway.log
        assert workers(gateway) == before
        assert ask(f"{url}/health/ready").status == 200


def test_a_stopped_main_process_lets_its_workers_serve_and_blames_nobody_afterwards(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=1, hang_seconds=1) as gateway:
        url = gateway.url
        gateway.tell(signal.SIGSTOP)
        time.sleep(3)
        assert ask(f"{url}/health/ready").status == 200
        gateway.tell(signal.SIGCONT)
        time.sleep(1.5)
        assert HUNG not in gateway.log
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()


def test_a_lost_worker_is_replaced_within_a_second(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2) as gateway:
        assert gateway.url
        time.sleep(5)  # whoever dies younger is replaced after a pause
        began = time.monotonic()
        os.kill(workers(gateway)[0], signal.SIGKILL)
        until(lambda: len(gateway.sessions("opened")) == 3, "another worker", log=gateway.told)
        seconds = time.monotonic() - began
        assert seconds < 1, gateway.told()


def test_workers_that_cannot_start_are_tried_again_ever_more_rarely_and_serve_once_they_can(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(AUTHORITY)
    private = {"private": {"kind": "http", "base_url": "https://127.0.0.1:9/", "ca_file": str(authority)}}
    with serving(tmp_path, {**NOBODY, **private}, workers=1) as gateway:
        url = gateway.url
        (lost,) = set(workers(gateway))
        authority.unlink()
        os.kill(lost, signal.SIGKILL)
        until(lambda: gateway.log.count(LOST) == 3, "two that cannot start", log=gateway.told)
        time.sleep(1.5)
        assert gateway.log.count(LOST) <= 4
        authority.write_text(AUTHORITY)
        until(lambda: set(workers(gateway)) - {lost}, "one that can", log=gateway.told)
        assert ask(f"{url}/health/ready").status == 200
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()


def test_workers_outlive_the_process_that_they_were_forked_off_until_others_serve(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2) as gateway:
        url = gateway.url
        before = workers(gateway)
        (parent,) = {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in before}
        assert parent != gateway.process.pid
        os.kill(parent, signal.SIGKILL)
        until(lambda: len(gateway.sessions("opened")) == 4, "two others", log=gateway.told)
        until(lambda: not set(before) & set(workers(gateway)), "the end of the former ones", log=gateway.told)
        assert {ask(f"{url}/health/ready").status for _ in range(4)} == {200}
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()
        gateway.leaves_nothing_behind()
        assert gateway.sessions("closed") == gateway.sessions("opened")
