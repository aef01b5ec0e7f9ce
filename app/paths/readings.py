"""What a percent-encoded path says to whoever resolves it.

A path is read by several programs one after the other, and each may undo something: escapes (once more than it should),
UTF-8 in forms that are none, `;parameters`, a backslash. What checks a path must see what any of them may see.
"""

import re
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote_to_bytes

_ESCAPE_OF_IIS: Final = re.compile(r"%u([0-9a-f]{4})", re.IGNORECASE)
_LAYERS: Final = 8
"""How often escapes are undone at most; what goes deeper was made to deceive."""

_LOOKALIKES: Final = str.maketrans({"\u2044": "/", "\u2215": "/", "\u2216": "\\"})
"""Some code pages have no better character for these; Unicode itself (NFKC) folds the others."""

_is_overlong = re.compile(rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}").search
_breaks = re.compile(r"[\0\r\n]").search


class Deceptive(ValueError):
    """Two readers of such a path need not see the same. Its text says why, and shows nothing of it."""


def readings(path: str) -> tuple[str, ...]:
    """What `path` may be taken for by who undoes its escapes never, once, twice, …: the last holds none any more.

    Raises:
        Deceptive: It holds an encoded NUL or line break, a character in more bytes than it takes (RFC 3629 section 3
            forbids to decode them; who does may find a dot or a slash), or more layers of escapes than anybody means.
    """
    found = [path]
    while "%" in path or not path.isascii():
        raw = unquote_to_bytes(_ESCAPE_OF_IIS.sub(_character, path).encode(errors="surrogateescape"))
        if _is_overlong(raw):
            raise Deceptive("holds an encoded character in more bytes than it takes")
        # Some fold what only looks like a dot or a slash into one (U+FF0E, U+2025).
        path = normalize("NFKC", raw.decode(errors="surrogateescape")).translate(_LOOKALIKES)
        if path == found[-1]:
            break
        if _breaks(path):
            raise Deceptive("holds an encoded line break or NUL")
        if len(found) > _LAYERS:
            raise Deceptive("is encoded more often than anybody reads it")
        found.append(path)
    return tuple(found)


def objection(path: str) -> str | None:
    """Why some server could find another place than `path` seems to name: it could read a `.` or `..` segment in it, or
    something `Deceptive`. None: all find the same.
    """
    if not ("%" in path or "/." in path or "\\" in path or path.startswith(".")):  # as of most paths
        return None
    try:
        read = readings(path)
    except Deceptive as error:
        return str(error)
    if any(_bare(segment) in {".", ".."} for one in read for segment in one.replace("\\", "/").split("/")):
        return "a '.' or '..' segment names nothing"
    return None


def _bare(segment: str) -> str:
    """Without what some servers take off: parameters (`..;a=b`), white space around it."""
    return segment.partition(";")[0].strip()


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)
