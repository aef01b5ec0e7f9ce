"""Queries that hold a credential of the caller's own, where nobody has said that this upstream takes one there.

What is stored is found by its whole URL, and the store lies on a disk: such a reply is not stored. A name that only looks like
that of a credential costs a few requests more.
"""

import re
from typing import Final
from urllib.parse import unquote_plus

_NAMES: Final = frozenset({"auth", "hmac", "jwt", "key", "pwd", "secret", "sessionid", "sig", "sign", "token"})
_ENDS: Final = (
    "accesskey", "accesskeyid", "accesstoken", "apikey", "apitoken", "appkey", "authkey", "authorization", "authtoken",
    "bearertoken", "credential", "idtoken", "jobtoken", "oauthtoken", "passphrase", "passwd", "password", "personaltoken",
    "privatetoken", "refreshtoken", "secret", "secretkey", "securitytoken", "sessiontoken", "sharedkey", "signature",
    "subscriptionkey", "usertoken",
)  # fmt: skip
"""Not every token: in `page_token` and its like stands where a list goes on."""
_no_letters: Final = re.compile(r"[^a-z0-9]")


def names_a_credential(target: str) -> bool:
    """Whether a parameter of a target's query is called as credentials are."""
    query = target.partition("?")[2]
    return query != "" and any(_is_called_so(pair.partition("=")[0]) for pair in re.split("[&;]", query))


def _is_called_so(written: str) -> bool:
    name = _no_letters.sub("", unquote_plus(written).lower())
    return name in _NAMES or name.endswith(_ENDS)
