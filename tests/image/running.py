"""Runs an image as a container would be run, and looks at how it does."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.end_to_end.command import ask
from tests.image.building import Image, rooted

TMP = "/tmp"  # noqa: S108 -- in a root of its own
PORT = 18_490
NOTHING: Mapping[str, str] = MappingProxyType({})


class Container:
    """One image, with volumes of its own that outlive what runs in it."""

    def __init__(self, image: Image, work: Path) -> None:
        self._image = image
        self._work = work
        self._runs = count()
        self._volumes = work / "volumes"
        user, group = map(int, image.user.split(":"))
        for volume in image.volumes:  # Docker fills a new volume with what the image has there, its owner included
            place = self._volumes / volume.lstrip("/")
            place.mkdir(parents=True)
            os.chown(place, user, group)
            place.chmod(0o700)

    def started(
        self, *arguments: str, environ: Mapping[str, str] = NOTHING, entrypoint: bool = True
    ) -> "subprocess.Popen[str]":
        """Read-only root, /tmp in memory, its user, no capabilities, process 1."""
        image = self._image
        own = self._work / f"run{next(self._runs)}"  # no two share what overlayfs works in
        root = own / "root"
        mounts = [f"mount --bind {self._volumes}{volume} {root}{volume}" for volume in image.volumes]
        # As base images are: everybody may read the Python, also where this machine keeps it for root.
        opened = [f"chmod o+x {root}{parent}" for parent in reversed(image.python.parents)]
        extra = "\n".join(
            [*opened, f"mount -o remount,ro {root}", f"mount -t tmpfs -o size=64m,mode=1777 tmpfs {root}{TMP}", *mounts]
        )
        script = rooted(image, root=root, upper=own / "empty", read_only=True, extra=extra)
        user, group = image.user.split(":")
        script += f"""cd / && exec chroot {root} /usr/bin/env -C {image.directory} setpriv --reuid {user} --regid {group} \
            --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"\n"""
        command = [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-ec",
            script,
        ]
        command += ["sh", *(image.entrypoint if entrypoint else ()), *(arguments or image.command)]
        return subprocess.Popen(
            command, env={**image.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def ran(
        self, *arguments: str, environ: Mapping[str, str] = NOTHING, entrypoint: bool = True
    ) -> tuple[int, str, str]:
        """To its end: exit code, output, errors."""
        process = self.started(*arguments, environ=environ, entrypoint=entrypoint)
        try:
            output, errors = process.communicate(timeout=60)
        finally:
            ended(process)
        return process.returncode, output, errors


def tried(image: Image, work: Path) -> dict[str, Any]:
    """What was looked at, and how it was: False is bad."""
    container = Container(image, work)
    port = {"HEADGATE_SERVER__PORT": str(PORT)}
    token = {"HEADGATE_UPSTREAMS__GITHUB__TOKEN": "ghp_of_this_test_0123456789"}
    both = {**port, **token}
    found: dict[str, Any] = {}
    found["version"] = container.ran("--version")[1].strip()
    code, _, errors = container.ran(environ=both)
    found["without keys and with a token it does not start"] = code == 2 and "headgate keys create" in errors
    code, key, errors = container.ran("keys", "create", "me", "--operator", environ=both)
    key = key.strip().splitlines()[-1] if key.strip() else ""
    found["a key is made"] = (code == 0 and key.startswith("hg_")) or errors
    found["unhealthy before it runs"] = container.ran(*image.health, entrypoint=False, environ=port)[0] == 1
    serving = container.started(environ=both)
    try:
        found["healthy"] = healthy(container, image, port)
        if not found["healthy"]:
            ended(serving)
            return {**found, "why": serving.communicate()}
        found["refused without a key"] = ask(f"http://127.0.0.1:{PORT}/api/v1/upstreams").status == 401
        answer = ask(f"http://127.0.0.1:{PORT}/api/v1/upstreams", Authorization=f"Bearer {key}")
        found["answered with one"] = answer.status == 200
        found["it cannot write into its root"] = container.ran("touch", "/opt/headgate/x", entrypoint=False)[0] == 1
        found["its user"] = container.ran("id", "-u", entrypoint=False)[1].strip()
        code, report, _ = container.ran("doctor", "--offline", environ=both)
        found["doctor"] = code == 0 or report
        os.kill(first_process(serving), signal.SIGTERM)
        output, errors = serving.communicate(timeout=60)
        found["SIGTERM ends it well"] = serving.returncode == 0
        found["banner"] = output.splitlines()[0] if output else errors
    finally:
        ended(serving)
    found["unhealthy after it ran"] = container.ran(*image.health, entrypoint=False, environ=port)[0] == 1
    found["kept in its volumes"] = sorted(
        str(path.relative_to(work / "volumes")) for path in (work / "volumes").rglob("*") if path.is_file()
    )
    return found


def healthy(container: Container, image: Image, environ: dict[str, str]) -> bool:
    for _ in range(30):
        if container.ran(*image.health, entrypoint=False, environ=environ)[0] == 0:
            return True
        time.sleep(0.5)
    return False


def first_process(container: "subprocess.Popen[str]") -> int:
    """The process that is number 1 inside."""
    children = (Path("/proc") / str(container.pid) / "task" / str(container.pid) / "children").read_text().split()
    return int(children[0])


def ended(container: "subprocess.Popen[str]") -> None:
    """Whatever is in it: with its first process all others of its namespace end."""
    if container.poll() is None:
        os.kill(first_process(container), signal.SIGKILL)
        container.wait()
