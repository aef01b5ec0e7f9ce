"""What probes bring home: plain values, made by hand in tests. None of them holds a credential."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from app.settings import Settings, UpstreamSettings
from app.transport.dialect import Quota


class Step(Enum):
    """How far one gets on the way to an upstream; the value names what comes next."""

    NAME = "name"
    CONNECTION = "connection"
    PROXY = "proxy"
    TLS = "tls"
    THERE = "there"


@dataclass(frozen=True, slots=True)
class Reached:
    """The way to an upstream.

    Attributes:
        step: Where it ended; `THERE` when nothing stood in the way.
        problem: Why; empty when nothing did.
        address: The one that answered.
        seconds: How long the way took.
        certificate_ends_at: Of upstream's certificate (seconds since the epoch); None without TLS.
        certificate_problem: Of OpenSSL's numbers for what is wrong with a certificate (10: expired); 0: something else.
    """

    step: Step
    problem: str = ""
    address: str = ""
    seconds: float = 0.0
    certificate_ends_at: float | None = None
    certificate_problem: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What an upstream says about the gateway's credential there.

    Attributes:
        status: None: it did not answer.
        problem: Why it did not, free of secrets.
        asked_at: When (seconds since the epoch, this machine's clock).
        answered_at: The same.
        date: What upstream's clock said (its Date field, seconds since the epoch).
        scopes: GitHub's X-OAuth-Scopes; None where it says none.
        expires: GitHub's github-authentication-token-expiration, as it came; empty: it never does, or nobody says.
        quotas: What is left.
    """

    status: int | None
    problem: str = ""
    asked_at: float = 0.0
    answered_at: float = 0.0
    date: float | None = None
    scopes: str | None = None
    expires: str = ""
    quotas: tuple[Quota, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file or directory, or the place where it will be.

    Attributes:
        path: As the settings have it.
        exists: Whether anything is there.
        is_file: Whether it is a regular file.
        is_directory: Whether it is a directory.
        owner: Its user's number; of the nearest directory there is, where it is missing.
        mode: Its permissions.
        size_bytes: Of a file.
        readable: By this process.
        writable: The same; of the nearest directory there is, where it is missing.
        free_bytes: What is left on its file system for who is not root; None: nobody could say.
        problem: Why nothing could be seen of it.
    """

    path: Path
    exists: bool = True
    is_file: bool = True
    is_directory: bool = False
    owner: int = 0
    mode: int = 0o600
    size_bytes: int = 0
    readable: bool = True
    writable: bool = True
    free_bytes: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseSeen:
    """What SQLite says of a file.

    Attributes:
        exists: Whether there is one.
        damage: The first thing that is wrong with it; empty: nothing was found.
        whole: Whether all of it was looked through in the time there was.
        size_bytes: Of its file.
    """

    exists: bool
    damage: str = ""
    whole: bool = True
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class KeySeen:
    """One hash of a caller's key.

    Attributes:
        name: The caller's.
        expires_at: Seconds since the epoch; None: never.
        operator: Whether it is an operator's.
    """

    name: str
    expires_at: float | None = None
    operator: bool = False


@dataclass(frozen=True, slots=True)
class KeysSeen:
    """Callers' keys, of the settings and of their file.

    Attributes:
        keys: Those that can be read.
        problem: Why the file's cannot be; empty where they can.
        needed: Whether nobody is served without one. That is so with any file that is not empty, also one without a key.
    """

    keys: tuple[KeySeen, ...] = ()
    problem: str = ""
    needed: bool = False


class Occupant(Enum):
    """Who has a port."""

    NOBODY = "nobody"
    HEADGATE = "headgate"
    HEADGATE_NOT_READY = "headgate, not ready"
    SOMEBODY = "somebody"
    NOT_TO_BE_HAD = "not to be had"


@dataclass(frozen=True, slots=True)
class PortSeen:
    """The address to listen on.

    Attributes:
        occupant: Who has it.
        problem: Why it is not to be had.
    """

    occupant: Occupant
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CertificateSeen:
    """The gateway's own certificate.

    Attributes:
        ends_at: Seconds since the epoch; None: it cannot be used.
        problem: Why it cannot.
    """

    ends_at: float | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the process and its interpreter are.

    Attributes:
        user: The number of the user that it runs as.
        python: Its version.
        installed: The version of each distribution that Headgate needs; None: it is missing.
        required: What Headgate says that it needs of each (`>=3.14,<3.15`).
        open_files: How many a process may have open at most (the hard limit); None: any number.
    """

    user: int
    python: tuple[int, int, int]
    installed: Mapping[str, str | None] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    open_files: int | None = None


class Probes(Protocol):
    """Where facts come from: the real world, or a test's. Each is back within `PROBE_SECONDS` or so, and never raises for
    what it meets.
    """

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def machine(self) -> Machine: ...

    def mode_of(self, path: str) -> int | None:
        """The permissions of a file; None: nobody can say."""
        ...

    async def reach(self, upstream: UpstreamSettings) -> Reached: ...

    async def ask(self, name: str) -> Answered:
        """What the upstream of this name says of quotas, by the gateway's own credential. Costs none of them."""
        ...

    async def see(self, path: Path) -> FileSeen:
        """A place by its path in the settings, as all paths here."""
        ...

    async def check_database(self, path: Path) -> DatabaseSeen:
        """Looks through one that is this user's own: SQLite makes files beside it, which the gateway must be able to use."""
        ...

    async def check_store(self, directory: Path) -> DatabaseSeen:
        """The same for the newest one in the directory of the cache."""
        ...

    async def port(self, host: str, port: int) -> PortSeen: ...

    async def keys(self, settings: Settings) -> KeysSeen: ...

    async def certificate(self, certificate_file: Path, key_file: Path | None) -> CertificateSeen: ...


PROBE_SECONDS = 5.0
"""How long any probe may take."""
