"""Where credentials come from besides the configuration itself, and where they must not be."""

import re
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from app.settings.callers import HASH_AND_NO_KEY
from app.settings.catalogue import Catalogue
from app.settings.faults import SettingsFault, Source
from app.settings.masking import looks_like_credential, shown_file, shown_path, without_userinfo
from app.settings.tree import Layer, SettingPath, leaves, merge
from app.settings.upstreams import upstream_kinds
from app.settings.values import normal_base_url

GITHUB_API: Final = "https://api.github.com/"
GITHUB_TOKEN: Final = "GITHUB_TOKEN"  # noqa: S105 - the name of a variable
_NO_CREDENTIAL: Final = "no credential here (it belongs in token or token_file of its upstream, which are never shown)"
_LARGEST_SECRET_BYTES: Final = 64 * 1024
_SHORTEST_TELLING: Final = 16  # a shorter secret could be part of an innocent text by chance
_SLOT: Final = re.compile(r"(.+)_file")


def read_credentials(
    layer: Layer, environ: Mapping[str, str], working_directory: Path, catalogue: Catalogue
) -> tuple[Layer, list[SettingsFault]]:
    """`layer` with the content of every `…_file` in the place of the secret, and GITHUB_TOKEN where it belongs."""
    faults: list[SettingsFault] = []
    found: list[Layer] = []
    for name in layer.branch(("upstreams",)):
        upstream = ("upstreams", name)
        for secret, file in _slots(upstream, catalogue):
            if layer.at(file) is None:
                continue
            if layer.at(secret) is not None:
                other = layer.source_of(file)
                expected = (
                    f"either {secret[-1]} or {file[-1]}, but {file[-1]} is given, too ({other}); null takes one back"
                )
                faults.append(SettingsFault(shown_path(secret), expected, layer.source_of(secret)))
            elif isinstance(written := layer.at(file), str):
                try:
                    text = _read_secret(working_directory / written)
                except ValueError as problem:
                    faults.append(SettingsFault(shown_path(file), str(problem), layer.source_of(file)))
                else:
                    found.append(Layer.single(secret, text, Source.secret_file(shown_file(written))))
        found.extend(_github_token(layer, upstream, environ))
    return merge(layer, *found), faults


def misplaced_credentials(layer: Layer, catalogue: Catalogue) -> Iterator[SettingsFault]:
    """Faults for text that looks like a credential, or is one, in settings that are shown to people."""
    secrets: list[str] = []
    others: list[tuple[SettingPath, str]] = []
    for path, value in leaves(layer.tree):
        setting = catalogue.setting(path)
        for text in _texts(value):
            if setting is None or not setting.secret:
                others.append((path, text))
            elif path[-1] == "proxy":  # its user and password are masked when shown; the rest is not
                others.append((path, without_userinfo(text)))
            elif len(text) >= _SHORTEST_TELLING:
                secrets.append(text)
    for path, text in others:
        if looks_like_credential(text) or any(secret in text for secret in secrets):
            is_key = path[:2] == ("callers", "keys")
            expected = HASH_AND_NO_KEY if is_key else _NO_CREDENTIAL
            yield SettingsFault(shown_path(path), expected, layer.source_of(path))


def unusable_authorities(layer: Layer, working_directory: Path) -> Iterator[SettingsFault]:
    """Faults for every `ca_file` that is missing or holds no certificate: found now, not at the first request."""
    for name in layer.branch(("upstreams",)):
        path = ("upstreams", name, "ca_file")
        written = layer.at(path)
        if isinstance(written, str):
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=str(working_directory / written))
            except (OSError, ValueError):  # SSLError is an OSError; a NUL in a path is a ValueError
                expected = "the path of a readable PEM file that holds a certificate"
                yield SettingsFault(shown_path(path), expected, layer.source_of(path))


def _slots(upstream: SettingPath, catalogue: Catalogue) -> Iterator[tuple[SettingPath, SettingPath]]:
    """Every secret of an upstream that may also be given as a file: (token, token_file)."""
    for path in catalogue.paths((upstream[1],)):
        if path[:2] == upstream and (match := _SLOT.fullmatch(path[-1])):
            secret = (*path[:-1], match[1])
            if (setting := catalogue.setting(secret)) is not None and setting.secret:
                yield secret, path


def _github_token(layer: Layer, upstream: SettingPath, environ: Mapping[str, str]) -> Iterator[Layer]:
    """GITHUB_TOKEN, for an upstream that is github.com itself and has no token of its own."""
    token = environ.get(GITHUB_TOKEN, "").strip()
    own = [layer.at((*upstream, key)) for key in ("token", "token_file")]
    if token and own == [None, None] and _base_url(layer, upstream) == GITHUB_API:
        yield Layer.single((*upstream, "token"), token, Source.environment(GITHUB_TOKEN))


def _base_url(layer: Layer, upstream: SettingPath) -> str | None:
    written = layer.at((*upstream, "base_url"))
    if written is None and isinstance(kind := layer.at((*upstream, "kind")), str) and kind in upstream_kinds():
        field = upstream_kinds()[kind].model_fields["base_url"]
        written = None if field.is_required() else field.default
    try:
        return normal_base_url(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _read_secret(path: Path) -> str:
    """The content of `path` without the white space around it.

    Raises:
        ValueError: It cannot be read or is empty. The message holds neither the path nor the content.
    """
    try:
        if not path.exists():
            raise ValueError("the path of a file, but there is no such file")
        if not path.is_file():
            raise ValueError("the path of a regular file")
        with path.open("rb") as file:
            content = file.read(_LARGEST_SECRET_BYTES + 1)
        text = content.decode().strip()
    except UnicodeDecodeError:
        raise ValueError("the path of a file that holds one line of text") from None
    except OSError as error:
        raise ValueError(f"the path of a file that can be read, but: {error.strerror}") from None
    if not text:
        raise ValueError("the path of a file that holds a credential, but it is empty")
    if len(content) > _LARGEST_SECRET_BYTES:
        raise ValueError("the path of a file that holds one credential, but it is too large for that")
    return text


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            for _, below in leaves(item):
                yield from _texts(below)
