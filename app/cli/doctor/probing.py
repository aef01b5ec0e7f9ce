"""The probes of the real world."""

import os
import resource
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from time import time

from app.cli.doctor import keys, looking, reaching
from app.cli.doctor.asking import Questions
from app.cli.doctor.daemon import in_daemon
from app.cli.doctor.exposure import mode_of_file
from app.cli.doctor.facts import Answered, CertificateSeen, DatabaseSeen, FileSeen, KeysSeen, Machine, PortSeen, Reached
from app.settings import Settings, UpstreamSettings
from app.transport.caching.files import Files


class RealProbes:
    """Network and disk.

    Args:
        questions: To upstreams.
        working_directory: Relative paths in settings count from here.
    """

    def __init__(self, questions: Questions, working_directory: Path) -> None:
        self._questions = questions
        self._directory = working_directory

    def now(self) -> float:
        return time()

    def machine(self) -> Machine:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        required = _required()
        return Machine(
            os.geteuid(),
            sys.version_info[:3],
            {name: _installed(name) for name in (*required, "uvloop")},
            required,
            None if hard == resource.RLIM_INFINITY else hard,
        )

    def mode_of(self, path: str) -> int | None:
        return mode_of_file(self._directory)(path)

    async def reach(self, upstream: UpstreamSettings) -> Reached:
        proxy = None if upstream.proxy is None else upstream.proxy.get_secret_value()
        ca_file = None if upstream.ca_file is None else self._directory / upstream.ca_file
        return await reaching.reach(upstream.base_url, proxy, ca_file)

    async def ask(self, name: str) -> Answered:
        return await self._questions.ask(name)

    async def see(self, path: Path) -> FileSeen:
        return await in_daemon(lambda: looking.see(self._directory / path, path))

    async def check_database(self, path: Path) -> DatabaseSeen:
        return await in_daemon(lambda: looking.check_database(self._directory / path))

    async def check_store(self, directory: Path) -> DatabaseSeen:
        files = Files(self._directory / directory)
        return await in_daemon(lambda: looking.check_database(files.path(files.newest())))

    async def port(self, host: str, port: int) -> PortSeen:
        return await looking.port(host, port)

    async def keys(self, settings: Settings) -> KeysSeen:
        return await in_daemon(lambda: keys.seen(settings, self._directory))

    async def certificate(self, certificate_file: Path, key_file: Path | None) -> CertificateSeen:
        pair = (self._directory / certificate_file, None if key_file is None else self._directory / key_file)
        return await in_daemon(lambda: looking.certificate(*pair))


def _required() -> Mapping[str, str]:
    """What the distribution says that it needs, without its extras: `{"aiohttp": ">=3.14,<3.15"}`."""
    try:
        said = requires("headgate") or []
    except PackageNotFoundError:  # run from a checkout that nobody has installed
        return {}
    found = {}
    for line in said:
        requirement, _, marker = line.partition(";")
        if "extra" not in marker:
            name = requirement.strip().split("[")[0].rstrip("0123456789.,<>=!~ *")
            found[name] = requirement.strip().removeprefix(name).strip()
    return found


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
