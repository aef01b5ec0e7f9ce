"""Where a part of a JSON document begins and ends, found in its bytes and without reading the rest.

A quote that no backslash stands before begins a string or ends one. What follows the end of a string is no name, so
that `"name"` after such a quote is one.
"""

import re
from collections.abc import Iterator
from typing import Final

_SPACE: Final = rb"[ \t\n\r]*+"
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN: Final = rb'[^\[\]{}"]++'

_opens = re.compile(_SPACE + b":" + _SPACE + rb"(?=[\[{])").match
_shallow = re.compile(
    rb"\{(?:%(plain)s|%(string)s|\{(?:%(plain)s|%(string)s)*+\})*+\}" % {b"plain": _PLAIN, b"string": _STRING},
    re.DOTALL,
).match
"""An object with no more than flat objects in it, as most are: found at the speed of C."""
_tokens = re.compile(_STRING + rb"|[\[\]{}]", re.DOTALL).finditer


def openings(content: bytes, name: bytes) -> Iterator[tuple[int, int]]:
    """Where each object or list is that stands under `name`: the beginning of its name, and its own.

    Args:
        name: With its quotes.
    """
    at = content.find(name)
    while at >= 0:
        after = at + len(name)
        if (value := _opens(content, after)) is not None and content[at - 1 : at] != b"\\":
            yield at, value.end()
        at = content.find(name, after)


def end_of(content: bytes, opening: int) -> int:
    """Where the object or list ends that begins at `opening`: past its last byte, or the end of what is cut off."""
    if (whole := _shallow(content, opening)) is not None:
        return whole.end()
    level = 0
    for token in _tokens(content, opening):
        level += _step(token[0])
        if level == 0:
            return token.end()
    return len(content)


def depth(content: bytes, opening: int, at: int) -> int:
    """How many objects and lists are open at `at`, counted from the one that begins at `opening`."""
    return sum(_step(token[0]) for token in _tokens(content, opening, at))


def name_before(content: bytes, quote: int) -> bytes:
    """The name that ends at `quote`, as it is written."""
    start = content.rfind(b'"', 0, quote)
    while content[start - 1 : start] == b"\\":  # a quote in the name
        start = content.rfind(b'"', 0, start)
    return content[start + 1 : quote]


def _step(token: bytes) -> int:
    return 1 if token in {b"[", b"{"} else -1 if token in {b"]", b"}"} else 0
