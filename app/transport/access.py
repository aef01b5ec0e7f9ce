"""What of an upstream its mount offers: by which methods, and which paths."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from app.errors import MethodNotOffered, PathNotOffered
from app.paths.patterns import expression
from app.paths.readings import Deceptive, readings

_is_ambiguous = re.compile(r"[^A-Za-z0-9_~!$&'()*+,=:@./-]|//|\.(?:/|$)").search
"""Escapes, parameters, a backslash, an empty segment, a dot at the end of one: some server leaves it out or undoes it."""
_UNRESERVED_ESCAPE: Final = re.compile(r"%(?:4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae]|3[0-9]|2[de])", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_SLASHES: Final = re.compile("/{2,}")


@dataclass(frozen=True, slots=True)
class Offer:
    """Some paths, by some methods.

    Attributes:
        methods: HEAD goes wherever GET may; empty: all.
        patterns: Over the path of a target without its first slash: `*` stands for characters of one segment, `**` for
            any, `{sha}` for the full SHA of a git object.
    """

    methods: frozenset[str]
    patterns: tuple[str, ...]


class Access:
    """What is offered: what none of the offers fits is refused, and where there is none at all everything is offered.

    A path that could be read in several ways (`%2F`, `;v=1`, `a//b`, `x.`) fits a pattern where it does in each of them,
    the pattern being read in the same way: nobody gets around one by another writing.
    """

    def __init__(self, upstream: str, offers: Sequence[Offer] = ()) -> None:
        """`upstream` is named in errors."""
        self._upstream = upstream
        self._offers = tuple((offer.methods, tuple(map(_Pattern, offer.patterns))) for offer in offers)

    def check(self, methods: Iterable[str], target: str) -> None:
        """Lets what is offered pass.

        Args:
            methods: The request's, and those that a field would make of it.
            target: Path and query, relative to the base URL.

        Raises:
            PathNotOffered: No offer fits the path.
            MethodNotOffered: One does, by other methods.
        """
        if not self._offers:
            return
        path = target.partition("?")[0]
        fitting = [named for named, patterns in self._offers if any(pattern.fits(path) for pattern in patterns)]
        if not fitting:
            raise PathNotOffered(f"this path of {self._upstream} is not offered here")
        for method in methods:
            if not any(not named or method in named or (method == "HEAD" and "GET" in named) for named in fitting):
                raise MethodNotOffered(method, sorted(_with_head(frozenset().union(*fitting))))


class _Pattern:
    """A pattern in each of the ways in which a path may be read."""

    def __init__(self, pattern: str) -> None:
        written = _written(pattern.lstrip("/"))
        self._written = [re.compile(expression(text)) for text in _seen(written)]
        self._decoded = [re.compile(expression(text)) for text in _seen(_decoded(written))]

    def fits(self, path: str) -> bool:
        path = _written(path)
        if not self._written[0].fullmatch(path):
            return False
        if not _is_ambiguous(path):
            return True
        try:
            undone = readings(path)[1:]
        except Deceptive:
            return False
        return _all_fit(self._written, path) and all(_all_fit(self._decoded, text) for text in undone)


def _all_fit(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return all(pattern.fullmatch(seen) for pattern, seen in zip(patterns, _seen(text), strict=True))


def _with_head(methods: frozenset[str]) -> frozenset[str]:
    return methods | {"HEAD"} if "GET" in methods else methods


def _written(path: str) -> str:
    """In the form in which all writings of the same are equal (RFC 3986 sections 6.2.2.1 and 6.2.2.2)."""
    if "%" not in path:
        return path
    plain = _UNRESERVED_ESCAPE.sub(lambda found: unquote(found[0]), path)
    return _ESCAPE.sub(lambda found: found[0].upper(), plain)


def _decoded(pattern: str) -> str:
    try:
        return readings(pattern)[-1]
    except Deceptive:
        return pattern  # and no path that is written so goes out


def _seen(text: str) -> tuple[str, str, str]:
    """As it is; with a backslash for a slash; and without all that one server or another leaves out."""
    slashed = text.replace("\\", "/")
    bare = re.split(r"[?#]", slashed, maxsplit=1)[0].split("/")
    plain = "/".join(segment.partition(";")[0].strip().rstrip(".") for segment in bare)
    return text, slashed, _SLASHES.sub("/", plain)
