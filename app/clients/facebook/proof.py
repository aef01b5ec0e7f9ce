"""How a server proves to Graph that it knows the app's secret, with each request."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from app.identity import QUERY, SealedCredential
from app.transport.credential_forms import BEARER, Brought
from app.transport.exchange import Request


@dataclass(frozen=True, slots=True)
class BearerWithProof:
    """The token as a bearer, and `appsecret_proof` beside it.

    A caller's own token gets none: the proof would lend it the app's trust, which is not the caller's. One that the caller
    brings itself stays where it is.

    Source: https://developers.facebook.com/docs/graph-api/guides/secure-requests/
    """

    app_secret: str = field(repr=False)

    def sealed(self, token: str) -> SealedCredential:
        fields = BEARER.sealed(token).reveal()
        return SealedCredential({**fields, QUERY: f"appsecret_proof={proof(token, self.app_secret)}"})

    def brought(self, request: Request, credentials: dict[str, str]) -> Brought:
        return BEARER.brought(request, credentials)


def proof(token: str, app_secret: str) -> str:
    """The SHA-256 HMAC of the token with the app's secret as its key, in hexadecimal."""
    return hmac.new(app_secret.encode(), token.encode(), sha256).hexdigest()
