"""What an upstream repeats of what it was asked with: in a redirect, in the links of a list, in an error, in a page for debugging.

Where a credential of the gateway's own stands in that, it must reach neither a caller nor the store.
"""

import re
import zlib
from base64 import b64decode
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from html import escape
from json import dumps
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, quote_plus, unquote_plus

from multidict import CIMultiDict

from app.errors import HeadgateError
from app.transport.credential_forms import MASK
from app.transport.exchange import Buffered, Headers, Reply, Streamed

_TELLING_LENGTH: Final = 8
"""A shorter secret may stand in an innocent text by chance: it counts only behind its name."""
_ESCAPE: Final = re.compile(r"%[0-9A-F]{2}")
_NO_FIELDS: Final[Mapping[str, str]] = MappingProxyType({})
_PACKED_BYTES: Final = 16 * 2**10
"""A good answer that is compressed, and larger than this, is not looked into: it would cost a miss more than all else, and
what repeats a request is small.
"""
_STEP_BYTES: Final = 512
"""zlib keeps to itself what it has read of a piece that is broken."""


class Echo:
    """A credential, in the writings in which an upstream may repeat it.

    Args:
        query: What of it stood in the query: one or more `name=value`, percent-encoded, joined by `&`.
        fields: What of it stood in header fields.
        passwords: What else must not be repeated.
        everywhere: Whether large answers that are compressed are looked through as well; where something stood in the query
            they are in any case.
    """

    def __init__(
        self,
        query: str = "",
        fields: Mapping[str, str] = _NO_FIELDS,
        *,
        passwords: Iterable[str] = (),
        everywhere: bool = False,
    ) -> None:
        # With the name before it, where it counts behind that only.
        self._named: set[tuple[bytes, bytes]] = set()
        for name, _, written in (piece.partition("=") for piece in query.split("&")):
            for writing in {written, *_writings(unquote_plus(written))} - {""}:
                self._seek(
                    writing, f"{name}=" if len(writing.encode(errors="surrogateescape")) < _TELLING_LENGTH else ""
                )
        told = [text for name, value in fields.items() for text in _secrets_in(name, value)]
        for text in (*told, *passwords):
            if len(text) >= _TELLING_LENGTH:
                for writing in _writings(text):
                    self._seek(writing, "")
        self._literals = [name + secret for name, secret in self._named]
        self._lower_literals = {literal.lower() for literal in self._literals}
        self._longest_bytes = max(map(len, self._literals), default=1)
        self._packed_bytes = None if query or everywhere else _PACKED_BYTES

    def _seek(self, writing: str, name: str) -> None:
        self._named.add((name.encode(errors="surrogateescape"), writing.encode(errors="surrogateescape")))

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        """Finds the secret alone. Made when there is one to be covered."""
        longest_first = sorted(self._named, key=lambda one: len(one[1]), reverse=True)
        found = (
            (b"(?<=" + re.escape(name) + b")" if name else b"") + re.escape(secret) for name, secret in longest_first
        )
        return re.compile(b"|".join(found) or b"(?!)")

    def is_in(self, reply: Buffered) -> bool:
        """Whether it is repeated."""
        if not self._literals:
            return False
        return self._is_in_fields(reply.headers) or any(map(self._is_in, (reply.body, self._content(reply))))

    def covered(self, reply: Reply) -> Reply:
        """The same reply with `MASK` for each byte of it: lengths, ranges and validators stay true. A field whose name it is
        is left out.
        """
        if not self._literals:
            return reply
        headers = reply.headers
        if self._is_in_fields(headers):
            headers = CIMultiDict(
                (name, self._covered_text(value)) for name, value in headers.items() if not self._is_in_name(name)
            )
        if isinstance(reply, Streamed):
            return Streamed(reply.upstream, reply.status, headers, self._covered_pieces(reply), reply.close)
        body = reply.body
        content = self._content(reply)
        if (covered := self._without_begun(self._covered(content))) is not content:
            if content is not body:
                headers = _as_it_is(headers)
            body = covered
        if headers is reply.headers and body is reply.body:
            return reply
        return Buffered(reply.upstream, reply.status, headers, body, reply.decompressed_limit_bytes)

    async def _covered_pieces(self, reply: Streamed) -> AsyncIterator[bytes]:
        held = b""
        async for piece in reply.chunks():
            seen = self._covered(held + piece)
            # What may be the beginning of it, or its name, waits for the next piece.
            said = len(seen) - self._begun_bytes(seen, self._literals)
            held = seen[said:]
            if said:
                yield seen[:said]
        if held:
            yield self._without_begun(held)

    def _begun_bytes(self, seen: bytes, literals: Collection[bytes]) -> int:
        """How much at the end may be the beginning of one."""
        for length in range(min(self._longest_bytes - 1, len(seen)), 0, -1):
            end = seen[-length:]
            if any(literal.startswith(end) for literal in literals):
                return length
        return 0

    def _without_begun(self, content: bytes) -> bytes:
        """A body may end in the middle of it."""
        end = content[-self._longest_bytes :]
        telling = [secret for name, secret in self._named if not name and secret[:_TELLING_LENGTH] in end]
        begun = self._begun_bytes(content, telling) if telling else 0
        return content if begun < _TELLING_LENGTH else content[:-begun] + MASK.encode() * begun

    def _is_in(self, content: bytes) -> bool:
        return any(literal in content for literal in self._literals)

    def _is_in_fields(self, headers: Headers) -> bool:
        return self._is_in("\n".join(headers.values()).encode(errors="surrogateescape")) or self._is_in_name(
            "\n".join(headers)
        )

    def _is_in_name(self, name: str) -> bool:
        """Names of fields have no case (RFC 9110 section 5.1)."""
        said = name.lower().encode(errors="surrogateescape")
        return any(literal in said for literal in self._lower_literals)

    def _covered_text(self, value: str) -> str:
        return self._covered(value.encode(errors="surrogateescape")).decode(errors="surrogateescape")

    def _covered(self, content: bytes) -> bytes:
        if not self._is_in(content):  # as nearly always, and several times as fast
            return content
        return self._pattern.sub(lambda found: MASK.encode() * len(found[0]), content)

    def _content(self, reply: Buffered) -> bytes:
        """Without a content coding. What cannot be read without is left to who can."""
        if reply.status < 400 and self._packed_bytes is not None and len(reply.body) > self._packed_bytes:
            return reply.body
        try:
            return reply.content()
        except HeadgateError:
            readable = _readable(reply)
            return readable if self._is_in(readable) else reply.body


def _secrets_in(name: str, value: str) -> Iterator[str]:
    """What of a field is secret: not the word before it, nor the user, nor the name of a cookie."""
    if name.lower() == "cookie":
        yield from (pair.partition("=")[2].strip(' "') for pair in value.split(";"))
        return
    scheme, _, rest = value.partition(" ")
    yield rest.strip() or value
    if scheme.lower() == "basic":
        try:
            yield b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:  # nobody's password then
            return


def _writings(value: str) -> set[str]:
    """As it is, in a URL, in JSON and in HTML."""
    if value.isascii() and value.isalnum():
        return {value}
    encoded = {quote(value, safe=""), quote_plus(value), quote(value)}
    lower = {_ESCAPE.sub(lambda found: found[0].lower(), writing) for writing in encoded}
    return {value, *encoded, *lower, dumps(value)[1:-1], dumps(value, ensure_ascii=False)[1:-1], escape(value)}


def _readable(reply: Buffered) -> bytes:
    """As far as somebody can read it who does not mind that it is broken."""
    inflater, content = zlib.decompressobj(wbits=47), bytearray()
    with suppress(zlib.error):
        for at in range(0, len(reply.body), _STEP_BYTES):
            room = reply.decompressed_limit_bytes - len(content)
            if room <= 0:
                break
            content += inflater.decompress(reply.body[at : at + _STEP_BYTES], room)
    return bytes(content)


def _as_it_is(headers: Headers) -> CIMultiDict[str]:
    """The fields of what is no longer encoded."""
    kept = CIMultiDict(headers)
    for name in ("Content-Encoding", "Content-Length"):
        kept.popall(name, None)
    return kept
