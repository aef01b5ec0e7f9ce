"""A changed configuration is taken up while requests come in, and none of them is lost; a bad one changes nothing."""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.authority import AUTHORITY
from tests.end_to_end.command import END_SECONDS, Command, StandIns, ask, running, serving, until
from tests.end_to_end.load import Load, put_load

pytestmark = pytest.mark.workers

ROCKET = "/api/v1/repos/acme/rocket"
NOBODY = {"github": {"kind": "github", "base_url": "http://127.0.0.1:9/"}}
RELOADS = 5
TAKEN_UP = "the configuration was taken up"
Config = dict[str, Any]


def written(directory: Path, config: Config) -> None:
    """Changes the file that `serving` has made, at once."""
    new = directory / "new.yaml"
    new.write_text(json.dumps(config), encoding="utf-8")
    new.replace(directory / "headgate.yaml")


def config_of(upstreams: Config = NOBODY, **server: Any) -> Config:
    return {"server": {"port": 0, **server}, "cache": {"store": "memory"}, "upstreams": upstreams}


@contextmanager
def reload(directory: Path, *options: str) -> Iterator[Command]:
    arguments = ("reload", "--config", str(directory / "headgate.yaml"), *options)
    with running(directory / "reload", *arguments) as command:
        yield command


def reloaded(directory: Path) -> str:
    """What the command says, which must be content."""
    with reload(directory) as command:
        assert command.exit_code() == 0, command.told()
        return command.output


def workers(gateway: Command) -> set[int]:
    """Those that serve, or at least have opened their sessions."""
    ended = {pid for _, pid in gateway.sessions("closed")}
    return {pid for _, pid in gateway.sessions("opened")} - ended


def test_no_request_fails_over_reloads_under_load(upstreams: StandIns, tmp_path: Path) -> None:
    async def under_load(url: str) -> Load:
        enough = asyncio.Event()
        load = asyncio.create_task(put_load(url, ROCKET, callers=20, enough=enough))
        for _ in range(RELOADS):
            await asyncio.to_thread(reloaded, tmp_path)
        enough.set()
        return await load

    with serving(tmp_path, upstreams.upstreams(), workers=2, access_log=False) as gateway:
        assert ask(gateway.url + ROCKET).status == 200
        load = asyncio.run(under_load(gateway.url))
        assert load.failures == [], gateway.told()
        assert load.answered > 100
        assert load.farewells > 0
        longest = load.longest_seconds * 1000
        sys.stdout.write(f"{load.answered} answers over {RELOADS} reloads, the longest after {longest:.0f} ms\n")
        assert gateway.log.count(TAKEN_UP) == RELOADS
        until(lambda: len(workers(gateway)) == 2, "the end of all former workers", log=gateway.told)
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()
        assert " ERROR " not in gateway.log
        assert len({pid for _, pid in gateway.sessions("closed")}) == 2 * (RELOADS + 1)


def test_a_request_in_flight_and_an_idle_connection_are_answered_by_the_worker_that_retires(
    upstreams: StandIns, tmp_path: Path
) -> None:
    with serving(tmp_path, upstreams.upstreams(), workers=1) as gateway, ThreadPoolExecutor() as pool:
        host, port = gateway.url.removeprefix("http://").split(":")
        live = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with socket.create_connection((host, int(port)), 20) as kept:
            kept.sendall(live)
            assert b"connection: keep-alive" in kept.recv(4096)
            upstreams.delay(4.0)
            try:
                before = upstreams.asked()
                in_flight = pool.submit(ask, gateway.url + ROCKET)
                until(lambda: upstreams.asked() > before, "the question at the stand-in", log=gateway.told)
                reloaded(tmp_path)
                assert ask(f"{gateway.url}/health/ready").status == 200
                assert not in_flight.done()
                kept.sendall(live)
                answer = kept.recv(4096)
                assert answer.startswith(b"HTTP/1.1 200 "), answer
                assert b"connection: close" in answer
                assert kept.recv(4096) == b""
                assert in_flight.result(END_SECONDS).status == 200
            finally:
                upstreams.delay(0)
        until(lambda: len(workers(gateway)) == 1, "the end of the former worker", log=gateway.told)


def test_what_can_change_does_and_what_cannot_is_named(upstreams: StandIns, tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=1) as gateway:
        url = gateway.url
        assert ask(url + ROCKET).status == 502
        written(tmp_path, config_of(upstreams.upstreams(mount="/gh"), workers=2, port=1, hang_seconds=7))
        told = reloaded(tmp_path)
        assert told == (
            "taken up: server.workers, server.hang_seconds, upstreams.github.base_url, upstreams.github.mount, "
            "upstreams.facebook\nunchanged until a restart: server.port\n"
        )
        assert [ask(url + path).status for path in (ROCKET, "/gh/rate_limit")] == [200, 200]
        assert len(workers(gateway)) == 2
        written(tmp_path, config_of(workers=1))
        assert reloaded(tmp_path).startswith("taken up: server.workers, ")
        until(lambda: len(workers(gateway)) == 1, "one worker alone", log=gateway.told)
        assert {ask(url + ROCKET).status for _ in range(4)} == {502}


def test_a_configuration_at_fault_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=1) as gateway:
        url = gateway.url
        before = workers(gateway)
        written(tmp_path, config_of(workers="many", nonsense=1))
        with reload(tmp_path) as command:
            assert command.exit_code() == 2
            assert command.log.count("\n") == 2, "one line per fault"
        assert TAKEN_UP not in gateway.log
        gateway.tell(signal.SIGHUP)
        until(lambda: gateway.log.count("is refused") == 2, "the faults in the log", log=gateway.told)
        assert "server.workers: expected a whole number from 1 to 64" in gateway.log
        assert ask(f"{url}/health/live").status == 200
        assert workers(gateway) == before


def test_workers_that_cannot_start_end_the_reload_and_nothing_else(tmp_path: Path) -> None:
    """The authority can be read when the settings are checked, twice, and is gone when the new worker wants it."""
    with serving(tmp_path, NOBODY, workers=2) as gateway:
        url = gateway.url
        before = workers(gateway)
        authority = tmp_path / "authority.pem"
        authority.write_text(AUTHORITY)
        private = {"private": {"kind": "http", "base_url": "https://127.0.0.1:9/", "ca_file": str(authority)}}
        written(tmp_path, config_of({**NOBODY, **private}, workers=2))
        giver = threading.Thread(target=give, args=(authority, 2), daemon=True)
        giver.start()
        with reload(tmp_path) as command:
            assert command.exit_code() == 1, command.told()
            assert command.log.endswith("given up: the gateway serves on with the configuration that it had\n")
        assert "is given up, and the one before stays" in gateway.log
        assert workers(gateway) == before
        assert {ask(f"{url}/health/ready").status for _ in range(4)} == {200}
        written(tmp_path, config_of(workers=2))
        assert reloaded(tmp_path).startswith("taken up: ")
        until(lambda: len(workers(gateway)) == 2 and not before & workers(gateway), "new workers", log=gateway.told)


def give(file: Path, times: int) -> None:
    """Lets it be read so many times: each time it is another pipe, which is gone before it can be read to its end."""
    pipes = [file.with_suffix(f".{number}") for number in range(times)]
    for each in pipes:
        os.mkfifo(each)
    pipes[0].replace(file)
    for following in (*pipes[1:], None):
        with file.open("w") as pipe:
            if following is None:
                file.unlink()
            else:
                following.replace(file)
            pipe.write(AUTHORITY)


def test_where_nobody_runs_there_is_nothing_to_reload(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "headgate.yaml").write_text(json.dumps(config_of()))
    with reload(tmp_path) as command:
        assert command.exit_code() == 1
        assert command.log.startswith("cannot reload: no gateway with this configuration runs")


def test_it_stops_in_good_order_in_the_middle_of_a_reload(tmp_path: Path) -> None:
    with serving(tmp_path, NOBODY, workers=2) as gateway:
        assert gateway.url
        gateway.tell(signal.SIGHUP)
        gateway.tell(signal.SIGHUP)
        until(lambda: len(gateway.sessions("opened")) >= 3, "the first new worker", log=gateway.told)
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()
        gateway.leaves_nothing_behind()
        assert gateway.sessions("closed") == gateway.sessions("opened")
        assert " ERROR " not in gateway.log, gateway.log


def test_the_pid_file_names_the_main_process_is_held_and_goes_with_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "gate.pid"
    with serving(tmp_path / "one", NOBODY, workers=1, pid_file=str(pid_file)) as gateway:
        assert gateway.url
        assert pid_file.read_text() == f"{gateway.process.pid}\n"
        with serving(tmp_path / "two", NOBODY, workers=1, pid_file=str(pid_file)) as second:
            assert second.exit_code() == 1
            assert second.log == (
                f"cannot start: another gateway runs with this server.pid_file (pid {gateway.process.pid})\n"
            )
        assert reloaded(tmp_path / "one").startswith("taken up: ")
        first, told = pid_file.read_text().splitlines()
        assert (first, json.loads(told)["number"]) == (str(gateway.process.pid), 1)
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0
        assert not pid_file.exists()
