"""`headgate reload`: whom it finds, how long it waits, and what it says of the outcome."""

import io
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli.reload import reload
from app.cli.supervision.pid_file import GIVEN_UP, REFUSED, TAKEN_UP, UNDER_WAY, PidFile, Reload, held_pid_file

Told = tuple[int, str, str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gate.pid"


@pytest.fixture
def orders() -> Iterator[list[int]]:
    """The signals that this process got: it plays the gateway's part."""
    got: list[int] = []
    former = signal.signal(signal.SIGHUP, lambda number, _: got.append(number))
    yield got
    signal.signal(signal.SIGHUP, former)


def told(file: Path, then: Callable[[], None] = lambda: None) -> Told:
    output, errors, moments = io.StringIO(), io.StringIO(), iter(range(100))

    def sleep(_: float) -> None:
        then()

    code = reload(file, output, errors, wait_seconds=5, monotonic=lambda: float(next(moments)), sleep=sleep)
    return code, output.getvalue(), errors.getvalue()


def gateway(held: PidFile, *reloads: Reload) -> Callable[[], None]:
    """Notes one after the other, each time that somebody waits."""
    following = iter(reloads)
    return lambda: held.note(next(following))


def test_what_was_taken_up_and_what_was_not(file: Path, orders: list[int]) -> None:
    with held_pid_file(file) as held:
        outcome = Reload(1, TAKEN_UP, ("server.workers", "cache.path"), ("server.port",))
        code, output, errors = told(file, gateway(held, Reload(1, UNDER_WAY), outcome))
    assert orders == [signal.SIGHUP]
    assert (code, errors) == (0, "")
    assert output == "taken up: server.workers, cache.path\nunchanged until a restart: server.port\n"


def test_an_earlier_outcome_is_not_taken_for_this_one(file: Path, orders: list[int]) -> None:
    with held_pid_file(file) as held:
        held.note(Reload(4, TAKEN_UP))
        code, output, _ = told(file, gateway(held, Reload(4, TAKEN_UP), Reload(5, UNDER_WAY), Reload(5, TAKEN_UP)))
    assert (code, len(orders)) == (0, 1)
    assert output == "taken up: nothing has changed; every worker was replaced all the same\n"


@pytest.mark.parametrize(("outcome", "code"), [(REFUSED, 2), (GIVEN_UP, 1)])
def test_why_nothing_was_taken_up(file: Path, orders: list[int], outcome: str, code: int) -> None:
    with held_pid_file(file) as held:
        found, output, errors = told(file, gateway(held, Reload(1, outcome, reasons=("this", "and that"))))
    assert (found, output, len(orders)) == (code, "", 1)
    assert errors == f"this\nand that\n{outcome}: the gateway serves on with the configuration that it had\n"


def test_it_does_not_wait_for_ever(file: Path, orders: list[int]) -> None:
    with held_pid_file(file):
        code, _, errors = told(file)
    assert (code, errors) == (1, "the reload is still under way after 5 s; the log will tell\n")
    assert len(orders) == 1


def test_a_gateway_that_ends_meanwhile(file: Path, orders: list[int]) -> None:
    with held_pid_file(file):
        code, _, errors = told(file, file.unlink)
    assert (code, errors) == (1, "cannot reload: the gateway has ended\n")
    assert len(orders) == 1


def test_where_nobody_runs_nobody_is_signalled(file: Path, orders: list[int]) -> None:
    file.write_text(f"{os.getpid()}\n")
    code, _, errors = told(file)
    assert (code, orders) == (1, [])
    assert "no gateway with this configuration runs as this user" in errors
    file.unlink()
    file.mkdir()
    assert told(file)[0] == 1
