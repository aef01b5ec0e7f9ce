"""What an upstream repeats of the URL that it was asked for: in a redirect, in the links of a list, in an error.

Where the gateway's own credential stands in that URL, it must reach neither a caller nor the store.
"""

import re
from collections.abc import AsyncIterator
from html import escape
from json import dumps
from typing import Final
from urllib.parse import quote, quote_plus, unquote_plus

from multidict import CIMultiDict

from app.errors import HeadgateError
from app.transport.credential_forms import MASK
from app.transport.exchange import Buffered, Headers, Reply, Streamed

_TELLING_LENGTH: Final = 8
"""A shorter secret may stand in an innocent text by chance: it counts only behind its name."""
_ESCAPE: Final = re.compile(r"%[0-9A-F]{2}")


class Echo:
    """A credential of a query, in the writings in which an upstream may repeat it."""

    def __init__(self, query: str) -> None:
        """`query` as it was sent: one or more `name=value`, percent-encoded, joined by `&`."""
        found: set[bytes] = set()
        self._longest_bytes = 1
        for name, _, written in (piece.partition("=") for piece in query.split("&")):
            for writing in {written, *_writings(unquote_plus(written))} - {""}:
                secret = writing.encode(errors="surrogateescape")
                before = f"{name}=".encode() if len(secret) < _TELLING_LENGTH else b""
                found.add((b"(?<=" + re.escape(before) + b")" if before else b"") + re.escape(secret))
                self._longest_bytes = max(self._longest_bytes, len(before) + len(secret))
        longest_first = sorted(list[bytes](found), key=len, reverse=True)
        self._pattern = re.compile(b"|".join(longest_first) or b"(?!)")

    def is_in(self, reply: Buffered) -> bool:
        """Whether it is repeated."""
        return any(self._find(value) for value in reply.headers.values()) or any(
            self._pattern.search(body) for body in (reply.body, _content(reply))
        )

    def covered(self, reply: Reply) -> Reply:
        """The same reply with `MASK` for each byte of it: lengths, ranges and validators stay true."""
        headers = reply.headers
        if any(self._find(value) for value in headers.values()):
            headers = CIMultiDict((name, self._covered_text(value)) for name, value in headers.items())
        if isinstance(reply, Streamed):
            return Streamed(reply.upstream, reply.status, headers, self._covered_pieces(reply), reply.close)
        body = reply.body
        if self._pattern.search(content := _content(reply)):
            if content is not body:
                headers = _as_it_is(headers)
            body = self._covered(content)
        return Buffered(reply.upstream, reply.status, headers, body, reply.decompressed_limit_bytes)

    async def _covered_pieces(self, reply: Streamed) -> AsyncIterator[bytes]:
        held = b""
        async for piece in reply.chunks():
            seen = self._covered(held + piece)
            # What may be the beginning of it, or its name, waits for the next piece.
            said = max(0, len(seen) - self._longest_bytes + 1)
            held = seen[said:]
            if said:
                yield seen[:said]
        if held:
            yield held

    def _find(self, value: str) -> bool:
        return self._pattern.search(value.encode(errors="surrogateescape")) is not None

    def _covered_text(self, value: str) -> str:
        return self._covered(value.encode(errors="surrogateescape")).decode(errors="surrogateescape")

    def _covered(self, content: bytes) -> bytes:
        return self._pattern.sub(lambda found: MASK.encode() * len(found[0]), content)


def _writings(value: str) -> set[str]:
    """As it is, in a URL, in JSON and in HTML."""
    encoded = {quote(value, safe=""), quote_plus(value), quote(value)}
    lower = {_ESCAPE.sub(lambda found: found[0].lower(), writing) for writing in encoded}
    return {value, *encoded, *lower, dumps(value)[1:-1], dumps(value, ensure_ascii=False)[1:-1], escape(value)}


def _content(reply: Buffered) -> bytes:
    """Without a content coding. It was asked for without any; what cannot be read without is left to who can."""
    try:
        return reply.content()
    except HeadgateError:
        return reply.body


def _as_it_is(headers: Headers) -> CIMultiDict[str]:
    """The fields of what is no longer encoded."""
    kept = CIMultiDict(headers)
    for name in ("Content-Encoding", "Content-Length"):
        kept.popall(name, None)
    return kept
