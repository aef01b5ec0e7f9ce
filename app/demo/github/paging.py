"""Pages and their Links: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from app.demo.github.ask import Ask
from app.demo.github.replies import Json, Reply

MOST_PER_PAGE = 100
PER_PAGE = 30

Item = TypeVar("Item")


def page_of(ask: Ask, items: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
    """The asked page of it, and the numbers of the pages around it by `rel`."""
    size = min(_number(ask.query.get("per_page"), PER_PAGE), MOST_PER_PAGE)
    page = _number(ask.query.get("page"), 1)
    last = max(1, -(-len(items) // size))
    around: dict[str, int] = {}
    if page > 1:
        around["prev"] = min(page - 1, last)
    if page < last:
        around |= {"next": page + 1, "last": last}
    if page > 1:
        around |= {"first": 1}
    return items[(page - 1) * size : page * size], {rel: str(number) for rel, number in around.items()}


def paged(
    ask: Ask,
    items: Sequence[Item],
    shape: Callable[[Item], Json],
    path: str,
    wrap: Callable[[list[Json]], Any] = list,
) -> Reply:
    """A page of shaped items, linked under `path`; the query is kept, only its page is another."""
    chosen, around = page_of(ask, items)
    kept = [(name, value) for name, value in ask.query.items() if name not in {"page", "access_token"}]
    links = (f'<{ask.api}{path}?{urlencode([*kept, ("page", number)])}>; rel="{rel}"' for rel, number in around.items())
    link = ", ".join(links)
    return Reply(wrap([shape(item) for item in chosen]), headers={"Link": link} if link else {})


def _number(text: str | None, default: int) -> int:
    """What is no positive number counts as not said."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else default
