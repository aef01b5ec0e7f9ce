"""The kinds of value that a setting may have, each with the words that tell a person what is expected.

Validators here raise `ValueError` with exactly those words and never with the value itself, which may be a secret
that was put in the wrong place.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, quote, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
)

from app.settings.sizes import EXPECTED_SIZE, parse_size

RESERVED_PATHS: Final = ("/api", "/docs", "/openapi.json", "/health", "/metrics")
"""What the gateway answers by itself: no mount may lie at, above or below one of these."""

EXPECTED_NAME: Final = (
    "a name of at most 32 lower-case letters, digits and single underscores that begins with a letter "
    "(a dash could not be reached from the environment)"
)
_NAME: Final = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
_HOST_NAME: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?", re.IGNORECASE
)
_MOUNT: Final = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_ORIGIN: Final = re.compile(r"https?://[a-z0-9._-]+(:[0-9]{1,5})?", re.IGNORECASE)
_HOSTS: Final = "a list of host names, such as [gate.example, '*.internal.example'], without ports"
_ORIGINS: Final = "a list of origins, such as [https://dash.example], without paths"
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_HEADER: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Expected:
    """Metadata of a kind of value: how to finish the sentence "expected …". Faults and docs/settings.md use it."""

    text: str


class ProxyUrl(SecretStr):
    """The URL of an outgoing proxy: secret, because it may hold a user name and a password."""


def mounts_overlap(one: str, other: str) -> bool:
    """Whether two mounts are equal, or one is a path prefix of the other (`/a` and `/a/b`; not `/a` and `/ab`)."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(expected)
        return text

    return check


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _HOST_NAME.fullmatch(text) is not None
    return True


def _split_http_url(text: str, expected: str) -> SplitResult:
    # urlsplit drops tabs and line ends in silence, so what it may see is checked first.
    if not _VISIBLE.fullmatch(text) or "\\" in text:
        raise ValueError(expected)
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:  # its text repeats what was written
        raise ValueError(expected) from None
    if url.scheme not in {"http", "https"} or not _is_host(url.hostname or "") or port == 0:
        raise ValueError(expected)
    return url


def _place(text: str, expected: str) -> SplitResult:
    """A URL that says where something is and nothing else: no user, no query, no fragment, no dot segments."""
    url = _split_http_url(text, expected)
    if "@" in url.netloc:
        raise ValueError("a URL without user name and password in it (a credential belongs in token or token_file)")
    if "?" in text or "#" in text:
        raise ValueError("a URL without a query (?…) or a fragment (#…)")
    if {".", ".."} & set(url.path.lower().replace("%2e", ".").split("/")):
        raise ValueError("a URL without . or .. in its path")
    return url._replace(netloc=url.netloc.lower())


_BASE_URL: Final = "a URL that begins with http:// or https://, such as https://api.github.com/"
_PUBLIC_URL: Final = "the URL at which callers reach this gateway, such as https://headgate.example"
_PROXY: Final = "the URL of an HTTP proxy, such as http://proxy.example:3128 (SOCKS is not supported)"
_PROXIES: Final = "a list of IP addresses and networks, such as [127.0.0.1, 10.0.0.0/8]"
_MOUNT_TEXT: Final = "a path such as /github: a slash and letters, digits, or any of . _ ~ -"
_HOST: Final = "an IP address or a host name without scheme and port, such as 127.0.0.1 or 0.0.0.0"
_TOKEN: Final = "a credential: one word of visible ASCII characters, in quotes if it is all digits"  # noqa: S105 -- no token: how a fault describes one
_PATTERN: Final = "a pattern over the paths below base_url, such as repos/*/*/commits/{sha}"
_RELOAD: Final = "always, never, or a number of seconds from 0 to 31536000 (a year)"
_YEAR_SECONDS: Final = 31_536_000
_USER_AGENT: Final = "one line of ASCII text"


def normal_base_url(text: str) -> str:
    """`text` with scheme and host in lower case and a slash at its end, so that relative paths can be joined to it.

    Raises:
        ValueError: It is no plain http(s) URL; the message says what one is.
    """
    url = _place(text, _BASE_URL)
    return url.geturl() if url.path.endswith("/") else url._replace(path=url.path + "/").geturl()


def _public_url(text: str) -> str:
    url = _place(text, _PUBLIC_URL)
    # It gets into bodies and header fields, where these have a meaning.
    return url._replace(path=quote(url.path.rstrip("/"), safe="%/:@!$&'()*+,;=~")).geturl()


def _proxy_url(secret: ProxyUrl) -> ProxyUrl:
    url = _split_http_url(secret.get_secret_value(), _PROXY)
    if url.path.strip("/") or url.query or url.fragment:
        raise ValueError(_PROXY)
    return secret


def _mount(text: str) -> str:
    mount = text.rstrip("/")
    if not _MOUNT.fullmatch(mount) or {".", ".."} & set(mount.split("/")):
        raise ValueError(_MOUNT_TEXT)
    if any(mounts_overlap(mount, reserved) for reserved in RESERVED_PATHS):
        raise ValueError(f"a path that the gateway does not use itself; it answers under {', '.join(RESERVED_PATHS)}")
    return mount


def _networks(written: object) -> tuple[str, ...]:
    if not isinstance(written, list | tuple) or not all(isinstance(text, str) for text in written):
        raise ValueError(_PROXIES)
    try:
        return tuple(str(ipaddress.ip_network(text)) for text in written)
    except ValueError:  # its text repeats what was written
        raise ValueError(_PROXIES) from None


def _listed(written: object, expected: str, is_one: Callable[[str], object]) -> tuple[str, ...]:
    texts = written if isinstance(written, list | tuple) else [None]
    if not all(isinstance(text, str) and is_one(text) for text in texts):
        raise ValueError(expected)
    return tuple(str(text).lower() for text in texts)


def _host_names(written: object) -> tuple[str, ...]:
    return _listed(written, _HOSTS, lambda text: text == "*" or _HOST_NAME.fullmatch(text.removeprefix("*.")))


def _origins(written: object) -> tuple[str, ...]:
    return _listed(written, _ORIGINS, _ORIGIN.fullmatch)


def _host(text: str) -> str:
    if not _is_host(text):
        raise ValueError(_HOST)
    return text


def _token(secret: SecretStr) -> SecretStr:
    if not _VISIBLE.fullmatch(secret.get_secret_value()):
        raise ValueError(_TOKEN)
    return secret


def route_pattern(text: str) -> str:
    if not _VISIBLE.fullmatch(text) or text.startswith("//") or not text.strip("/"):
        raise ValueError(_PATTERN)
    if "?" in text or "#" in text:
        raise ValueError("a pattern over paths, without a query (?…) or a fragment (#…): those do not count")
    return text


def _caller_reload(written: object) -> Literal["always", "never"] | float:
    if written == "always" or written == "never":  # noqa: PLR1714 -- what mypy narrows by
        return written
    if isinstance(written, int | float) and not isinstance(written, bool) and 0 <= written <= _YEAR_SECONDS:
        return written
    raise ValueError(_RELOAD)


UpstreamName = Annotated[str, StringConstraints(pattern=_NAME, max_length=32), Expected(EXPECTED_NAME)]
Host = Annotated[str, AfterValidator(_host), Expected(_HOST)]
_LIST_OF_NAMES: Final = WithJsonSchema({"type": "array", "items": {"type": "string"}})
HostNames = Annotated[tuple[str, ...], BeforeValidator(_host_names), Expected(_HOSTS), _LIST_OF_NAMES]
Origins = Annotated[tuple[str, ...], BeforeValidator(_origins), Expected(_ORIGINS), _LIST_OF_NAMES]
Port = Annotated[int, Field(ge=0, le=65535), Expected("a whole number from 0 to 65535 (0: any free port)")]
WorkerCount = Annotated[int, Field(ge=1, le=64), Expected("a whole number from 1 to 64")]
Connections = Annotated[int, Field(ge=1, le=10_000), Expected("a whole number from 1 to 10000")]
Attempts = Annotated[int, Field(ge=1, le=10), Expected("a whole number from 1 to 10")]
Count = Annotated[int, Field(ge=1, le=1_000_000), Expected("a whole number from 1 to 1000000")]
Percent = Annotated[float, Field(ge=0, le=100), Expected("a number from 0 to 100")]
Flag = Annotated[bool, Expected("true or false")]
Seconds = Annotated[float, Field(gt=0, le=86_400), Expected("a number of seconds above 0, at most 86400 (a day)")]
HangSeconds = Annotated[float, Field(ge=1, le=86_400), Expected("a number of seconds from 1 to 86400 (a day)")]
Pause = Annotated[float, Field(ge=0, le=86_400), Expected("a number of seconds from 0 to 86400 (a day)")]
Age = Annotated[float, Field(ge=0, le=_YEAR_SECONDS), Expected("a number of seconds from 0 to 31536000 (a year)")]
CallerReload = Annotated[
    Literal["always", "never"] | float,
    PlainValidator(_caller_reload),
    Expected(_RELOAD),
    WithJsonSchema(
        {"anyOf": [{"enum": ["always", "never"]}, {"type": "number", "minimum": 0, "maximum": _YEAR_SECONDS}]}
    ),
]
CallerClass = Annotated[Literal["interactive", "normal", "batch"], Expected("one of interactive, normal, batch")]
ByteCount = Annotated[
    int,
    BeforeValidator(parse_size),
    Expected(EXPECTED_SIZE),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "exclusiveMinimum": 0},
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*([KkMmGgTt][Ii]?)?[Bb]?$"},
            ]
        }
    ),
]
BaseUrl = Annotated[
    str, AfterValidator(normal_base_url), Field(json_schema_extra={"format": "uri"}), Expected(_BASE_URL)
]
PublicUrl = Annotated[
    str, AfterValidator(_public_url), Field(json_schema_extra={"format": "uri"}), Expected(_PUBLIC_URL)
]
ProxyNetworks = Annotated[tuple[str, ...], BeforeValidator(_networks), Expected(_PROXIES)]
Rewrite = Annotated[Literal["full", "headers", "off"], Expected("one of full, headers, off")]
Proxy = Annotated[ProxyUrl, AfterValidator(_proxy_url), Expected(_PROXY)]
Mount = Annotated[str, AfterValidator(_mount), Field(json_schema_extra={"pattern": "^/"}), Expected(_MOUNT_TEXT)]
Token = Annotated[SecretStr, AfterValidator(_token), Expected(_TOKEN)]
RoutePattern = Annotated[str, AfterValidator(route_pattern), Expected(_PATTERN)]
HeaderText = Annotated[str, AfterValidator(_matching(_HEADER, _USER_AGENT)), Expected(_USER_AGENT)]
Word = Annotated[
    str, AfterValidator(_matching(_VISIBLE, "one word, in quotes")), Expected("one word, in quotes if it is a number")
]
# Paths are lax where all else is strict: a strict `Path` would not take the text that YAML and the environment hold.
FilePath = Annotated[Path, Field(strict=False), Expected("the path of a file")]
DirectoryPath = Annotated[Path, Field(strict=False), Expected("the path of a directory")]
