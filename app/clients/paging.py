"""Pages of a list, as one page or as an async iterator over all that follow."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_PARAMETER = re.compile(r'\s*;\s*([^\s,;=<>"]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?')


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page, and the way to the next.

    Attributes:
        items: In the order the upstream gave them.
        next: The target of the page after this; None on the last.
        previous: The target of the page before this; None on the first.
        total: How many items all pages hold, where the upstream says (searches, workflow runs).
        incomplete: Whether the upstream gave up before it had seen everything (searches).
        turn: Fetches the page at a target.
        after: The cursor behind its last item, where the upstream has cursors and a page follows.
        before: The cursor before its first, where a page comes before it.
    """

    items: tuple[T, ...]
    turn: Callable[[str], Awaitable["Page[T]"]] = field(repr=False, compare=False)
    next: str | None = None
    previous: str | None = None
    total: int | None = None
    incomplete: bool = False
    after: str | None = None
    before: str | None = None

    async def following(self) -> "Page[T] | None":
        """The next page; None when this is the last."""
        return None if self.next is None else await self.turn(self.next)

    async def each(self) -> AsyncIterator[T]:
        """The items of this page and of all after it; a page is fetched when its first item is asked for."""
        page: Page[T] | None = self
        while page is not None:
            for item in page.items:
                yield item
            page = await page.following()


def links(field_value: str) -> dict[str, str]:
    """The URLs of a Link field by relation type (RFC 8288 section 3); the first of a type counts.

    Goes through the field once, however it is written: the field is the upstream's.
    """
    found: dict[str, str] = {}
    start = field_value.find("<")
    while start >= 0:
        end = field_value.find(">", start)
        if end < 0:
            break
        relation, position = _relation(field_value, end + 1)
        for name in (relation or "").lower().split():
            found.setdefault(name, field_value[start + 1 : end])
        start = field_value.find("<", position)
    return found


def _relation(field_value: str, position: int) -> tuple[str | None, int]:
    """The value of the first `rel` among the parameters from `position` on, and where the parameters end."""
    relation: str | None = None
    while (parameter := _PARAMETER.match(field_value, position)) is not None:
        position = parameter.end()
        name, quoted, token = parameter.groups()
        if relation is None and name.lower() == "rel":
            relation = token if quoted is None else quoted
    return relation, position
