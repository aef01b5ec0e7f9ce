"""What a key may be used for: rules over methods and paths.

    GET /api/v1/**                     reads of the typed API
    GET,POST /github/repos/acme/**     these methods, at the mount /github
    * /github/**                       every method there
    repos/acme/*                       no method: see below
    POST graphql

A path that begins with a slash is one of the gateway's own. One that does not lies below any of its *bases*: the typed API,
each mount, and the paths of a GitHub Enterprise Server. So `repos/acme/**` means the same thing wherever it is asked for.
`*` stands for characters of one segment, `**` for any, `{sha}` for the full SHA of a git object.

What is allowed has to fit in every way in which a path may be read, letter by letter. What is denied is denied if it fits in
any of them, without regard to case, since GitHub has none in the names of owners and repositories. Denied wins.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from app.callers.caller import Leave
from app.paths.patterns import Pattern
from app.paths.readings import objection

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that only read; what they ask for is never written with the gateway's credential."""
ANY_METHOD: Final = "*"

REMEMBERED: Final = 16_384
"""So many decisions are remembered of all scopes of a worker together, for paths of at most so many characters: 8 MB at the most,
and as many as there are answers in memory by default (of a few KB each).
"""
LONGEST_REMEMBERED: Final = 256

_Ready = list[tuple[frozenset[str] | None, tuple[Pattern, ...]]]
"""Methods (None: all) and patterns of each rule."""

_FIRST_READ: Final = frozenset({"GET", "HEAD"})
_RULE: Final = re.compile(r"(?:([A-Za-z]+(?:,[A-Za-z]+)*|\*)[ \t]+)?([\x21-\x7e]+)")
_METHOD_ALONE: Final = re.compile(r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)(?:,[A-Z]+)*")

EXPECTED_RULE: Final = "methods and a path, such as 'GET /api/v1/**', or a path alone, such as repos/acme/**"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it was written.

    Attributes:
        methods: In capitals, or `ANY_METHOD`; None: it names none. An allowance then is for GET and HEAD, a denial for all.
        path: The pattern.
    """

    methods: frozenset[str] | None
    path: str

    def __str__(self) -> str:
        return self.path if self.methods is None else f"{','.join(sorted(self.methods))} {self.path}"


def parse_rule(text: str) -> Rule:
    """Reads one.

    Raises:
        ValueError: It is none. The message finishes the sentence "expected …" and holds nothing of the text.
    """
    found = _RULE.fullmatch(text.strip())
    if found is None:
        raise ValueError(EXPECTED_RULE)
    methods, path = found[1], found[2]
    if methods is None and _METHOD_ALONE.fullmatch(path):
        raise ValueError("a path after the methods, such as 'GET /api/v1/**'")
    if "?" in path or "#" in path:
        raise ValueError("a rule without a query (?…) or a fragment (#…): those do not count")
    if path.startswith("//") or objection(path) is not None:
        raise ValueError("a rule whose path has no empty first segment and no '.' or '..' in it: nothing would fit it")
    return Rule(None if methods is None else frozenset(methods.upper().split(",")), path)


class Decisions:
    """What scopes have decided lately."""

    def __init__(self) -> None:
        self.of = lru_cache(maxsize=REMEMBERED)(PathScope.decided)
        """Of a scope, for a method and a path."""


class PathScope:
    """The rules of one key, ready to be asked.

    Args:
        allow: None: everything may be asked for, and the gateway's credential only reads.
        deny: What may not.
        bases: Where paths without a first slash may begin: with a slash at the end (`/github/`), or else a single path whose
            last segment is what lies there (`/api/graphql`).
        decisions: Where it remembers what it has decided, as others do.
    """

    def __init__(self, allow: Iterable[Rule], deny: Iterable[Rule], bases: Sequence[str], decisions: Decisions) -> None:
        self._rules = tuple(allow), tuple(deny), tuple(bases)
        self._decisions = decisions

    def leave(self, method: str, path: str) -> Leave | None:
        """As in `Scope`."""
        if len(path) <= LONGEST_REMEMBERED:
            return self._decisions.of(self, method, path)
        return self.decided(method, path)

    @cached_property
    def _ready(self) -> tuple[_Ready, _Ready]:
        """Made at the first question: a file may hold a thousand keys, of which most are not used today."""
        allow, deny, bases = self._rules
        return (
            [(_of_allowance(rule.methods), _patterns(rule.path, bases)) for rule in allow],
            [(_of_denial(rule.methods), _patterns(rule.path, bases, ignore_case=True)) for rule in deny],
        )

    def decided(self, method: str, path: str) -> Leave | None:
        """The same, thought through each time."""
        # A path in which somebody may see another than we do (`..`, bytes beyond ASCII) is for no key that has rules.
        if not path.isascii() or objection(path) is not None:
            return None
        inner = _without_more_slashes(path, self._rules[2])[1:]
        allow, deny = self._ready
        denied = _read_alike(method.upper())
        for methods, patterns in deny:
            if (methods is None or denied in methods) and any(pattern.may_fit(inner) for pattern in patterns):
                return None
        if not allow:
            return Leave.READ
        for methods, patterns in allow:
            if (methods is None or method in methods) and any(pattern.fits(inner) for pattern in patterns):
                return Leave.READ if method in READS else Leave.WRITE
        return None


def _without_more_slashes(path: str, bases: Sequence[str]) -> str:
    """As the mounts read it: a client whose base URL ends in a slash asks for `/github//repos`."""
    for base in bases:
        if base.endswith("/") and path.startswith(f"{base}/"):
            return base + path[len(base) :].lstrip("/")
    return path


def _of_allowance(methods: frozenset[str] | None) -> frozenset[str] | None:
    """The methods that a rule is for; None: all."""
    if methods is None:
        return _FIRST_READ
    if ANY_METHOD in methods:
        return None
    return methods | {"HEAD"} if "GET" in methods else methods


def _of_denial(methods: frozenset[str] | None) -> frozenset[str] | None:
    return None if methods is None or ANY_METHOD in methods else frozenset(map(_read_alike, methods))


def _read_alike(method: str) -> str:
    """HEAD tells whether something is there, which GET does, too."""
    return "GET" if method == "HEAD" else method


def _patterns(path: str, bases: Sequence[str], *, ignore_case: bool = False) -> tuple[Pattern, ...]:
    """Over the gateway's own paths, without their first slash."""
    if path.startswith("/"):
        return (Pattern(path, ignore_case=ignore_case),)
    alone = Pattern(path, ignore_case=ignore_case)
    found: list[str] = []
    for base in bases:
        inner = base.lstrip("/")
        if not inner.endswith("/"):
            last = inner.rpartition("/")[2]
            found += [inner] if alone.fits(last) else []
            continue
        found.append(inner + path)
        if alone.fits(""):
            found.append(inner.rstrip("/"))  # the base itself, as a mount is asked for without a slash
    return tuple(Pattern(one, ignore_case=ignore_case) for one in found)
