r"""URLs in JSON, replaced where they stand: spans of bytes, so that everything else is what upstream sent.

What is sought is `url":"https://api.github.com/`, with white space and `\/` where JSON allows them. In JSON a quote
inside a string is escaped, so these bytes cannot stand in a text: the quote after `url` ends a string, what a colon
follows is a name, and what begins after that is its value. Names and bases that are written with `\u…` are not
recognised: nobody writes them so, and what is not recognised stays as it is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.services.rewriting.json_spans import depth, end_of, name_before, openings
from app.services.rewriting.url_patterns import Quick, after_name, at_names, ends_a_name, quick
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
        self._apart = dict.fromkeys((name.encode() for name in fields.foreign), False)
        self._apart |= dict.fromkeys((name.encode() for name in fields.links), True)

    def replaced(self, content: bytes, by: Sequence[bytes]) -> bytes:
        """`content` with other bases; the same object where there is nothing to replace.

        Args:
            content: JSON in UTF-8. What is no JSON is not looked into, but may be changed.
            by: For each of the bases what takes its place: ASCII that needs no escape in JSON.
        """
        if not any(host in content for host in self._hosts):
            return content
        by = [by[index] for index in self._order]
        pieces = []
        at = 0
        for stretch in self._stretches(content):
            pieces.append(self._with_names(content[at : stretch.start], by))
            if stretch.is_links:
                pieces.append(_joined(content, stretch, self._in_links(content, stretch), by))
            else:
                pieces.append(content[stretch.start : stretch.end])
            at = stretch.end
        pieces.append(self._with_names(content[at:], by))
        changed = b"".join(pieces)
        return content if changed == content else changed

    def _with_names(self, part: bytes, by: Sequence[bytes]) -> bytes:
        """`part` with what is said under the names of fields replaced."""
        quickly = self._quickly(part, by)
        if quickly is not None:
            return quickly
        whole = _Stretch(0, len(part), is_links=False)
        return _joined(part, whole, self._named.finditer(part), by)

    def _quickly(self, part: bytes, by: Sequence[bytes]) -> bytes | None:
        """As upstreams write JSON: with white space of one kind, and without escaped slashes. None where not every
        mention of a base is found that way.
        """
        if any(each.base in other for each in self._quick for other in by):
            return None  # what has been replaced would be found once more
        mentions = found = 0
        for each, other in zip(self._quick, by, strict=True):
            if each.slashed and b"\\/" in part:
                return None
            mentioned = part.count(each.mention)
            if mentioned:
                first = part.find(each.base)
                pattern = each.spaced if part[first - 2 : first] == b' "' else each.compact
                pieces = pattern.split(part)
                mentions += mentioned
                found += len(pieces) - 1
                part = other.join(pieces)
        return part if found == mentions else None

    def _stretches(self, content: bytes) -> Iterator[_Stretch]:
        """Objects and lists in which other rules hold, one after the other."""
        done = 0
        for name, start, opening in openings(content):
            if start >= done and (is_links := self._apart.get(name)) is not None:  # else it is inside of one
                done = end_of(content, opening)
                yield _Stretch(opening, done, is_links)

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
