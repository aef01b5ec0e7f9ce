"""Pages of a list, as one page or as an async iterator over all that follow."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s,;=]+(?:\s*=\s*(?:"[^"]*"|[^\s,;"]*))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s,;"]+))', re.IGNORECASE)


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
    """

    items: tuple[T, ...]
    turn: Callable[[str], Awaitable["Page[T]"]] = field(repr=False, compare=False)
    next: str | None = None
    previous: str | None = None
    total: int | None = None
    incomplete: bool = False

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
    """The URLs of a Link field by relation type (RFC 8288 section 3); the first of a type counts."""
    found: dict[str, str] = {}
    for url, parameters in _LINK.findall(field_value):
        relation = _REL.search(parameters)
        if relation is not None:
            for name in (relation[1] or relation[2] or "").lower().split():
                found.setdefault(name, url)
    return found
