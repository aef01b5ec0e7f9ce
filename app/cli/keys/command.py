"""`headgate keys create | list | rotate | revoke | hash`.

The key itself, which nobody can show a second time, goes to standard output and nothing else does; what a person wants to know
besides goes to standard error. So `headgate keys create ci > key.txt` does what one thinks.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from app.callers.caller import KEY_PREFIX
from app.callers.key import digest, looks_right, new_key
from app.callers.key_file import UnreadableKeys
from app.cli.keys import kept
from app.cli.keys.listing import as_listed, table
from app.cli.loading import loaded_or_told
from app.settings import Loaded
from app.settings.moments import moment_of, written_moment

DONE: Final = 0
FAILED: Final = 1
AT_FAULT: Final = 2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What each of the commands is given.

    Attributes:
        config_path: The configuration that names the file of keys; None: as for every command.
        environ: The environment.
        working_directory: Relative paths count from here.
        output: For the key.
        errors: For everything else.
        now: Seconds since the epoch.
    """

    config_path: Path | None
    environ: Mapping[str, str]
    working_directory: Path
    output: TextIO
    errors: TextIO
    now: float


class _Refused(Exception):
    """The command line is at fault; the text says how."""


Command = Callable[[Loaded, Path], None]


def create(
    given: Surroundings,
    name: str,
    *,
    options: Mapping[str, Any],
    expires_at: float | None = None,
    as_json: bool = False,
) -> int:
    """Makes a caller with a key: 0; 1 when the file cannot be written; 2 when there is one of that name.

    Args:
        given: The surroundings.
        name: Of the caller.
        options: The other fields of its section in `callers.keys`, valid; null, false and empty ones are left out.
        expires_at: When the key ends (seconds since the epoch); None: never.
        as_json: Whether the key is printed with what belongs to it.
    """

    def run(loaded: Loaded, file: Path) -> None:
        if name in loaded.settings.callers.keys:
            raise _Refused(f"there is a key called {name} in {loaded.file or 'the environment'}")
        key = new_key()
        with kept.changing(file) as keys:
            if name in keys:
                raise _Refused(
                    f"there is a key called {name} in {file}; headgate keys rotate {name} makes it a new one, keys revoke ends it"
                )
            is_first = not keys and not loaded.settings.callers.keys
            said = {field: value for field, value in options.items() if value}
            keys[name] = {"hashes": [_hash(key, given.now, expires_at)], **said}
        _give(given, name, key, expires_at, file, as_json=as_json)
        print(
            f"made the key of {name}, shown this once; its hash is in {file}\n"
            f"ends: {'never' if expires_at is None else written_moment(expires_at)}\n"
            f"send it as:  Authorization: Bearer {KEY_PREFIX}…  or  X-API-Key: {KEY_PREFIX}…  or as a client's GitHub token",
            file=given.errors,
        )
        if is_first:
            print("it is the first: from now on nobody is served without a key", file=given.errors)

    return _run(given, run)


def rotate(
    given: Surroundings, name: str, *, overlap_seconds: float, expires_at: float | None = None, as_json: bool = False
) -> int:
    """Makes a caller's next key; those it has end after the overlap. 0; 1 when the file cannot be written; 2 when there is no
    such caller in it.

    Args:
        given: The surroundings.
        name: Of the caller.
        overlap_seconds: For how long the keys before it are still good.
        expires_at: When the new key ends; None: it lives as long as the newest before it was made for.
        as_json: As for `create`.
    """

    def run(loaded: Loaded, file: Path) -> None:
        key, old_end = new_key(), given.now + overlap_seconds
        with kept.changing(file) as keys:
            hashes = _of(name, keys, loaded, file)["hashes"]
            ends = expires_at
            if ends is None and (lifetime := _lifetime_seconds(hashes[-1])) is not None:
                ends = given.now + lifetime
            old = [{**each, "expires": written_moment(min(_end(each, old_end), old_end))} for each in hashes]
            live = [each for each in old if _end(each, old_end) > given.now]
            keys[name]["hashes"] = [*live, _hash(key, given.now, ends)]
        _give(given, name, key, ends, file, as_json=as_json)
        until = f"those before it end by {written_moment(old_end)}" if live else "it is the only one that is good"
        print(
            f"made the next key of {name}, shown this once; {until}\n"
            f"ends: {'never' if ends is None else written_moment(ends)}",
            file=given.errors,
        )

    return _run(given, run)


def revoke(given: Surroundings, name: str) -> int:
    """Ends all keys of a caller; the codes are as for `rotate`."""

    def run(loaded: Loaded, file: Path) -> None:
        with kept.changing(file) as keys:
            _of(name, keys, loaded, file)
            del keys[name]
        print(f"revoked: within a second nobody is {name} any more", file=given.errors)
        if not keys and not loaded.settings.callers.keys:
            print(
                f"no key is left, and nobody is served; to need none again, remove {file} and start the gateway anew",
                file=given.errors,
            )

    return _run(given, run)


def show_list(given: Surroundings, *, as_json: bool) -> int:
    """Lists callers, of the file and of the configuration. Nothing that is shown helps to find a key."""

    def run(loaded: Loaded, file: Path) -> None:
        written = kept.read(file)
        given_keys = {name: kept.plain(key) for name, key in loaded.settings.callers.keys.items()}
        rows = [as_listed(name, key, str(file), given.now) for name, key in written.items() if name not in given_keys]
        rows += [as_listed(name, key, loaded.file or "environment", given.now) for name, key in given_keys.items()]
        rows.sort(key=lambda row: row["name"])
        if as_json:
            print(json.dumps(rows, indent=2), file=given.output)
        elif rows:
            print(table(rows), file=given.output)
        else:
            print("no keys: headgate keys create NAME makes one", file=given.errors)

    return _run(given, run)


def print_hash(source: Callable[[], str], output: TextIO, errors: TextIO) -> int:
    """Reads a key and prints what is kept of it: 0; 2 when it is none. A word that a person made up is no key: its hash would
    give it away.
    """
    key = source().strip()
    if not looks_right(key):
        why = (
            "a letter of it is missing or wrong"
            if key.startswith(KEY_PREFIX)
            else f"it does not begin with {KEY_PREFIX}"
        )
        print(f"expected a key on standard input, as headgate keys create makes it, but {why}", file=errors)
        return AT_FAULT
    print(digest(key).hex(), file=output)
    return DONE


def _run(given: Surroundings, command: Command) -> int:
    loaded = loaded_or_told(
        given.config_path, given.environ, given.working_directory, {}, given.errors, for_serving=False
    )
    if loaded is None:
        return AT_FAULT
    file = given.working_directory / loaded.settings.callers.key_file
    try:
        command(loaded, file)
    except _Refused as refused:
        print(refused, file=given.errors)
        return AT_FAULT
    except UnreadableKeys as unreadable:
        print(f"{file} is no file of keys: {unreadable}", file=given.errors)
        return AT_FAULT
    except kept.NotKept as problem:
        print(problem, file=given.errors)
        return FAILED
    return DONE


def _of(name: str, keys: kept.Written, loaded: Loaded, file: Path) -> dict[str, Any]:
    if name in keys:
        return keys[name]
    if name in loaded.settings.callers.keys:
        where = loaded.file or "the environment"
        raise _Refused(f"the key of {name} stands in {where} (callers.keys.{name}): change it there")
    raise _Refused(f"there is no key called {name} in {file}; headgate keys list shows what there is")


def _hash(key: str, now: float, expires_at: float | None) -> dict[str, str]:
    kept_of_it = {"sha256": digest(key).hex(), "created": written_moment(now)}
    return kept_of_it if expires_at is None else {**kept_of_it, "expires": written_moment(expires_at)}


def _end(hashed: Mapping[str, str], otherwise: float) -> float:
    expires = hashed.get("expires")
    return otherwise if expires is None else moment_of(expires)


def _lifetime_seconds(hashed: Mapping[str, str]) -> float | None:
    created, expires = hashed.get("created"), hashed.get("expires")
    if created is None or expires is None:
        return None
    seconds = moment_of(expires) - moment_of(created)
    return seconds if seconds > 0 else None


def _give(given: Surroundings, name: str, key: str, expires_at: float | None, file: Path, *, as_json: bool) -> None:
    """Prints the key, once it is kept."""
    if as_json:
        expires = None if expires_at is None else written_moment(expires_at)
        print(json.dumps({"name": name, "key": key, "expires": expires, "file": str(file)}), file=given.output)
    else:
        print(key, file=given.output)
    given.output.flush()
