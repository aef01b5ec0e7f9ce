"""Judges the machine: the address to listen on, open files, versions, the gateway's own certificate."""

from collections.abc import Iterator
from typing import Final

from app import __version__
from app.cli.amounts import said
from app.cli.doctor.facts import CertificateSeen, Machine, Occupant, PortSeen
from app.cli.doctor.finding import Finding, failure, fine, warning
from app.cli.doctor.upstreams import SOON_SECONDS
from app.cli.open_files import files_besides
from app.settings import Settings


def judge_port(host: str, port: int, seen: PortSeen) -> Finding:
    """Whether the gateway can listen, or does already."""
    check, where = "address", f"{host}:{port}"
    match seen.occupant:
        case Occupant.NOBODY:
            return fine(check, f"{where} is free" if port else f"{host}, at whichever port is free")
        case Occupant.HEADGATE:
            return fine(check, f"a Headgate answers at {where}, and is ready")
        case Occupant.HEADGATE_NOT_READY:
            return warning(check, f"a Headgate answers at {where}, and is not ready", "it starts, or drains; ask again")
        case Occupant.SOMEBODY:
            advice = f"find out who has it (ss -ltnp 'sport = :{port}'), or set server.port"
            return failure(check, f"another program listens at {where}", advice)
        case Occupant.NOT_TO_BE_HAD:
            advice = "server.host has to be an address of this machine; a port below 1024 wants CAP_NET_BIND_SERVICE"
            return failure(check, f"{where}: {seen.problem}", advice)


def judge_open_files(settings: Settings, machine: Machine) -> Finding:
    """Whether a worker may have as many connections open as its settings let it."""
    needed = settings.server.limits.connections + files_besides(settings)
    if machine.open_files is None or machine.open_files >= needed:
        allowed = "any number" if machine.open_files is None else f"{machine.open_files:,}"
        return fine("open files", f"{allowed} for each process, and a worker needs {needed:,} at most")
    advice = "raise it (LimitNOFILE=, ulimit -Hn), or lower server.limits.connections"
    return warning("open files", f"{machine.open_files:,} for each process, and a worker may need {needed:,}", advice)


def judge_versions(machine: Machine) -> Finding:
    """Whether what is installed is what Headgate was made with."""
    python = ".".join(map(str, machine.python))
    wrong = [
        f"{name} is missing"
        if machine.installed.get(name) is None
        else f"{name} {machine.installed[name]} is not {range_}"
        for name, range_ in machine.required.items()
        if not fits(machine.installed.get(name), range_)
    ]
    found = f"Headgate {__version__}, Python {python}"
    if wrong:
        return warning("versions", f"{found}; {', '.join(wrong)}", "install from requirements/runtime.txt")
    shown = [
        f"{name} {machine.installed[name]}" for name in ("sanic", "aiohttp", "uvloop") if machine.installed.get(name)
    ]
    return fine("versions", ", ".join([found, *shown]))


def judge_certificate(seen: CertificateSeen, now: float) -> Finding:
    """The gateway's own certificate."""
    check = "certificate"
    if seen.ends_at is None:
        return failure(check, seen.problem, "look at server.tls.certificate_file and server.tls.key_file")
    if seen.ends_at <= now:
        return failure(check, "has expired", "renew it, and let the gateway take it up: headgate reload")
    found = f"good for {said(seen.ends_at - now)}"
    if seen.ends_at - now < SOON_SECONDS:
        return warning(check, found, "renew it, and let the gateway take it up: headgate reload")
    return fine(check, found)


def fits(version: str | None, range_: str) -> bool:
    """Whether a version lies in a range such as `>=3.14,<3.15`. What of a version is no number does not count."""
    if version is None:
        return False
    here = tuple(_numbers(version))
    longest = 6  # numbers; the rest of the shorter one counts as zeros
    for part in filter(None, range_.split(",")):
        operator = part.rstrip("0123456789.")
        bound = tuple(_numbers(part.removeprefix(operator)))
        one, other = (numbers + (0,) * (longest - len(numbers)) for numbers in (here, bound))
        if operator in _HOLDS and not _HOLDS[operator](one, other):
            return False
    return True


_HOLDS: Final = {
    ">=": tuple.__ge__,
    "<": tuple.__lt__,
    ">": tuple.__gt__,
    "<=": tuple.__le__,
    "==": tuple.__eq__,
    "!=": tuple.__ne__,
}


def _numbers(version: str) -> Iterator[int]:
    for part in version.split("."):
        digits = "".join(character for character in part if character.isdigit())
        if not part[:1].isdigit():
            return
        yield int(digits)
