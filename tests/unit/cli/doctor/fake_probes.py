"""A world in which all is well, unless a test says otherwise."""

from dataclasses import dataclass, field
from pathlib import Path

from app.cli.amounts import DAY_SECONDS
from app.cli.doctor.facts import (
    Answered,
    CertificateSeen,
    DatabaseSeen,
    FileSeen,
    KeysSeen,
    Machine,
    Occupant,
    PortSeen,
    Reached,
    Step,
)
from app.settings import Settings, UpstreamSettings
from app.transport.dialect import Quota

NOW = 1_800_000_000.0
USER = 998
CORE = Quota("core", 5_000, 4_200, 800, int(NOW) + 1_800)


@dataclass
class FakeProbes:
    """Facts as they are given; `asked` lists the upstreams that were."""

    reached: Reached = field(default_factory=lambda: Reached(Step.THERE, "", "192.0.2.7", 0.03, NOW + 83 * DAY_SECONDS))
    answered: Answered = field(default_factory=lambda: Answered(200, "", NOW, NOW + 0.1, NOW, None, "", (CORE,)))
    files: dict[str, FileSeen] = field(default_factory=dict)
    databases: dict[str, DatabaseSeen] = field(default_factory=dict)
    occupant: Occupant = Occupant.NOBODY
    listed: KeysSeen = KeysSeen()  # noqa: RUF009 -- a value
    own_certificate: CertificateSeen = field(default_factory=lambda: CertificateSeen(NOW + 60 * DAY_SECONDS))
    modes: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def now(self) -> float:
        return NOW

    def machine(self) -> Machine:
        return Machine(USER, (3, 11, 7), {"sanic": "25.12.1"}, {"sanic": ">=25.12,<26"}, 65_536)

    def mode_of(self, path: str) -> int | None:
        return self.modes.get(path)

    async def reach(self, upstream: UpstreamSettings) -> Reached:
        return self.reached

    async def ask(self, name: str) -> Answered:
        self.asked.append(name)
        return self.answered

    async def see(self, path: Path) -> FileSeen:
        return self.files.get(str(path), FileSeen(path, exists=False, is_file=False, is_directory=True, owner=USER))

    async def check_database(self, path: Path) -> DatabaseSeen:
        return self.databases.get(str(path), DatabaseSeen(exists=False))

    async def check_store(self, directory: Path) -> DatabaseSeen:
        return await self.check_database(directory)

    async def port(self, host: str, port: int) -> PortSeen:
        return PortSeen(self.occupant)

    async def keys(self, settings: Settings) -> KeysSeen:
        return self.listed

    async def certificate(self, certificate_file: Path, key_file: Path | None) -> CertificateSeen:
        return self.own_certificate
