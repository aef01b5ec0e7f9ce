"""Keeping secrets out of what people see: fault lines, `headgate config show`, names of keys and variables."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from app.settings.tree import dotted, is_item_step
from app.settings.values import ProxyUrl

MASK: Final = "********"
_KEY: Final = re.compile(r"[A-Za-z0-9_.\-]{1,32}|<[a-z]+>")
_CREDENTIAL: Final = re.compile(
    r"gh[a-z]_[A-Za-z0-9]{16,}"  # GitHub: personal, app, user, refresh tokens
    r"|github_pat_[A-Za-z0-9_]{16,}"
    r"|\bEAA[A-Za-z0-9]{16,}"  # Facebook
    r"|\bhg_[A-Za-z0-9]{16,}"  # callers' keys of a gateway like this
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"  # a JSON web token
    r"|\bxox[a-z]-[A-Za-z0-9-]{10,}|\bsk-[A-Za-z0-9_-]{16,}|\bAKIA[A-Z0-9]{12,}|\bglpat-[A-Za-z0-9_-]{16,}"
    r"|\b(?:Bearer|Basic|token) +\S{8,}"
    r"|-----BEGIN ",
    re.IGNORECASE,
)


def looks_like_credential(text: str) -> bool:
    """Whether `text` holds something in the well-known form of a token or a private key."""
    return _CREDENTIAL.search(text) is not None


def shown_key(key: str) -> str:
    """`key` as it may be printed: one that is too long or odd to be a name may be a secret that slipped."""
    if not key:
        return "(empty)"
    return key if _KEY.fullmatch(key) and not looks_like_credential(key) else "(a key that is not shown)"


def shown_path(path: tuple[str, ...]) -> str:
    """A path into the configuration, as YAML users read it: `upstreams.github.base_url`."""
    return dotted(key if is_item_step(key) else shown_key(key) for key in path)


def shown_variable(name: str) -> str:
    """The name of an environment variable, as it may be printed."""
    parts = name.split("__")
    return name if all(shown_key(part) == part for part in parts) else f"{shown_key(parts[0])}__…"


def shown_file(path: Path | str) -> str:
    """The path of a file, as it may be printed."""
    text = str(path)
    return text if text.isprintable() and not looks_like_credential(text) else "(a path that is not shown)"


def without_userinfo(url: str) -> str:
    """`url` with user name and password replaced by the mask. What cannot be understood is masked as a whole."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    if "@" not in url:
        return url
    userinfo, separator, host = parts.netloc.rpartition("@")
    if not separator or not userinfo or "@" in parts.path + parts.query + parts.fragment:
        return MASK
    return parts._replace(netloc=f"{MASK}@{host}").geturl()


def reveal_nothing(secret: SecretStr) -> str:
    """What stands for a secret that is set."""
    return without_userinfo(secret.get_secret_value()) if isinstance(secret, ProxyUrl) else MASK
