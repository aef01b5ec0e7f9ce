"""What all answers share, and the slice of a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from app.clients.paging import Page
from app.services.queries import PageQuery

T = TypeVar("T")
S = TypeVar("S")
Neighbours: TypeAlias = tuple[Mapping[str, str | None] | None, Mapping[str, str | None] | None]
"""The parameters of the pages before and after; None for one that is to be left out."""


class Answer(BaseModel):
    """Every field is always present: what is unknown is null. Times are UTC in RFC 3339."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list, before the API has written its neighbours' URLs.

    Attributes:
        items: In order.
        query: Which page this is.
        more: Whether a page follows.
    """

    items: tuple[T, ...]
    query: PageQuery
    more: bool

    @property
    def neighbours(self) -> Neighbours:
        """How the page before and the page after are asked for; None where there is none."""
        page = self.query.page
        return {"page": str(page - 1)} if page > 1 else None, {"page": str(page + 1)} if self.more else None


@dataclass(frozen=True, slots=True)
class CursorSlice(Generic[T]):
    """One page of a list that upstream turns by cursors: marks that mean nothing to anybody else.

    Attributes:
        items: In order.
        after: The cursor behind its last item; None on the last page.
        before: The cursor before its first item; None on the first page.
    """

    items: tuple[T, ...]
    after: str | None
    before: str | None

    @property
    def neighbours(self) -> Neighbours:
        """As of a `Slice`. Where one goes on from a cursor, the other no longer counts."""
        return (
            None if self.before is None else {"before": self.before, "after": None},
            None if self.after is None else {"after": self.after, "before": None},
        )


@dataclass(frozen=True, slots=True)
class CountedSlice(Slice[T]):
    """A slice of a list whose length is known.

    Attributes:
        total: How many items all pages hold.
        incomplete: Whether upstream gave up before it had seen everything.
    """

    total: int
    incomplete: bool = False


def cursor_slice_of(page: Page[S], answer: Callable[[S], T]) -> CursorSlice[T]:
    """The same for a page of a list that is turned by cursors."""
    return CursorSlice(tuple(answer(item) for item in page.items), page.after, page.before)


def slice_of(page: Page[S], query: PageQuery, answer: Callable[[S], T]) -> Slice[T]:
    """A client's page as a slice of answers."""
    return Slice(tuple(answer(item) for item in page.items), query, page.next is not None)


def counted_slice_of(page: Page[S], query: PageQuery, answer: Callable[[S], T]) -> CountedSlice[T]:
    """The same for a page that knows the total."""
    items = tuple(answer(item) for item in page.items)
    total = len(items) if page.total is None else page.total
    return CountedSlice(items, query, page.next is not None, total, page.incomplete)
