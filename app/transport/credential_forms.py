"""How upstreams take a credential: in a header field, as a user's password, or in the query."""

from base64 import b64encode
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol
from urllib.parse import quote, unquote_plus

from multidict import CIMultiDict

from app.identity import QUERY, SealedCredential
from app.transport.exchange import Request

MASK: Final = "*"
"""What stands in a reply for each character of the gateway's own credential, where an upstream repeats that."""

Brought = tuple[Request, dict[str, str]]
"""A request without what authorises it, and that: as in `SealedCredential`."""


class CredentialForm(Protocol):
    """One way. Everything in it is pure."""

    @property
    def repeated(self) -> bool:
        """Whether upstream repeats a credential in good answers, as in the URL of a list's next page: all of them are looked
        through for it, however large.
        """
        ...

    def sealed(self, token: str) -> SealedCredential:
        """The credential of who has `token`, ready to be sent."""
        ...

    def brought(self, request: Request, credentials: dict[str, str]) -> Brought:
        """Takes a caller's own credential of this form out of `request`, and adds it to those found already."""
        ...


@dataclass(frozen=True, slots=True)
class InField:
    """In a header field, after a word where upstream wants one.

    Attributes:
        name: The field's.
        scheme: The word; None: the token stands alone.
    """

    repeated: ClassVar[bool] = False

    name: str
    scheme: str | None = None

    def sealed(self, token: str) -> SealedCredential:
        return SealedCredential({self.name: token if self.scheme is None else f"{self.scheme} {token}"})

    def brought(self, request: Request, credentials: dict[str, str]) -> Brought:
        return _without_field(self.name, request, credentials)


BEARER: Final = InField("Authorization", "Bearer")
"""RFC 6750 section 2.1."""


@dataclass(frozen=True, slots=True)
class AsPassword:
    """The token is the password of a user (RFC 7617): both in UTF-8, the user's name without a colon."""

    repeated: ClassVar[bool] = False

    user: str

    def sealed(self, token: str) -> SealedCredential:
        return SealedCredential({"Authorization": f"Basic {b64encode(f'{self.user}:{token}'.encode()).decode()}"})

    def brought(self, request: Request, credentials: dict[str, str]) -> Brought:
        return _without_field("Authorization", request, credentials)


@dataclass(frozen=True, slots=True)
class InQuery:
    """As a parameter of the query. A name of other capitals is the same: who asks upstream cannot tell what it takes."""

    repeated: ClassVar[bool] = True

    name: str

    def sealed(self, token: str) -> SealedCredential:
        return SealedCredential({QUERY: f"{quote(self.name, safe='')}={quote(token, safe='')}"})

    def brought(self, request: Request, credentials: dict[str, str]) -> Brought:
        """Also takes out what `MASK` stands for: who follows a link with that in it has no credential of their own."""
        path, mark, query = request.target.partition("?")
        pieces = query.split("&")
        theirs = [piece for piece in pieces if self._is_called(piece)]
        if not theirs:
            return request, credentials
        rest = "&".join(piece for piece in pieces if piece not in theirs)
        request = request.with_target(f"{path}{mark}{rest}" if rest else path)
        told = "&".join(piece for piece in theirs if not _is_masked(piece))
        return request, ({**credentials, QUERY: told} if told else credentials)

    def _is_called(self, piece: str) -> bool:
        return unquote_plus(piece.partition("=")[0]).casefold() == self.name.casefold()


def _is_masked(piece: str) -> bool:
    value = unquote_plus(piece.partition("=")[2])
    return value != "" and not value.strip(MASK)


def _without_field(name: str, request: Request, credentials: dict[str, str]) -> Brought:
    if name not in request.headers:
        return request, credentials
    headers = CIMultiDict(request.headers)
    value = ", ".join(headers.popall(name))
    return request.with_headers(headers), {**credentials, name.lower(): value}
