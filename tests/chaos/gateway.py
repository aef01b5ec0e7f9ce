"""The gateway as the chaos run has it: `headgate serve` with two workers, or inside this process for the short form."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.container import Container
from app.server import create_app
from app.settings import Settings
from tests.chaos.questions import DEFAULT_SECONDS
from tests.end_to_end.command import Command, running
from tests.gateway import serving_gateway

ATTEMPTS: Final = 3
MOUNT_ATTEMPTS: Final = {"github": 1, "items": 3}
"""On GitHub's mount its clients ask again by themselves, as is the default; on the other the gateway does."""
READ_SECONDS: Final = 0.8
TOTAL_SECONDS: Final = 2.0
KEEPALIVE_SECONDS: Final = 1.0
POOL: Final = 100
IN_FLIGHT: Final = 100
OPEN_SECONDS: Final = 1.0
STALE_IF_ERROR_SECONDS: Final = {"github": 86_400.0, "items": 4.0}


def configuration(urls: dict[str, str], folder: Path, *, workers: int, store: str) -> dict[str, Any]:
    """Two upstreams: GitHub, typed and on its mount, and a plain one on a mount.

    The defaults, but for what makes an outage of seconds count: times a tenth as long, and the breaker's window. GitHub
    is not paced: 900 points a minute would make the run last for half an hour.
    """
    common = {
        "token": "chaos",
        "timeouts": {"connect_seconds": 0.5, "read_seconds": READ_SECONDS, "total_seconds": TOTAL_SECONDS},
        "pool": {"connections": POOL, "keepalive_seconds": KEEPALIVE_SECONDS},
        "breaker": {"window_seconds": 1, "open_seconds": OPEN_SECONDS},
    }
    github = {
        **common,
        "kind": "github",
        "base_url": urls["github"],
        "mount": "/github",
        "rewrite": "off",  # bodies are compared byte for byte
        "budget": {"points_a_minute": None, "write_pause_seconds": 0, "in_flight": IN_FLIGHT},
        "retry": {"attempts": ATTEMPTS, "mount_attempts": MOUNT_ATTEMPTS["github"]},
        "cache": {
            "stale_while_revalidate_seconds": 1,
            "stale_if_error_seconds": STALE_IF_ERROR_SECONDS["github"],
        },
    }
    items = {
        **common,
        "kind": "http",
        "base_url": urls["items"],
        "mount": "/items",
        "retry": {"mount_attempts": MOUNT_ATTEMPTS["items"]},
        "cache": {"stale_if_error_seconds": STALE_IF_ERROR_SECONDS["items"]},
    }
    return {
        "server": {"workers": workers, "access_log": False, "port": 0, "deadline_seconds": DEFAULT_SECONDS},
        "cache": {"store": store, "path": str(folder / "cache")},
        "usage": {"path": str(folder / "usage.db")},
        "identity": {"key_file": str(folder / "identity.key")},
        "upstreams": {"github": github, "items": items},
    }


Ports = tuple[int, int]
"""The two of a connection: at this end, at the other."""


@dataclass(slots=True)
class Held:
    """What the gateway's processes hold open."""

    descriptors: int
    threads: int
    tasks: int | None = None


@dataclass(slots=True)
class Gateway:
    """One that runs.

    Attributes:
        url: Without a slash at its end.
        pids: Of its workers; empty where it is in this process.
        command: What was started, if anything was.
    """

    url: str
    pids: list[int]
    command: Command | None = None
    _seen: dict[Ports, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def workers(self) -> list[int]:
        """Their pids; `[0]` where the gateway is in this process."""
        return self.pids or [0]

    def held(self) -> Held:
        """Now."""
        if not self.pids:
            return Held(0, 0, len(asyncio.all_tasks()))
        proc = [Path("/proc") / str(pid) for pid in self.pids]
        return Held(
            sum(len([*(each / "fd").iterdir()]) for each in proc),
            sum(len([*(each / "task").iterdir()]) for each in proc),
        )

    def look(self, now: float) -> None:
        """Notes whose each connection is that is open now."""
        if not self.pids:
            return
        ports = _ports_by_inode()
        for pid in self.pids:
            for descriptor in (Path("/proc") / str(pid) / "fd").iterdir():
                try:
                    link = str(descriptor.readlink())
                except OSError:  # closed meanwhile
                    continue
                if link in ports:
                    self._seen[ports[link]].append((now, pid))

    def worker(self, own_port: int, other_port: int, at: float) -> int | None:
        """Whose connection it was; 0 where the gateway is in this process; None: it was never seen.

        Args:
            own_port: The gateway's.
            other_port: The caller's, or upstream's.
            at: When. Ports are used again and again.
        """
        if not self.pids:
            return 0
        seen = self._seen.get((own_port, other_port))
        return min(seen, key=lambda look: abs(look[0] - at))[1] if seen else None


def _ports_by_inode() -> dict[str, Ports]:
    """Of each established connection on this machine."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:])
    return {
        f"socket:[{row[9]}]": (int(row[1].rpartition(":")[2], 16), int(row[2].rpartition(":")[2], 16))
        for row in rows
        if row[3] == "01"
    }


@asynccontextmanager
async def serving(urls: dict[str, str], folder: Path, *, workers: int) -> AsyncIterator[Gateway]:
    """Real worker processes; with 0 workers the same inside this process, with replies kept in memory."""
    if workers == 0:
        settings = configuration(urls, folder, workers=1, store="memory")
        async with serving_gateway(create_app(Container(settings=Settings.model_validate(settings)))) as url:
            yield Gateway(url, [])
        return
    file = folder / "headgate.yaml"
    file.write_text(json.dumps(configuration(urls, folder, workers=workers, store="disk")))  # JSON is YAML
    with running(folder / "gateway", "serve", "--config", str(file)) as command:
        url = await asyncio.to_thread(lambda: command.url)
        yield Gateway(url, sorted({pid for _, pid in command.sessions("opened")}), command)
