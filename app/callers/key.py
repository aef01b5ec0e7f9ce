"""What a key is: `hg_`, 43 random characters, and 6 that check them.

The form is that of GitHub's tokens ("Behind GitHub's new authentication token formats", 2021): a prefix that scanners for
leaked secrets look for, base62 so that a double click takes all of it, and a CRC32 by which a scanner, or somebody who is
told that a key is wrong, knows a mistyped one from an unknown one without asking.
"""

import re
import secrets
from hashlib import sha256
from typing import Final
from zlib import crc32

from app.callers.caller import KEY_PREFIX

RANDOM_CHARACTERS: Final = 43
"""Of 62: 256 bits."""
CHECK_CHARACTERS: Final = 6
"""Of 62: room for the 32 bits of a CRC."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM: Final = re.compile(rf"{KEY_PREFIX}[0-9A-Za-z]{{{RANDOM_CHARACTERS + CHECK_CHARACTERS}}}")


def new_key() -> str:
    """One that nobody has."""
    body = KEY_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return body + _check(body)


def looks_right(text: str) -> bool:
    """Whether it is a key, of whichever gateway: no letter is missing or wrong."""
    return _FORM.fullmatch(text) is not None and _check(text[:-CHECK_CHARACTERS]) == text[-CHECK_CHARACTERS:]


def digest(key: str) -> bytes:
    """What is kept of a key: its SHA-256, 32 bytes.

    Neither salted nor slow, as the hash of a password is: there is no list of likely keys to try, and 256 random bits are not
    found by trying. So each request costs a microsecond, and the key can be looked up by its hash.
    """
    return sha256(key.encode(errors="replace")).digest()


def _check(body: str) -> str:
    rest, characters = crc32(body.encode()), ""
    for _ in range(CHECK_CHARACTERS):
        rest, at = divmod(rest, len(_ALPHABET))
        characters = _ALPHABET[at] + characters
    return characters
