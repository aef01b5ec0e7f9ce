"""Judges what the gateway keeps: store, keys, book of usage. Whoever runs `doctor` as another user than the gateway's sees
others' files, and is told so.
"""

from collections.abc import Sequence
from typing import Final

from app.cli.amounts import readable_size, said
from app.cli.doctor.facts import DatabaseSeen, FileSeen, KeySeen, KeysSeen
from app.cli.doctor.finding import Finding, failure, fine, warning
from app.cli.doctor.upstreams import SOON_SECONDS
from app.cli.identity_key import KEY_BYTES
from app.settings import Cache

_OTHERS: Final = 0o077
_USAGE_ROOM_BYTES: Final = 64 * 2**20


def judge_store(cache: Cache, directory: FileSeen, database: DatabaseSeen | None, user: int) -> Finding:
    """The cache on disk.

    Args:
        cache: Its settings.
        directory: `cache.path`.
        database: The newest in it; None: it was not looked into, being another user's.
        user: Who looks.
    """
    check, setting = "cache", "cache.path"
    if problem := _unusable_place(check, directory, setting, user, "directory"):
        return problem
    used = 0 if database is None else database.size_bytes
    found = f"{directory.path}: {readable_size(used)} of {readable_size(cache.max_bytes)}"
    if database is not None and database.damage:
        advice = "the gateway sets it aside and begins anew by itself; if that happens again, look at the disk"
        return warning(check, f"{directory.path} is damaged: {database.damage}", advice)
    if directory.free_bytes is not None and directory.free_bytes + used < cache.max_bytes:
        found += f", but only {readable_size(directory.free_bytes)} are free"
        return warning(check, found, "make room, or lower cache.max_bytes: on a full disk nothing new is kept")
    if not directory.exists:
        found = f"{directory.path}: made at the first start"
    elif database is not None and not database.whole:
        found += "; too large to be looked through in the time there was"
    return fine(check, found)


def judge_usage(file: FileSeen, database: DatabaseSeen | None, user: int) -> Finding:
    """The book of who spent what; arguments as for the store."""
    check, setting = "usage", "usage.path"
    if problem := _unusable_place(check, file, setting, user, "file"):
        return problem
    if database is not None and database.damage:
        advice = "the gateway sets it aside and begins a new one; what is in the old one may still be read by sqlite3"
        return warning(check, f"{file.path} is damaged: {database.damage}", advice)
    if file.free_bytes is not None and file.free_bytes < _USAGE_ROOM_BYTES:
        return warning(check, f"{file.path}: only {readable_size(file.free_bytes)} are free", "make room on its disk")
    return fine(check, f"{file.path}: {readable_size(file.size_bytes) if file.exists else 'made at the first start'}")


def judge_identity_key(file: FileSeen, user: int) -> Finding:
    """The key that hashes callers' credentials: nobody's but the gateway's own."""
    check, setting = "identity key", "identity.key_file"
    if problem := _unusable_place(check, file, setting, user, "file"):
        return problem
    if not file.exists:
        return fine(check, f"{file.path}: made at the first start")
    if file.mode & _OTHERS:
        return failure(check, f"{file.path}: others may use it (mode {file.mode:04o})", f"chmod 600 {file.path}")
    if file.size_bytes < KEY_BYTES:
        advice = "remove it: a new one is made, with which nobody finds what was kept for them"
        return failure(check, f"{file.path}: too short for a key ({file.size_bytes} bytes)", advice)
    return fine(check, f"{file.path}: its owner's alone")


def judge_keys(file: FileSeen, seen: KeysSeen, now: float) -> list[Finding]:
    """Callers' keys: the file, and which of them end soon.

    Args:
        file: `callers.key_file`.
        seen: What is in it and in the settings.
        now: Seconds since the epoch.
    """
    check = "keys"
    if seen.problem:
        advice = f"mend it: a gateway that starts now serves {'those of the settings' if seen.keys else 'nobody'}"
        return [failure(check, f"{file.path} cannot be used: {seen.problem}", advice)]
    if not seen.keys and seen.needed:
        advice = (
            f"headgate keys create NAME makes one; without that file ({file.path}) nobody on this machine needs one"
        )
        return [failure(check, "there is none left, so that nobody is served", advice)]
    if not seen.keys:
        return [fine(check, "none: nobody needs one")]
    return [_counted(check, seen.keys), *_ending(seen.keys, now)]


def _counted(check: str, keys: Sequence[KeySeen]) -> Finding:
    names = {key.name for key in keys}
    operators = len({key.name for key in keys if key.operator})
    found = f"{len(names)} caller{'s' * (len(names) != 1)}, {operators} of them operators"
    return fine(check, found)


def _ending(keys: Sequence[KeySeen], now: float) -> list[Finding]:
    """A caller whose last key ends: while it changes keys, it has a newer one."""
    findings = []
    for name in sorted({key.name for key in keys}):
        ends = [key.expires_at for key in keys if key.name == name]
        last = None if None in ends else max(end for end in ends if end is not None)
        advice = f"headgate keys rotate {name} makes the next one"
        if last is not None and last <= now:
            findings.append(
                warning(f"key of {name}", f"ended {said(now - last)} ago", f"{advice}; keys revoke ends it")
            )
        elif last is not None and last - now < SOON_SECONDS:
            findings.append(warning(f"key of {name}", f"ends in {said(last - now)}", advice))
    return findings


def _unusable_place(check: str, seen: FileSeen, setting: str, user: int, kind: str) -> Finding | None:
    """What keeps this user from it, whatever it is for."""
    if seen.problem:
        return failure(check, f"{seen.path}: {seen.problem}", f"look at {setting}")
    is_right = seen.is_directory if kind == "directory" else seen.is_file
    if seen.exists and not is_right:
        return failure(check, f"{seen.path} is no {kind}", f"{setting} names a {kind}")
    if seen.exists and seen.owner != user:
        advice = "run doctor as the gateway's own user, or give it to that user (chown)"
        return warning(check, f"{seen.path} belongs to user {seen.owner}, and this is user {user}", advice)
    if not seen.writable or (seen.exists and not seen.readable):
        where = seen.path if seen.exists else f"the place of {seen.path}"
        return failure(
            check, f"{where} is closed to user {user}", f"make it writable for that user, or change {setting}"
        )
    return None
