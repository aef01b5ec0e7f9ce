"""Where a part of a JSON document begins and ends, found in its bytes and without reading the rest.

A quote that is not escaped begins a string or ends one; what a colon follows is a name.
"""

import re
from typing import Final

_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN: Final = rb'[^\[\]{}"]++'

_shallow = re.compile(
    rb"\{(?:%(plain)s|%(string)s|\{(?:%(plain)s|%(string)s)*+\})*+\}" % {b"plain": _PLAIN, b"string": _STRING},
    re.DOTALL,
).match
"""An object with no more than flat objects in it, as most are: found at the speed of C."""
_tokens = re.compile(_STRING + rb"|[\[\]{}]", re.DOTALL).finditer


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
    while start > 0 and _is_escaped(content, start):
        start = content.rfind(b'"', 0, start)
    return content[start + 1 : quote]


def _is_escaped(content: bytes, at: int) -> bool:
    """Whether an odd number of backslashes stands before."""
    first = at
    while content[first - 1 : first] == b"\\":
        first -= 1
    return (at - first) % 2 == 1


def _step(token: bytes) -> int:
    return 1 if token in {b"[", b"{"} else -1 if token in {b"]", b"}"} else 0
