"""The keys of this gateway: those of the configuration, and those of a file that is read again when it changes."""

import asyncio
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Final, NamedTuple

from app.callers.caller import Caller
from app.callers.entry import Entries, KeyEntry
from app.callers.key import digest
from app.callers.key_file import KeyFile, Look, Version
from app.callers.scope import Decisions, PathScope
from app.callers.shared import SharedAllowance, SharedRate, UseTable
from app.logs.logger import logger_of

logger = logger_of(__name__)

MOST_SEEN: Final = 10_000
LOOK_SECONDS: Final = 1.0
"""How often the file should be looked at."""


class _Held(NamedTuple):
    digest: bytes
    expires_at: float
    caller: Caller


_NOBODY: Final = _Held(bytes(32), 0.0, Caller("-"))
"""Compared with where there is no such key, and good for nothing."""


class KeyRing:
    """Implements `Keys`.

    Whoever has had a key once wants nobody to be served without one: neither an empty file, nor one that is broken, closed to us
    or gone opens the gateway, as long as it runs. A broken or closed one keeps the keys that were read before; one that is gone
    has none.

    Args:
        given: The keys of the configuration. Where the file has one of the same name, they count.
        file: None: there is none.
        bases: Where paths of rules without a first slash begin, as in `PathScope`.
        table: How much each has used.
    """

    def __init__(
        self,
        given: Entries,
        file: KeyFile | None = None,
        *,
        bases: Sequence[str] = (),
        table: UseTable | None = None,
    ) -> None:
        self._given = given
        self._file = file
        self._bases = tuple(bases)
        self._table = UseTable() if table is None else table
        self._decisions = Decisions()
        self._version: Version | None = None
        self._kept: Entries = {}
        self._callers: dict[str, tuple[KeyEntry, Caller]] = {}
        self._held: Mapping[bytes, _Held] = {}
        self._seen: dict[str, _Held] = {}  # good ones, by themselves: each request of a key would hash it anew
        if given:
            self._table.note_keys()
        self._arrange()
        if file is not None and (found := file.look(None)) is not None:
            self._take(found)

    @property
    def any(self) -> bool:
        """As in `Keys`."""
        return self._table.had_keys

    def caller(self, presented: str, now: float) -> Caller | None:
        """As in `Keys`. A key is looked for by its hash, which nobody can choose: how long that takes tells nothing of any. One that was good
        is remembered whole, where a secret of this process (Python's seed of `hash`) says whether it is looked at at all.
        """
        held = self._seen.get(presented)
        if held is None:
            hashed = digest(presented)
            held = self._held.get(hashed, _NOBODY)
            if not compare_digest(hashed, held.digest):
                return None
            if len(self._seen) < MOST_SEEN:
                self._seen[presented] = held
        return held.caller if now < held.expires_at else None

    async def refresh(self) -> None:
        """Takes up what has changed in the file. Read in a thread: nobody waits for a disk, or for a long list of keys."""
        if self._file is not None and (found := await asyncio.to_thread(self._file.look, self._version)) is not None:
            self._take(found)

    def _take(self, found: Look) -> None:
        assert self._file is not None  # noqa: S101 -- something was found in it
        is_first, self._version = self._version is None, found.version
        name = str(self._file.path)
        if found.has_content:
            self._table.note_keys()
        if found.entries is None:
            logger.error("key file refused", file=name, problem=found.problem, keys_kept=len(self._kept))
            return
        if not found.has_content and self._kept:
            logger.error("key file has nothing in it any more", file=name, keys_lost=len(self._kept))
        elif not is_first:
            logger.info("key file read again", file=name, keys=len(found.entries))
        for twice in sorted(found.entries.keys() & self._given.keys()):
            logger.warning("key of the file is left aside: the configuration has one of that name", name=twice)
        self._kept = found.entries
        self._arrange()

    def _arrange(self) -> None:
        """Callers who are as they were stay: so does what is remembered of their rules."""
        entries = {**self._kept, **self._given}
        before = self._callers
        self._callers = {
            name: before[name] if name in before and before[name][0] == entry else (entry, self._made(name, entry))
            for name, entry in entries.items()
        }
        self._seen.clear()
        self._held = {
            kept.digest: _Held(kept.digest, kept.expires_at, caller)
            for entry, caller in self._callers.values()
            for kept in entry.hashes
        }

    def _made(self, name: str, entry: KeyEntry) -> Caller:
        has_rules = entry.allow or entry.deny
        return Caller(
            name,
            entry.urgency,
            entry.operator,
            PathScope(entry.allow, entry.deny, self._bases, self._decisions) if has_rules else None,
            rate=None if entry.rate is None else SharedRate(self._table, name, entry.rate),
            allowance=None if entry.daily_points is None else SharedAllowance(self._table, name, entry.daily_points),
        )
