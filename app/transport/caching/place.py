"""Where an entry belongs, in words for people: `upstream/target`, and the globs that name many such places.

A target may carry a credential in its query. What is written to a disk or shown has those values masked.
"""

import re
from hashlib import blake2b
from typing import Final
from urllib.parse import unquote_plus

from app.transport.caching.entry import Key

MASKED: Final = "***"
SECRET_NAMES: Final = frozenset(
    {"auth", "authorization", "code", "key", "pass", "pwd", "sig", "accesskey", "sessionid"}
)
SECRET_PARTS: Final = ("token", "secret", "passw", "signature", "apikey", "credential", "jwt", "oauth")
_PAIRS: Final = re.compile(r"([^&;=?]+)=([^&;]*)")
_WORDLESS: Final = re.compile(r"[^a-z0-9]+")


def place_of(key: Key) -> str:
    """`upstream/target`, with the values of query parameters that look like credentials masked."""
    return _masked(_plain(f"{key.upstream}/{key.target}"))


def without_credentials(tag: str) -> str:
    """A tag as it may be written down: itself, or a digest of it where it holds what looks like a credential."""
    if "?" not in tag or _masked(tag) == tag:
        return _plain(tag)
    return "~" + blake2b(tag.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _plain(text: str) -> str:
    """The same in characters that can be written: bytes that were none come as lone surrogates."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _masked(text: str) -> str:
    path, mark, query = text.partition("?")
    return f"{path}?{_PAIRS.sub(_masked_pair, query)}" if mark else text


def _masked_pair(pair: re.Match[str]) -> str:
    name, value = pair.groups()
    plain = _WORDLESS.sub("", unquote_plus(name).lower())
    secret = plain in SECRET_NAMES or any(part in plain for part in SECRET_PARTS)
    return f"{name}={MASKED if secret else _masked(value)}"  # a value may hold a query, too


class Glob:
    """A pattern over places: `*` stands for any characters, `/` included, `?` for one; nothing else is special.

    What looks like a credential in it is masked as it is in places.
    """

    __slots__ = ("_expression", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern = _PAIRS.sub(_masked_pair, _plain(pattern))
        first, *rest = ("".join("." if c == "?" else re.escape(c) for c in part) for part in pattern.split("*"))
        # Each fixed part is taken where it stands first and never tried elsewhere: no pattern takes long.
        middle = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
        self._expression = re.compile(first + middle + "".join(f".*{part}" for part in rest[-1:]), re.DOTALL)

    def matches(self, place: str) -> bool:
        return self._expression.fullmatch(place) is not None

    @property
    def in_sql(self) -> str:
        """The same for SQLite's GLOB operator, where a bracket would open a set."""
        return self.pattern.replace("[", "[[]")
