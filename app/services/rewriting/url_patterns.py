"""The patterns by which a URL in a field is found in the bytes of JSON."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from app.transport.dialect import UrlFields

_SPACE: Final = rb"[ \t\n\r]*+"
_BOUNDARY: Final = rb'(?:[/"{?#]|\\/)'
"""What may follow a base: more of its path, nothing, a template, a query, a fragment."""


class Quick(NamedTuple):
    r"""Patterns for one base and one way to write JSON; they match nothing but the base itself.

    Attributes:
        base: As it is sought.
        mention: What is written wherever the base is meant, however its scheme is.
        slashed: Whether that may be written in another way, with `\/`.
        compact: For `"name":"value"`.
        spaced: For `"name": "value"`.
    """

    base: bytes
    mention: bytes
    slashed: bool
    compact: re.Pattern[bytes]
    spaced: re.Pattern[bytes]


def quick(fields: UrlFields, base: bytes) -> Quick:
    """Python looks for a text that a pattern begins with at the speed of C, and behind it only where widths are fixed."""
    mention = base.partition(b"://")[2]

    def pattern(between: bytes) -> re.Pattern[bytes]:
        return re.compile(
            re.escape(base) + b"(?=" + _BOUNDARY + b")" + ends_a_name(fields, between + re.escape(base)), re.DOTALL
        )

    return Quick(base, mention, b"/" in mention, pattern(b'":"'), pattern(b'": "'))


def at_names(fields: UrlFields, bases: Sequence[bytes]) -> re.Pattern[bytes]:
    """The end of a field's name whose value begins with one of the bases; each base is a group. What all names end with
    comes first, as in `quick`.
    """
    tail = _common_end([*fields.names, *fields.endings])
    return re.compile(re.escape(tail.encode()) + b'"' + after_name(bases) + ends_a_name(fields, b'"'), re.DOTALL)


def apart(fields: UrlFields) -> re.Pattern[bytes]:
    """What an object or list begins with in which other rules hold, up to its own first byte; its name is the group. The
    quote before it may be one in a name: to look for that here would cost a look at every quote.
    """
    each = b"|".join(re.escape(name.encode()) for name in (*fields.links, *fields.foreign)) or b"(?!)"
    return re.compile(b'"(' + each + b')"' + _SPACE + b":" + _SPACE + rb"(?=[\[{])")


def after_name(bases: Sequence[bytes]) -> bytes:
    """Holds where a value that begins with one of the bases follows."""
    each = b"|".join(b"(" + re.escape(base).replace(b"/", rb"\\?/") + b")" for base in bases)
    return b"(?=" + _SPACE + b":" + _SPACE + b'"(?:' + each + b")" + _BOUNDARY + b")"


def ends_a_name(fields: UrlFields, then: bytes) -> bytes:
    """Holds behind the name of a field and what comes `then`, a pattern of fixed width."""
    if not fields.names and not fields.endings:
        return b"(?!)"
    each = [_behind(rb'[^\\]"', [name], then) for name in fields.names]
    each += [_behind(b"", [ending], then) for ending in fields.endings]
    found = b"(?:" + b"|".join(each) + b")"
    for _, names in groupby(sorted(fields.exceptions, key=len), key=len):  # those of one width at one go
        found += _behind(rb'[^\\]"', names, then).replace(b"(?<=", b"(?<!", 1)
    return found


def _behind(before: bytes, names: Iterable[str], then: bytes) -> bytes:
    each = b"|".join(re.escape(name.encode()) for name in names)
    return b"(?<=" + before + b"(?:" + each + b")" + then + b")"


def _common_end(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    least, most = min(text[::-1] for text in texts), max(text[::-1] for text in texts)
    length = next((at for at, (one, other) in enumerate(zip(least, most, strict=False)) if one != other), len(least))
    return least[:length][::-1]
