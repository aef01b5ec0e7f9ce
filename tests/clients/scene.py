"""Where other people's clients are tried: the stand-in GitHub, and in front of it `headgate serve` with two workers."""

import json
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.end_to_end.command import Command, StandIns, ask, running, stand_ins, until

GATEWAY_TOKEN = "ghp_0123456789abcdefABCDEFghijklmnop0123"
MOUNT = "/github"
ENTERPRISE = "/api/v3"
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What the stand-in has seen since its start."""

    total: int
    without_via: int


@dataclass(frozen=True, slots=True)
class Scene:
    gateway: Command
    stand_in: StandIns
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def new_token(self) -> str:
        """One of which nothing is known yet: nothing is stored for it, and its quota is whole."""
        return f"ghp_caller{next(self._numbers):030}"

    def asked(self) -> Asked:
        log = ask(f"{self.stand_in.github}_standin/log").body
        return Asked(log["total"], log["without_via"])

    def leave_points(self, token: str, remaining: int, seconds: float | None = None, resource: str = "core") -> int:
        """Makes so many points be left to a credential. Returns the epoch second at which it has all of them again."""
        wish = {"token": token, "resource": resource, "remaining": remaining, "seconds": seconds}
        reset: int = self._pull("quota", wish, 200)["reset"]
        return reset

    def say(self, path: str, status: int, headers: Mapping[str, str], body: object, times: int) -> None:
        """Lets the stand-in say something else at a path, so many times."""
        wish = {"path": path, "status": status, "headers": headers, "body": body, "times": times}
        self._pull("instead", wish, 204)

    def tick(self, repository: str) -> None:
        """Lets upstream's data change without the gateway's knowledge."""
        self._pull("tick", {"what": repository}, 200)

    @property
    def workers(self) -> Sequence[int]:
        return sorted({pid for _, pid in self.gateway.sessions("opened")})

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Whoever connects meanwhile is served by that worker, and for as long as the connection is kept: the others
        stand still.
        """
        others = [pid for pid in self.workers if pid != worker]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)

    def _pull(self, lever: str, wish: object, status: int) -> dict[str, int]:
        answer = ask(f"{self.stand_in.github}_standin/{lever}", "POST", body=wish)
        assert answer.status == status, answer.raw
        return dict(answer.body) if answer.raw else {}


@contextmanager
def a_scene(directory: Path) -> Iterator[Scene]:
    """Everything at its default but for the port, two workers, and a store of their own on disk."""
    with stand_ins(directory / "stand-ins") as stand_in:
        settings = {
            "server": {"port": 0, "workers": WORKERS},
            "cache": {"path": str(directory / "cache")},
            "api": {"github": "github"},
            "upstreams": {
                "github": {"kind": "github", "base_url": stand_in.github, "mount": MOUNT, "token": GATEWAY_TOKEN},
                "uploads": {"kind": "github", "base_url": f"{stand_in.github}uploads/", "mount": f"{MOUNT}-uploads"},
            },
        }
        file = directory / "headgate.yaml"
        file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
        with running(directory / "gateway", "serve", "--config", str(file)) as gateway:
            assert gateway.url
            scene = Scene(gateway, stand_in)
            until(lambda: len(scene.workers) == WORKERS, "two workers with a session", log=gateway.told)
            yield scene
