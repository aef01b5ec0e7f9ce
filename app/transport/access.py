"""What of an upstream its mount offers: by which methods, and which paths."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.errors import MethodNotOffered, PathNotOffered
from app.paths.patterns import Pattern


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
        self._offers = tuple((offer.methods, tuple(map(Pattern, offer.patterns))) for offer in offers)

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


def _with_head(methods: frozenset[str]) -> frozenset[str]:
    return methods | {"HEAD"} if "GET" in methods else methods
