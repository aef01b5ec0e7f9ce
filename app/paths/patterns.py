"""What an operator writes to name paths: patterns, and what they fit in whichever way a path may be read."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from app.paths.readings import Deceptive, readings

_SEGMENT: Final = re.compile(r"\*\*|\*|\{sha\}|[^*{]+|\{")
_SHA: Final = "(?:[0-9a-f]{40}|[0-9a-f]{64})"
_ANY: Final = "**"
_STARS: Final = frozenset({"*", _ANY})

_is_ambiguous = re.compile(r"[^A-Za-z0-9_~!$&'()*+,=:@./-]|//|\.(?:/|$)").search
"""Escapes, parameters, a backslash, an empty segment, a dot at the end of one: some server leaves it out or undoes it."""
_UNRESERVED_ESCAPE: Final = re.compile(r"%(?:4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae]|3[0-9]|2[de])", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_SLASHES: Final = re.compile("/{2,}")


def expression(pattern: str) -> str:
    """`*` stands for characters of one segment, `**` for any, `{sha}` for the full SHA of a git object.

    What follows a star is looked for once, from the left, and never again further on (`(?>…)`): only the last star, and the last
    `**`, have to try, since nothing but the end of the path is left to be met. Else three of them in a pattern and a path of
    8 KB keep a worker busy for minutes.
    """
    steps = _steps(pattern)
    last = len(steps) - 1
    last_any = max((at for at, (star, _) in enumerate(steps) if star == _ANY), default=0)
    found, is_open = steps[0][1], False
    for at, (star, text) in enumerate(steps[1:], start=1):
        if star == _ANY:
            found += ")" if is_open else ""
            is_open = at < last_any
            found += f"(?>.*?{text}" if is_open else f".*{text}"
        else:
            found += f"(?>[^/]*?{text})" if at < last else f"[^/]*{text}"
    return found


def _steps(pattern: str) -> list[tuple[str, str]]:
    """Each star with the expression of what follows up to the next; first, with none, what stands before them all."""
    steps = [("", "")]
    for part in _SEGMENT.findall(pattern.lstrip("/")):
        star, text = steps[-1]
        if part not in _STARS:
            steps[-1] = star, text + (_SHA if part == "{sha}" else re.escape(part))
        elif text or not star:
            steps.append((part, ""))
        elif part == _ANY:  # side by side they are one
            steps[-1] = _ANY, ""
    return steps


class Pattern:
    """A pattern over paths without their first slash, in each of the ways in which such a path may be read.

    A path that could be read in several ways (`%2F`, `;v=1`, `a//b`, `x.`) is one that everybody who forwards it and
    whoever answers it may take for another.
    """

    def __init__(self, pattern: str, *, ignore_case: bool = False) -> None:
        written = _written(pattern.lstrip("/"))
        flags = re.IGNORECASE if ignore_case else re.NOFLAG
        self._written = [re.compile(expression(text), flags) for text in _seen(written)]
        self._decoded = [re.compile(expression(text), flags) for text in _seen(_decoded(written))]
        self._any = tuple({one.pattern: one for one in (*self._written, *self._decoded)}.values())

    def fits(self, path: str) -> bool:
        """Whether it fits in each of those ways, the pattern being read in the same way: for what is allowed."""
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

    def may_fit(self, path: str) -> bool:
        """Whether it fits in any of them, or with a slash more or less around it: for what is denied. What was made to
        deceive fits everything.
        """
        path = _written(path)
        texts = {path}
        if _is_ambiguous(path):
            try:
                texts = {seen for text in readings(path) for seen in (*_seen(text), _joined(text))}
            except Deceptive:
                return True
        bare = {text.strip("/") for text in texts}
        return any(pattern.fullmatch(text) or pattern.fullmatch(f"{text}/") for pattern in self._any for text in bare)


def _all_fit(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return all(pattern.fullmatch(seen) for pattern, seen in zip(patterns, _seen(text), strict=True))


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


def _joined(text: str) -> str:
    """With one slash where there are several, and nothing else left out."""
    return _SLASHES.sub("/", text.replace("\\", "/"))
