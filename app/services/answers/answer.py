"""What all answers share, and the slice of a list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from app.clients.paging import Page
from app.services.queries import PageQuery

T = TypeVar("T")
S = TypeVar("S")


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


@dataclass(frozen=True, slots=True)
class CountedSlice(Slice[T]):
    """A slice of a list whose length is known.

    Attributes:
        total: How many items all pages hold.
        incomplete: Whether upstream gave up before it had seen everything.
    """

    total: int
    incomplete: bool = False


def slice_of(page: Page[S], query: PageQuery, answer: Callable[[S], T]) -> Slice[T]:
    """A client's page as a slice of answers."""
    return Slice(tuple(answer(item) for item in page.items), query, page.next is not None)


def counted_slice_of(page: Page[S], query: PageQuery, answer: Callable[[S], T]) -> CountedSlice[T]:
    """The same for a page that knows the total."""
    items = tuple(answer(item) for item in page.items)
    total = len(items) if page.total is None else page.total
    return CountedSlice(items, query, page.next is not None, total, page.incomplete)
