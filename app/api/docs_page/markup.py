"""HTML from nested calls: `element("p", "a < b")` is `<p>a &lt; b</p>`. Text is always escaped, elements never twice."""

import re
from collections.abc import Iterable, Iterator
from html import escape

_VOID = frozenset({"br", "link", "meta", "wbr"})
_CODE = re.compile(r"`([^`]+)`")


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | Iterable["Child"] | None
"""What an element may hold: text, markup, several of them, or nothing."""


def element(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """An element. An attribute that is None is left out; `class_` is written `class`, `aria_label` `aria-label`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{fragment(*children)}</{name}>")


def fragment(*children: Child) -> Html:
    """Several elements or texts, one after the other."""
    return Html("".join(map(_written, children)))


def _written(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(child, quote=False)
    return fragment(*child)


def breakable(name: str) -> Html:
    """A long name that may be broken after its dots and underscores."""
    return fragment(_with_breaks(name))


def _with_breaks(name: str) -> Iterator[Html]:
    first, *others = re.split(r"(?<=[._])", name)
    yield fragment(first)
    for part in others:
        yield element("wbr")
        yield fragment(part)


def prose(markdown: str) -> Html:
    """The little Markdown that docstrings use: paragraphs, lists with dashes, and code between backticks."""
    return fragment(_block(block) for block in re.split(r"\n\s*\n", markdown.strip()) if block)


def inline(text: str) -> Html:
    """A line with its code between backticks."""
    parts = _CODE.split(text)
    return fragment(element("code", part) if index % 2 else part for index, part in enumerate(parts))


def _block(block: str) -> Html:
    lines = block.splitlines()
    if all(line.startswith("- ") for line in lines):
        return element("ul", [element("li", inline(line[2:])) for line in lines])
    return element("p", inline(" ".join(line.strip() for line in lines)))
