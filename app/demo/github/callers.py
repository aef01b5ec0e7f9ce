"""Who asks: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from app.demo.github.replies import Refusal

# A token does not say here whose it is; this one is taken for the author of all that is written.
LOGIN = "mira-okafor"


@dataclass(frozen=True, slots=True)
class Caller:
    """The key is a fingerprint: nothing here needs the credential itself once it has been judged."""

    key: str = "anonymous"

    @property
    def authenticated(self) -> bool:
        return self.key != "anonymous"


def identify(authorization: str | None, is_revoked: Callable[[str], bool]) -> Caller:
    """`Bearer x`, `token x` and Basic (the token as password, or alone as user name) are one and the same caller."""
    if not authorization:
        return Caller()
    scheme, _, rest = authorization.partition(" ")
    token = rest.strip()
    if scheme.lower() == "basic":
        token = _from_basic(token)
    elif scheme.lower() not in {"bearer", "token"}:
        token = ""
    if not token or is_revoked(token):
        raise Refusal(401, "Bad credentials")
    return caller_with(token)


def caller_with(token: str | None) -> Caller:
    return Caller() if token is None else Caller(hashlib.sha256(token.encode()).hexdigest()[:16])


def _from_basic(encoded: str) -> str:
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return user if password in {"", "x-oauth-basic"} else password
