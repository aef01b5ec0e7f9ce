"""Sessions are opened in each worker and closed after its last answer, however the gateway is told to stop."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.authority import AUTHORITY
from tests.end_to_end.command import (
    END_SECONDS,
    HEADGATE,
    ROOT,
    Answer,
    Command,
    StandIns,
    ask,
    kept_port,
    running,
    serving,
    stand_ins,
    until,
)

pytestmark = pytest.mark.workers

ROCKET = "/api/v1/repos/acme/rocket"
NOBODY = {"github": {"kind": "github", "base_url": "http://127.0.0.1:9/"}}


def assert_nothing_went_wrong(command: Command) -> None:
    """No traceback, no error, and one line per event: nothing is told twice."""
    lines = command.log.splitlines()
    assert not [line for line in lines if "Traceback" in line or " ERROR " in line or "Unclosed" in line], command.log
    assert [line for line, times in Counter(lines).items() if times > 1] == [], command.log


def is_banner(lines: list[str]) -> bool:
    """Its first line, which programs read, and those for people below it."""
    first, *rest = lines
    return first.startswith("Headgate ") and all(line.startswith(("  ", "warning: ")) for line in rest)


def refused(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((host, int(port))) != 0


def asked_slowly(upstreams: StandIns, url: str, pool: ThreadPoolExecutor, command: Command) -> Any:
    """A question that the upstream has seen and takes its time to answer."""
    upstreams.delay(1.0)
    before = upstreams.asked()
    answer = pool.submit(ask, url + ROCKET)
    until(lambda: upstreams.asked() > before, "the question at the stand-in", log=command.told)
    return answer


@pytest.mark.parametrize(
    "tell",
    [
        pytest.param(lambda command: command.tell(signal.SIGTERM), id="SIGTERM to the main process"),
        pytest.param(lambda command: command.tell_all(signal.SIGTERM), id="SIGTERM to all, as systemd sends it"),
        pytest.param(lambda command: command.tell_all(signal.SIGINT), id="Ctrl-C in a terminal"),
    ],
)
def test_a_stop_lets_the_request_in_flight_finish_and_closes_every_session(
    tell: Callable[[Command], None], upstreams: StandIns, tmp_path: Path
) -> None:
    with serving(tmp_path, upstreams.upstreams(), workers=2) as gateway, ThreadPoolExecutor() as pool:
        url = gateway.url
        opened = gateway.sessions("opened")
        workers = {pid for _, pid in opened}
        assert len(workers) == 2, gateway.told()
        assert gateway.process.pid not in workers
        assert opened == sorted((name, pid) for name in ("github", "facebook") for pid in workers), gateway.told()
        assert gateway.sessions("closed") == []
        try:
            in_flight = asked_slowly(upstreams, url, pool, gateway)
            tell(gateway)
            until(lambda: refused(url), "new connections to be refused", seconds=5, log=gateway.told)
            assert not in_flight.done(), "the answer came before the stop: nothing was in flight"
            tell(gateway)  # and once more, as two managers in a row do
            answer: Answer = in_flight.result(END_SECONDS)
        finally:
            upstreams.delay(0)
        assert (answer.status, answer.body["full_name"]) == (200, "acme/rocket")
        assert answer.headers["X-Request-ID"]
        assert gateway.exit_code() == 0, gateway.told()
        assert gateway.sessions("closed") == opened, gateway.told()
        gateway.leaves_nothing_behind()
        assert_nothing_went_wrong(gateway)
        assert is_banner(gateway.output.splitlines()), "standard output carries the banner alone"
        assert all(" status=200 " in line or "session" in line for line in gateway.log.splitlines()), gateway.log


def test_an_idle_connection_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY) as gateway:
        host, port = gateway.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 10) as kept:
            kept.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert kept.recv(4_096).startswith(b"HTTP/1.1 200")
            gateway.tell(signal.SIGTERM)
            assert gateway.exit_code(5) == 0


def test_it_drains_in_view_of_the_load_balancer_before_it_stops(upstreams: StandIns, tmp_path: Path) -> None:
    with serving(tmp_path, upstreams.upstreams(), workers=2, drain_seconds=2) as gateway:
        url = gateway.url
        assert ask(f"{url}/health/ready").status == 200
        gateway.tell(signal.SIGTERM)
        until(
            lambda: {ask(f"{url}/health/ready").status for _ in range(8)} == {503},  # either worker may answer
            "unreadiness",
            seconds=1.5,
            log=gateway.told,
        )
        answers = [(ask(f"{url}/health/ready"), ask(url + ROCKET), ask(f"{url}/health/live")) for _ in range(3)]
        assert {tuple(answer.status for answer in round_) for round_ in answers} == {(503, 200, 200)}, gateway.told()
        assert answers[0][0].body == {"status": "not ready"}
        assert gateway.exit_code() == 0, gateway.told()
        assert refused(url)
        assert_nothing_went_wrong(gateway)


def test_what_outlasts_the_grace_is_cut_and_the_end_is_orderly_nevertheless(
    upstreams: StandIns, tmp_path: Path
) -> None:
    with (
        serving(tmp_path, upstreams.upstreams(), graceful_shutdown_seconds=0.3) as gateway,
        ThreadPoolExecutor() as pool,
    ):
        try:
            in_flight = asked_slowly(upstreams, gateway.url, pool, gateway)
            gateway.tell(signal.SIGTERM)
            assert gateway.exit_code(5) == 0, gateway.told()
        finally:
            upstreams.delay(0)
        with pytest.raises((ConnectionError, OSError)):
            in_flight.result(END_SECONDS)
        assert gateway.sessions("closed") == gateway.sessions("opened")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_while_it_starts_it_stops(number: signal.Signals, tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2) as gateway:
        until(lambda: len(gateway.family()) >= 3, "the first workers", log=gateway.told)
        gateway.tell_all(number)
        assert gateway.exit_code() == 0, gateway.told()
        assert gateway.sessions("closed") == gateway.sessions("opened")
        assert_nothing_went_wrong(gateway)


def test_a_lost_worker_is_told_and_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2) as gateway:
        url = gateway.url
        (_, lost), _ = gateway.sessions("opened")
        os.kill(lost, signal.SIGKILL)
        until(lambda: len(gateway.sessions("opened")) == 3, "another worker", log=gateway.told)
        assert f'a worker was lost pid={lost} reason="a worker ended by signal 9"' in gateway.log
        assert ask(f"{url}/health/live").status == 200
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()
        left = {pid for _, pid in gateway.sessions("opened")} - {lost}
        assert {pid for _, pid in gateway.sessions("closed")} == left


def test_when_the_main_process_is_killed_the_workers_end_in_good_order(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2) as gateway:
        assert gateway.url
        gateway.tell(signal.SIGKILL)
        assert gateway.exit_code() == -signal.SIGKILL
        gateway.leaves_nothing_behind()
        assert gateway.sessions("closed") == gateway.sessions("opened")


def test_a_worker_that_cannot_start_ends_the_command_with_one_line(tmp_path: Path) -> None:
    """The authority can be read when the settings are checked, and is gone when the worker wants it."""
    authority = tmp_path / "authority.pem"
    os.mkfifo(authority)

    def give_once() -> None:
        with authority.open("w") as pipe:
            authority.unlink()
            pipe.write(AUTHORITY)

    giver = threading.Thread(target=give_once, daemon=True)
    giver.start()
    upstreams = {"private": {"kind": "http", "base_url": "https://127.0.0.1:9/", "ca_file": str(authority)}}
    with serving(tmp_path / "run", upstreams, workers=2) as gateway:
        assert gateway.exit_code() == 1, gateway.told()
        assert gateway.output == ""
        (line,) = gateway.log.splitlines()
        assert line.startswith("cannot start: "), gateway.log
        gateway.leaves_nothing_behind()


def test_it_starts_while_every_upstream_is_down_and_finds_them_once_they_are_up(tmp_path: Path) -> None:
    with ExitStack() as until_the_end:
        github, facebook = (until_the_end.enter_context(kept_port()) for _ in range(2))
        upstreams = {
            "github": {"kind": "github", "base_url": f"http://127.0.0.1:{github}/"},
            "facebook": {"kind": "facebook", "base_url": f"http://127.0.0.1:{facebook}/"},
        }
        gateway = until_the_end.enter_context(serving(tmp_path / "gateway", upstreams, workers=2))
        url = gateway.url
        assert [ask(f"{url}/health/{question}").status for question in ("live", "ready")] == [200, 200]

        refusal = ask(url + ROCKET)
        assert (refusal.status, refusal.headers["Content-Type"]) == (502, "application/problem+json")
        assert refusal.body["code"] == "upstream_unreachable"
        assert refusal.body["instance"] == refusal.headers["X-Request-ID"]
        states = ask(f"{url}/api/v1/upstreams").body["items"]
        assert [(state["name"], state["reachable"]) for state in states] == [("github", False), ("facebook", False)]

        with stand_ins(tmp_path / "stand-ins", github_port=github):
            assert ask(url + ROCKET).status == 200, gateway.told()
        opened = gateway.sessions("opened")
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0
        assert gateway.sessions("opened") == opened, "there was no restart"
        assert_nothing_went_wrong(gateway)


def test_one_more_upstream_of_kind_http_opens_one_more_session_per_worker_and_changes_nothing_else(
    upstreams: StandIns, tmp_path: Path
) -> None:
    with (
        serving(tmp_path / "without", upstreams.upstreams(), workers=2) as without,
        serving(
            tmp_path / "with",
            {**upstreams.upstreams(), "more": {"kind": "http", "base_url": upstreams.github, "mount": "/more"}},
            workers=2,
        ) as with_more,
    ):
        both = (without, with_more)
        urls = [command.url for command in both]
        for path in ("/more", "/more/rate_limit"):
            assert [ask(url + path).status for url in urls] == [404, 200], path
        for path in ("/openapi.json", ROCKET, "/api/v1/pages/acmerockets"):
            one, other = (ask(url + path, X_Request_ID="same") for url in urls)
            assert (one.status, one.raw) == (other.status, other.raw), path
        names = [[state["name"] for state in ask(f"{url}/api/v1/upstreams").body["items"]] for url in urls]
        assert names == [["github", "facebook"], ["github", "facebook", "more"]]
        for command in both:
            command.tell(signal.SIGTERM)
        assert [command.exit_code() for command in both] == [0, 0]

        for event in ("opened", "closed"):
            counts = [Counter(name for name, _ in command.sessions(event)) for command in both]
            assert counts == [{"github": 2, "facebook": 2}, {"github": 2, "facebook": 2, "more": 2}], with_more.told()
            assert len({pid for _, pid in with_more.sessions(event)}) == 2


def test_a_terminal_sees_the_banner_and_our_log_and_nothing_of_sanic(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE", "GITHUB"))}
    process = subprocess.Popen(
        [HEADGATE, "serve", "--port", "0", "--workers", "1", "--config", str(ROOT / "config" / "demo.yaml")],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**environ, "TERM": "xterm", "NO_COLOR": ""},
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    try:
        end = time.monotonic() + END_SECONDS
        while b"listens on" not in seen and time.monotonic() < end:
            seen += os.read(ours, 4_096)
        process.send_signal(signal.SIGINT)
        while time.monotonic() < end:
            try:
                seen += os.read(ours, 4_096)
            except OSError:  # the other end is closed
                break
        assert process.wait(END_SECONDS) == 0
    finally:
        process.kill()
        process.wait(END_SECONDS)
        os.close(ours)
    assert b"\x1b[2m" in seen, "there are colours on a terminal"
    lines = re.sub(r"\x1b\[\d*m", "", seen.decode()).splitlines()
    logged = [line for line in lines if " INFO app.transport.session session " in line]
    assert len(logged) == 4, lines
    assert is_banner([line for line in lines if line not in logged]), lines


def test_python_dash_m_app_is_the_same_command(tmp_path: Path) -> None:
    arguments = ("-m", "app", "--version")
    with (
        running(tmp_path / "module", *arguments, command=(sys.executable,)) as module,
        running(tmp_path / "script", "--version") as script,
    ):
        assert (module.exit_code(), script.exit_code()) == (0, 0)
        assert module.output == script.output
        assert module.output.startswith("headgate ")
