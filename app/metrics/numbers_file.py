"""The form in which a process writes its numbers into a file, where others read them while it counts on.

    bytes 0-7    how many bytes are in use, these included
    bytes 8-15   which form this is
    then         numbers: the length of the key, the key as a JSON list with blanks to the next eighth byte, a double

All integers and doubles are 8 bytes at multiples of 8, in the machine's own order: each is written at once or not at all,
whenever the process is killed. What is in use is raised after a number stands there as a whole, so whoever reads it first
never reads half of one.
"""

import json
import struct
from collections.abc import Iterator
from typing import Final

from app.metrics.family import Key

WORD: Final = 8
HEAD_BYTES: Final = 2 * WORD
FORM: Final = int.from_bytes(b"hgcount1", "little")

_WORDS: Final = struct.Struct("@QQ")
_LENGTH: Final = struct.Struct("@Q")
_DOUBLE: Final = struct.Struct("@d")


class Garbled(Exception):
    """That is no such file, or it was damaged."""


def head(used_bytes: int = HEAD_BYTES) -> bytes:
    """How a file begins."""
    return _WORDS.pack(used_bytes, FORM)


def written(key: Key, value: float) -> bytes:
    """One number; the double comes last."""
    name = json.dumps(key, separators=(",", ":")).encode()
    padding = -len(name) % WORD
    return _LENGTH.pack(len(name)) + name + b" " * padding + _DOUBLE.pack(value)


class Reader:
    """Reads such files, again and again: the same keys are decoded once."""

    def __init__(self) -> None:
        self._keys: dict[bytes, Key] = {}

    def numbers(self, content: bytes) -> Iterator[tuple[Key, float, int]]:
        """Each key with its value, and the position of that in `content`. A file that was only just made has none.

        Raises:
            Garbled: Perhaps after some that could be read.
        """
        if len(content) < HEAD_BYTES:
            if content.strip(b"\0"):
                raise Garbled
            return
        used, form = _WORDS.unpack_from(content)
        if (used, form) == (0, 0):
            return
        if form != FORM or used > len(content) or used % WORD:
            raise Garbled
        at = HEAD_BYTES
        while at < used:
            (length,) = _LENGTH.unpack_from(content, at)
            value_at = at + WORD + length + -length % WORD
            if value_at + WORD > used:
                raise Garbled
            (value,) = _DOUBLE.unpack_from(content, value_at)
            yield self._key(content[at + WORD : at + WORD + length]), value, value_at
            at = value_at + WORD

    def _key(self, name: bytes) -> Key:
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = _decoded(name)
        return key


def _decoded(name: bytes) -> Key:
    try:
        parts = json.loads(name)
    except ValueError:
        raise Garbled from None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
        raise Garbled
    return tuple(parts)
