"""JSON documents of every kind, each written in many ways, with what should become of it: byte for byte."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from app.transport.dialect import UrlFields

FIELDS = UrlFields(
    names=("url",),
    endings=("_url",),
    exceptions=("html_url", "diff_url", "target_url"),
    links=("_links",),
    foreign=("payload", "config"),
)
BASES = ("https://api.github.com", "https://ghe.example:8443/api/v3", "https://ghe.example:8443/api/uploads")
BY = (b"http://gateway:8000/github", b"https://gw.example/g/ghe", b"/uploads")
BOUNDARIES = ("", "/", "/repos/acme/rocket", "{/sha}", "{?name,label}", "?page=2", "#top", "/{+path}")

_NO_BOUNDARIES = (".evil.example/", ":8000/x", "@evil.example/", "v3", "\\/x", "-x", " ", "é")
_OTHERS = (
    "https://github.com/acme/rocket",
    "http://api.github.com/x",
    "https://API.github.com/x",
    "https://ghe.example:8443/api/v30/x",
    "https://ghe.example:8443/acme",
    "https://ghe.example:8443/api",
    " https://api.github.com/x",
)
_NASTY = (
    '"',
    "\\",
    "\\\\",
    '\\"',
    '"url":"',
    '"url": "',
    "_url",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "/",
    "\n",
    "é",
    "😀",
    "\x00",
)
_NAMES = ("url", "git_url", "_url", "html_url", "target_url", "Url", "urls", "url_template", "href", "_links", "payload",
          "config", "body", 'say "url', 'say "git_url', "\\_url", "a b_url", "é_url", "", "x")  # fmt: skip

texts = st.lists(
    st.one_of(
        st.sampled_from(_NASTY),
        st.sampled_from(_NAMES),
        st.sampled_from(_OTHERS),
        st.builds(str.__add__, st.sampled_from(BASES), st.sampled_from(BOUNDARIES)),
        st.text(max_size=3),
    ),
    max_size=4,
).map("".join)
urls = st.builds(
    str.__add__, st.sampled_from(BASES), st.one_of(st.sampled_from(BOUNDARIES), st.sampled_from(_NO_BOUNDARIES), texts)
)
names = st.one_of(st.sampled_from(_NAMES), st.sampled_from(_NAMES), texts)
scalars = st.one_of(
    urls, urls, texts, st.sampled_from(_OTHERS), st.none(), st.booleans(), st.integers(), st.just(-1.5e-7)
)


@dataclass(frozen=True)
class Object:
    """An object as it is written: in order, a name perhaps twice."""

    members: tuple[tuple[str, Any], ...]


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.tuples(st.sampled_from(("url", "git_url", "html_url", "_url", 'say "html_url', 'say "url')), urls)
    members = st.lists(st.one_of(fields, fields, st.tuples(names, inner)), min_size=1, max_size=5)
    links = st.lists(st.tuples(st.sampled_from(("self", "html", "href", "url", "html_url")), inner), max_size=3)
    plain = members.map(lambda each: Object(tuple(each)))
    return st.one_of(
        plain,
        plain,
        links.map(lambda each: Object((("_links", Object(tuple(each))),))),
        st.tuples(st.sampled_from(FIELDS.foreign), plain).map(lambda member: Object((member,))),
    )


def _below(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=3).map(tuple), _objects(inner), _objects(inner))


documents = _below(st.recursive(scalars, _below, max_leaves=10))

_fields = st.tuples(
    st.sampled_from(("url", "git_url", "archive_url")),
    st.builds(str.__add__, st.sampled_from(BASES), st.sampled_from(BOUNDARIES)),
)
_said = st.tuples(st.sampled_from(("name", "body", "html_url")), st.sampled_from(("x", 'a "quote"', "é", _OTHERS[0])))
usual_documents = st.lists(
    st.lists(st.one_of(_fields, _said), max_size=8).map(lambda each: Object(tuple(each))), max_size=3
).map(tuple)
"""What upstreams send mostly: URLs where they belong, and texts that do not mention any."""


@dataclass(frozen=True)
class Written:
    """A document in bytes.

    Attributes:
        before: As upstream would send it.
        after: As a caller should get it.
        replaced: How many values differ.
    """

    before: bytes
    after: bytes
    replaced: int


class Writer:
    """Writes documents, and knows by the rules of `FIELDS` what should become of each value."""

    def __init__(
        self, choose: Callable[[int], int], after_colon: bytes | None = None, by: Sequence[bytes | None] = BY
    ) -> None:
        """Besides:

        Args:
            choose: Gives a number below its argument: how each next thing is written.
            after_colon: None: white space is chosen, too; else there is none but this.
            by: What takes the places of the bases; None: nothing does.
        """
        self._by = by
        self._choose = choose
        self._after_colon = after_colon

    def write(self, document: Any) -> Written:
        return self._joined([self._space(), self._value(document, is_url=False), self._space()])

    def _value(self, value: Any, *, is_url: bool, links_depth: int | None = None, foreign: bool = False) -> Written:
        if isinstance(value, Object):
            return self._object(value, links_depth=links_depth, foreign=foreign)
        if isinstance(value, tuple):
            below = None if links_depth is None else links_depth + 1
            items = [self._value(item, is_url=False, links_depth=below, foreign=foreign) for item in value]
            return self._joined([_same(b"["), *self._separated(items), _same(b"]")])
        if not isinstance(value, str):
            return _same({None: "null", True: "true", False: "false"}.get(value, repr(value)).encode())
        base = next((base for base in sorted(BASES, key=len, reverse=True) if _begins(value, base)), None)
        there = None if base is None else self._by[BASES.index(base)]
        if not is_url or base is None or there is None:
            return _same(b'"' + self._text(value) + b'"')
        rest = self._text(value[len(base) :])
        return Written(b'"' + self._text(base) + rest + b'"', b'"' + there + rest + b'"', replaced=1)

    def _object(self, value: Object, *, links_depth: int | None, foreign: bool) -> Written:
        inside = None if links_depth is None else links_depth + 1
        members = []
        for name, member in value.members:
            is_url = not foreign and self._is_url(name, inside)
            below, apart = inside, foreign
            if isinstance(member, Object | tuple) and not foreign and inside is None:
                below = 0 if name in FIELDS.links else None
                apart = name in FIELDS.foreign
            said = self._value(member, is_url=is_url, links_depth=below, foreign=apart)
            written = _same(b'"' + self._text(name) + b'"')
            after = self._space() if self._after_colon is None else _same(self._after_colon)
            members.append(self._joined([written, self._space(), _same(b":"), after, said]))
        return self._joined([_same(b"{"), *self._separated(members), _same(b"}")])

    def _is_url(self, name: str, links_depth: int | None) -> bool:
        if name not in FIELDS.exceptions and (name in FIELDS.names or name.endswith(FIELDS.endings)):
            return True
        if links_depth is None:
            return False
        return name == "href" or (links_depth == 1 and name not in FIELDS.exceptions)

    def _separated(self, items: list[Written]) -> list[Written]:
        found = [self._space()]
        for number, item in enumerate(items):
            found += [*([_same(b",")] if number else []), self._space(), item, self._space()]
        return found

    def _space(self) -> Written:
        if self._after_colon is not None:
            return _same(b"")
        return _same((b"", b"", b"", b" ", b"\n  ", b"\t\r\n")[self._choose(6)])

    def _text(self, text: str) -> bytes:
        """Each character in one of the ways that JSON has for it; letters and what a base is made of as they are."""
        return b"".join(self._character(character) for character in text)

    def _character(self, character: str) -> bytes:
        if character == "/":
            return (b"/", b"/", b"\\/")[self._choose(3)]
        short = {'"': b'\\"', "\\": b"\\\\", "\n": b"\\n", "\t": b"\\t", "\r": b"\\r", "\b": b"\\b", "\f": b"\\f"}
        if character in short and self._choose(2):
            return short[character]
        if character in short or character < " " or (not character.isascii() and self._choose(2)):
            return b"".join(b"\\u%04x" % unit for unit in _utf16(character))
        return character.encode()

    @staticmethod
    def _joined(pieces: list[Written]) -> Written:
        return Written(
            b"".join(piece.before for piece in pieces),
            b"".join(piece.after for piece in pieces),
            sum(piece.replaced for piece in pieces),
        )


def _same(content: bytes) -> Written:
    return Written(content, content, 0)


def _begins(value: str, base: str) -> bool:
    rest = value[len(base) :]
    return value.startswith(base) and (not rest or rest[0] in "/{?#")


def _utf16(character: str) -> list[int]:
    encoded = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(encoded[at : at + 2]) for at in range(0, len(encoded), 2)]
