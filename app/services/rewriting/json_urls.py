r"""URLs in JSON, replaced where they stand: spans of bytes, so that everything else is what upstream sent.

What is sought is `url":"https://api.github.com/`, with white space and `\/` where JSON allows them. In JSON a quote
inside a string is escaped, so these bytes cannot stand in a text: the quote after `url` ends a string, what a colon
follows is a name, and what begins after that is its value. Names and bases that are written with `\u…` are not
recognised: nobody writes them so, and what is not recognised stays as it is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.services.rewriting.json_spans import depth, end_of, name_before
from app.services.rewriting.url_patterns import Quick, after_name, apart, at_names, ends_a_name, quick
from app.transport.dialect import UrlFields

_HREF = b"href"


class _Stretch(NamedTuple):
    """A part of a document, from its first byte to past its last."""

    start: int
    end: int
    is_links: bool


class JsonUrls:
    """Finds the URLs of some bases in some fields."""

    def __init__(self, fields: UrlFields, bases: Sequence[str]) -> None:
        """Made once, as it compiles patterns.

        Args:
            fields: Which fields hold URLs.
            bases: What those begin with that are replaced, without a slash at the end.
        """
        order = sorted(range(len(bases)), key=lambda index: len(bases[index]), reverse=True)  # the longest that fits
        longest_first = [bases[index].encode() for index in order]
        self._order = tuple(order)
        self._hosts = tuple({base.partition(b"://")[2].partition(b"/")[0] for base in longest_first})
        self._named = at_names(fields, longest_first)
        self._quick: tuple[Quick, ...] = tuple(quick(fields, base) for base in longest_first)
        self._anywhere = re.compile(b'"' + after_name(longest_first))
        self._is_name = re.compile(ends_a_name(fields, b'"')).search
        self._exceptions = frozenset(name.encode() for name in fields.exceptions)
        self._apart = apart(fields)
        self._links = frozenset(name.encode() for name in fields.links)

    def replaced(self, content: bytes, by: Sequence[bytes]) -> bytes:
        """`content` with other bases; the same object where there is nothing to replace.

        Args:
            content: JSON in UTF-8. What is no JSON is not looked into, but may be changed.
            by: For each of the bases what takes its place: ASCII that needs no escape in JSON.
        """
        if not any(host in content for host in self._hosts):
            return content
        by = [by[index] for index in self._order]
        once_more = any(each.base in other for each in self._quick for other in by)
        with_names = self._with_names if once_more else self._with_usual_names
        pieces = []
        at = 0
        for stretch in self._stretches(content):
            pieces.append(with_names(content[at : stretch.start], by))
            if stretch.is_links:
                pieces.append(_joined(content, stretch, self._in_links(content, stretch), by))
            else:
                pieces.append(content[stretch.start : stretch.end])
            at = stretch.end
        pieces.append(with_names(content[at:], by))
        changed = b"".join(pieces)
        return content if changed == content else changed

    def _with_names(self, part: bytes, by: Sequence[bytes]) -> bytes:
        """`part` with what is said under the names of fields replaced."""
        whole = _Stretch(0, len(part), is_links=False)
        return _joined(part, whole, self._named.finditer(part), by)

    def _with_usual_names(self, part: bytes, by: Sequence[bytes]) -> bytes:
        """The same for less where it is written as upstreams do: with white space of one kind, without escaped
        slashes, and with no other mention of a base. One base after the other: what takes its place holds none.
        """
        changed = part
        for each, other in zip(self._quick, by, strict=True):
            mentions = changed.count(each.mention)
            if each.slashed and b"\\/" in changed:
                return self._with_names(part, by)
            if mentions:
                first = changed.find(each.base)
                pattern = each.spaced if changed[first - 2 : first] == b' "' else each.compact
                pieces = pattern.split(changed)
                if len(pieces) - 1 != mentions:
                    return self._with_names(part, by)
                changed = other.join(pieces)
        return changed

    def _stretches(self, content: bytes) -> Iterator[_Stretch]:
        """Objects and lists in which other rules hold, one after the other."""
        found = self._apart.search(content)
        while found is not None:
            end = found.end()
            if content[found.start() - 1 : found.start()] != b"\\":
                end = end_of(content, end)
                yield _Stretch(found.end(), end, found[1] in self._links)
            found = self._apart.search(content, end)

    def _in_links(self, content: bytes, links: _Stretch) -> Iterator[re.Match[bytes]]:
        """In what holds links: each `href`, what stands in it directly, and what would be found anywhere."""
        for match in self._anywhere.finditer(content, links.start, links.end):
            name = name_before(content, match.start())
            is_link = name == _HREF or self._is_name(b' "' + name + b'"') is not None
            if is_link or (name not in self._exceptions and depth(content, links.start, match.end()) == 1):
                yield match


def _joined(content: bytes, stretch: _Stretch, found: Iterator[re.Match[bytes]], by: Sequence[bytes]) -> bytes:
    """A stretch of `content` with the group of each match replaced by what has its number."""
    pieces: list[bytes] = []
    at = stretch.start
    for match in found:
        which = match.lastindex
        assert which is not None  # noqa: S101 -- each alternative is a group
        pieces += content[at : match.start(which)], by[which - 1]
        at = match.end(which)
    pieces.append(content[at : stretch.end])
    return b"".join(pieces)
