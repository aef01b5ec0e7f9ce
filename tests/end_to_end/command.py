"""The command as a person runs it: a process of its own, its output kept, every wait bounded and told with the log."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

ROOT = Path(__file__).parents[2]
HEADGATE = str(Path(sys.executable).with_name("headgate"))
START_SECONDS = 40.0
END_SECONDS = 25.0
POLL_SECONDS = 0.02

_LISTENS = re.compile(r"^Headgate \S+ listens on (https?://\S+) with", re.MULTILINE)
_SESSION = re.compile(r"app\.transport\.session session (opened|closed) upstream=(\S+) pid=(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: HTTPMessage
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


def ask(url: str, method: str = "GET", *, body: object = None, seconds: float = 20, **headers: str) -> Answer:
    """One request on a connection of its own, so that any worker may get it; follows nothing."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=seconds)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    fields = {"Connection": "close", **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        connection.request(method, target, None if body is None else json.dumps(body), fields)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def until(
    condition: Callable[[], object], what: str, *, seconds: float = START_SECONDS, log: Callable[[], str]
) -> None:
    """Waits for a condition, and says what it waited for when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s for: {what}\n{log()}")
        time.sleep(POLL_SECONDS)


@contextmanager
def kept_port() -> Iterator[int]:
    """A port on which nobody answers and that nobody else is given until the block ends: tests that run side by side
    open many. Whoever asks for this very one may listen on it (SO_REUSEADDR, as asyncio's servers have it on POSIX).
    """
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


class Command:
    """A running command. `output` and `log` are what it has written so far to standard output and standard error."""

    def __init__(self, process: "subprocess.Popen[bytes]", directory: Path, mark: str) -> None:
        self.process = process
        self._directory = directory
        self._mark = mark

    @property
    def output(self) -> str:
        return (self._directory / "output").read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return (self._directory / "log").read_text(encoding="utf-8")

    def told(self) -> str:
        """Everything, for the message of a failed test."""
        return f"-- exit code {self.process.poll()}\n-- output\n{self.output}\n-- log\n{self.log}"

    @property
    def url(self) -> str:
        """Where it listens; waits until it does."""

        def listens_or_ended() -> bool:
            return _LISTENS.search(self.output) is not None or self.process.poll() is not None

        until(listens_or_ended, "the banner", log=self.told)
        found = _LISTENS.search(self.output)
        assert found is not None, f"it ended without listening\n{self.told()}"
        return found[1]

    def sessions(self, event: str) -> list[tuple[str, int]]:
        """The upstream and the worker's pid of each session that was `opened` or `closed`, sorted."""
        return sorted((upstream, int(pid)) for told, upstream, pid in _SESSION.findall(self.log) if told == event)

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def tell_all(self, number: signal.Signals) -> None:
        """To the whole process group, as a terminal or a service manager does."""
        os.killpg(self.process.pid, number)

    def exit_code(self, seconds: float = END_SECONDS) -> int:
        """Waits until it has ended."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds:g} s\n{self.told()}") from None

    def family(self) -> list[int]:
        """The pids of the processes that it has started and that still run, and its own."""
        return [pid for pid in _running() if self._mark in _environment(pid)]

    def leaves_nothing_behind(self) -> None:
        """Its last processes may take a moment longer than itself."""
        until(lambda: not self.family(), "the end of the processes it started", seconds=END_SECONDS, log=self.told)

    def end(self) -> None:
        """However the test ended: nothing of it stays behind."""
        for pid in {self.process.pid, *self.family()} if self.process.poll() is None else self.family():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(END_SECONDS)


@contextmanager
def running(
    directory: Path, *arguments: str, command: Sequence[str] = (HEADGATE,), environ: Mapping[str, str] | None = None
) -> Iterator[Command]:
    """Runs the command until the block ends. Its output is kept in `directory`, one command for each."""
    directory.mkdir(parents=True, exist_ok=True)
    mark = f"MARK_OF_THIS_TEST={uuid4().hex}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE", "GITHUB"))}
    name, _, value = mark.partition("=")
    with (directory / "output").open("wb") as output, (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            # As on a terminal: for people, and for the patterns above.
            env={
                **inherited,
                "HEADGATE_LOGS__FORMAT": "text",
                "HEADGATE_USAGE__PATH": str(directory / "usage.db"),
                **(environ or {}),
                name: value,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            start_new_session=True,
        )
    running_command = Command(process, directory, mark)
    try:
        yield running_command
    finally:
        running_command.end()


@contextmanager
def serving(directory: Path, upstreams: Mapping[str, Mapping[str, Any]], **server: Any) -> Iterator[Command]:
    """`headgate serve` on a free port, with a file that names `upstreams`."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "headgate.yaml"
    settings = {"server": {"port": 0, **server}, "cache": {"store": "memory"}, "upstreams": upstreams}
    file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    with running(directory, "serve", "--config", str(file)) as command:
        yield command


@dataclass(frozen=True, slots=True)
class StandIns:
    """The base URLs of the stand-ins, each with its last slash."""

    github: str
    facebook: str

    def delay(self, seconds: float) -> None:
        """How long the GitHub waits before each of its answers."""
        assert ask(f"{self.github}_standin/delay", "POST", body={"seconds": seconds}).status == 200

    def asked(self) -> int:
        """How many requests the GitHub has seen."""
        total: int = ask(f"{self.github}_standin/log").body["total"]
        return total

    def upstreams(self, **github: Any) -> dict[str, dict[str, Any]]:
        return {
            "github": {"kind": "github", "base_url": self.github, **github},
            "facebook": {"kind": "facebook", "base_url": self.facebook, "token": "any"},
        }


@contextmanager
def stand_ins(directory: Path, github_port: int = 0) -> Iterator[StandIns]:
    """`python -m app.demo.serving`, until the block ends."""
    arguments = ("-m", "app.demo.serving", "--github-port", str(github_port))
    with running(directory, *arguments, command=(sys.executable,)) as command:
        until(lambda: command.output.endswith("\n") or command.process.poll() is not None, "its line", log=command.told)
        assert command.output, command.told()
        yield StandIns(**json.loads(command.output))


def _running() -> Iterator[int]:
    """Processes that run: not those that have ended and that nobody has asked after."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state != "Z":
                yield int(entry.name)


def _environment(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "environ").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
