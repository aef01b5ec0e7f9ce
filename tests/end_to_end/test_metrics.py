"""/metrics of a whole gateway: several workers, one of which is killed, and a reload."""

import os
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.command import Command, StandIns, ask, serving, stand_ins, until

pytestmark = pytest.mark.workers

ROCKET = "/api/v1/repos/acme/rocket"
ROUTE = "/api/v1/repos/<owner>/<repo>"
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def page(url: str) -> Numbers:
    answer = ask(f"{url}/metrics")
    assert answer.status == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.raw.decode())
        for sample in family.samples
    }


def one(found: Numbers, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


def requests(found: Numbers) -> float:
    labels = {"route": ROUTE, "method": "GET", "status_class": "2xx", "caller": "local"}
    return one(found, "headgate_requests_total", **labels)


def counters(found: Numbers) -> Numbers:
    return {key: value for key, value in found.items() if key[0].endswith(("_total", "_bucket", "_count", "_sum"))}


def workers(command: Command) -> list[int]:
    return sorted(pid for pid in command.family() if pid in {pid for _, pid in command.sessions("opened")})


def test_numbers_are_those_of_all_workers_and_never_go_back(tmp_path: Path) -> None:
    with stand_ins(tmp_path / "stand-ins") as upstream, gateway(tmp_path, upstream) as command:
        url = command.url

        def has(count: int) -> None:
            until(lambda: requests(page(url)) == count, f"{count} requests counted", log=command.told)

        def all_serve(generation: set[int]) -> bool:
            living = workers(command)
            return len(living) == 2 and not generation & {*living} and one(page(url), "headgate_workers") == 2

        for _ in range(20):
            assert ask(url + ROCKET).status == 200
        has(20)
        before = page(url)
        victim = workers(command)[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: all_serve({victim}), "another worker", log=command.told)
        after_loss = page(url)
        assert gone_back(before, after_loss) == {}
        assert one(after_loss, "headgate_workers_lost_total", reason="died") == 1
        for _ in range(10):
            assert ask(url + ROCKET).status == 200
        has(30)
        before, old = page(url), {*workers(command)}
        command.tell(signal.SIGHUP)
        until(lambda: all_serve(old), "two new workers", log=command.told)
        after_reload = page(url)
        assert gone_back(before, after_reload) == {}
        assert one(after_reload, "headgate_workers_lost_total", reason="died") == 1, "to be replaced is no loss"
        start = ("headgate_start_time_seconds", frozenset[tuple[str, str]]())
        assert after_reload[start] == before[start], "the gateway is as old as its main process"
        for _ in range(10):
            assert ask(url + ROCKET).status == 200
        has(40)
        command.tell(signal.SIGTERM)
        assert command.exit_code() == 0


def gone_back(before: Numbers, after: Numbers) -> Numbers:
    return {key: value for key, value in counters(before).items() if after.get(key, -1.0) < value}


def gateway(directory: Path, upstream: StandIns) -> AbstractContextManager[Command]:
    github = {"kind": "github", "base_url": upstream.github, "token": "ghp_never_seen"}
    return serving(directory / "gateway", {"github": github}, workers=2, drain_seconds=0)
