"""How servers read a path, each in its own way: no two of them need find the same file."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

Reader = Callable[[str], str]


def standard(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    found: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            found = found[:-1] or [""]
        elif segment != ".":
            found.append(segment)
    return "/".join(found) or "/"


def decoding(path: str) -> str:
    """First the escapes, then the segments, in Latin-1 so that any byte is a character."""
    return standard(unquote_to_bytes(path).decode("latin-1"))


def decoding_twice(path: str) -> str:
    return decoding(unquote_to_bytes(path).decode("latin-1"))


def with_backslashes(path: str) -> str:
    """As on Windows."""
    return standard(unquote_to_bytes(path).decode("latin-1").replace("\\", "/"))


def without_parameters(path: str) -> str:
    """As in a servlet container."""
    return decoding(re.sub(r";[^/]*", "", path))


def merging_slashes(path: str) -> str:
    """As nginx does by default."""
    return standard(re.sub("/{2,}", "/", unquote_to_bytes(path).decode("latin-1")))


def lenient_utf8(path: str) -> str:
    """Takes a character in two bytes where one would do."""
    raw = unquote_to_bytes(path).decode("latin-1")
    raw = re.sub(r"[\xc0\xc1][\x80-\xbf]", lambda two: chr((ord(two[0][0]) & 3) << 6 | ord(two[0][1]) & 63), raw)
    return standard(raw.replace("\\", "/"))


def trimming(path: str) -> str:
    """Leaves out white space and what follows a NUL."""
    segments = unquote_to_bytes(path).decode("latin-1").split("/")
    return standard("/".join(segment.partition("\0")[0].strip() for segment in segments))


READERS: tuple[Reader, ...] = (
    standard, decoding, decoding_twice, with_backslashes, without_parameters, merging_slashes, lenient_utf8, trimming,
)  # fmt: skip


def readings(target: str) -> Iterator[tuple[str, str]]:
    """Where each reader finds what a target names, by the reader's name."""
    path = target.partition("?")[0]
    for reader in READERS:
        yield reader.__name__, reader(path)
