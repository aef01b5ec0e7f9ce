"""What systemd is told, on a socket as systemd has one."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from app.cli.supervision.systemd import ServiceManager

PID = 4711


class Listening:
    """The manager's end, and a clock."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self.now = 100.0

    def manager(self, address: str, **environ: str) -> ServiceManager:
        return ServiceManager({"NOTIFY_SOCKET": address, **environ}, pid=PID, monotonic=lambda: self.now)

    def heard(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self._end.recv(4_096).decode())
            except BlockingIOError:
                return messages


@contextmanager
def listening(address: str) -> Iterator[Listening]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.setblocking(False)
        end.bind(address)
        yield Listening(end)


def test_a_life_from_start_to_stop(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with listening(address) as systemd:
        manager = systemd.manager(address)
        manager.ready()
        manager.status("2 of 2 workers serve")
        manager.status("2 of 2 workers serve")
        manager.alive()
        systemd.now = 101.5
        manager.reloading()
        manager.ready()
        manager.stopping(30.5)
        assert systemd.heard() == [
            "READY=1",
            "STATUS=2 of 2 workers serve",  # once
            "RELOADING=1\nMONOTONIC_USEC=101500000",
            "READY=1",
            "STOPPING=1\nEXTEND_TIMEOUT_USEC=30500000",
        ]


def test_an_address_in_the_abstract_space() -> None:
    name = f"headgate-test-{uuid4().hex}"
    with listening(f"\0{name}") as systemd:
        systemd.manager(f"@{name}").ready()
        assert systemd.heard() == ["READY=1"]


def test_the_watchdog_hears_of_us_twice_in_its_time(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with listening(address) as systemd:
        manager = systemd.manager(address, WATCHDOG_USEC="4000000", WATCHDOG_PID=str(PID))
        heard = []
        for now in (100.0, 100.5, 101.9, 102.0, 103.9, 104.1):
            systemd.now = now
            manager.alive()
            heard.append(len(systemd.heard()))
        assert heard == [1, 0, 0, 1, 0, 1]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": ""},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "-1"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "1"},
    ],
)
def test_where_no_watchdog_waits_for_us_nothing_is_said(environ: Mapping[str, str], tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with listening(address) as systemd:
        systemd.manager(address, **environ).alive()
        assert systemd.heard() == []


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1234"}])
def test_without_a_manager_nothing_is_said_anywhere(
    environ: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    manager = ServiceManager(environ, pid=PID)
    manager.ready()
    manager.alive()
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_gone_or_does_not_read_is_no_reason_to_stop(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with listening(address) as systemd:
        manager = systemd.manager(address)
        for number in range(2_000):  # more than it can hold
            manager.status(str(number))
        assert systemd.heard()[0] == "STATUS=0"
    manager.ready()  # nobody listens
    Path(address).unlink()
    manager.stopping(1)
    ServiceManager({"NOTIFY_SOCKET": "/" + "a" * 300}, pid=PID).ready()  # longer than an address may be
