"""How Graph takes a credential: a token, and the proof that whoever sends it knows the app's secret."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Final

from app.identity import QUERY, SealedCredential
from app.transport.credential_forms import BEARER, Brought, InQuery
from app.transport.exchange import Request

TOKEN: Final = InQuery("access_token")
PROOF: Final = InQuery("appsecret_proof")


@dataclass(frozen=True, slots=True)
class GraphCredential:
    """The token as a bearer and, where the app's secret is known, `appsecret_proof` beside it.

    A caller may bring the token in either of Graph's two places, and a proof that it has made itself; all of that is its
    credential. It gets no proof from here: this says "the app that owns the secret asks", and with it a token that was
    stolen from the app would be good again, for whoever reaches the mount.

    Sources: https://developers.facebook.com/docs/graph-api/guides/secure-requests/,
    https://developers.facebook.com/docs/graph-api/results (the URLs of a list's neighbours hold the token that was asked with).

    Attributes:
        app_secret: None: nothing is signed.
    """

    repeated: ClassVar[bool] = True

    app_secret: str | None = field(default=None, repr=False)

    def sealed(self, token: str) -> SealedCredential:
        bearer = BEARER.sealed(token)
        if self.app_secret is None:
            return bearer
        return SealedCredential({**bearer.reveal(), QUERY: f"{PROOF.name}={proof(token, self.app_secret)}"})

    def brought(self, request: Request, credentials: dict[str, str]) -> Brought:
        request, credentials = BEARER.brought(request, credentials)
        told: list[str] = []
        for form in (TOKEN, PROOF):
            request, found = form.brought(request, {})
            told += found.values()
        return request, ({**credentials, QUERY: "&".join(told)} if told else credentials)


def proof(token: str, app_secret: str) -> str:
    """The SHA-256 HMAC of the token with the app's secret as its key, in hexadecimal."""
    return hmac.new(app_secret.encode(), token.encode(), sha256).hexdigest()
