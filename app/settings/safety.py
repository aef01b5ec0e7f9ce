"""Safe by default: whoever reaches the gateway may ask with its credentials, so that beyond this machine it wants keys.

As all checks of several settings, on the merged tree and not on the models: see `app/settings/checks.py`.
"""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.settings.callers import Callers
from app.settings.faults import SettingsFault
from app.settings.masking import shown_path
from app.settings.models import Server, Settings
from app.settings.tree import Layer, SettingPath

HOST: Final[SettingPath] = ("server", "host")
KEYS: Final[SettingPath] = ("callers", "keys")
KEY_FILE: Final[SettingPath] = ("callers", "key_file")
OPEN_TO_ALL: Final[SettingPath] = ("callers", "open_to_all")
CREDENTIALS: Final = ("token", "app_secret")


def is_loopback(host: str) -> bool:
    """Whether what listens at `host`, an address or a name, is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith(".localhost")  # RFC 6761 section 6.3


def open_to_strangers(layer: Layer, working_directory: Path) -> Iterator[SettingsFault]:
    """A fault for a gateway that would serve with its credentials whoever comes along from elsewhere."""
    host = layer.at(HOST) or Server.model_fields["host"].default
    with_credential = [
        name
        for name in layer.branch(("upstreams",))
        if any(layer.at(("upstreams", name, credential)) is not None for credential in CREDENTIALS)
    ]
    if not isinstance(host, str) or is_loopback(host) or not with_credential:
        return
    if layer.at(OPEN_TO_ALL) is True or layer.branch(KEYS) or has_keys(_key_file(layer, working_directory)):
        return
    whose = shown_path(("upstreams", with_credential[0]))
    expected = (
        f"127.0.0.1 as long as callers need no key: anybody else who reaches it would ask with the credential of {whose} "
        f"(make a key by: headgate keys create NAME; or, where whoever reaches it may use that credential, set "
        f"{shown_path(OPEN_TO_ALL)}: true)"
    )
    yield SettingsFault(shown_path(HOST), expected, layer.source_of(HOST))


def is_open_to_strangers(settings: Settings) -> bool:
    """The same of a configuration as it is in force. At a reload that is not what is written: the address stays the one that
    is bound.
    """
    callers = settings.callers
    if is_loopback(settings.server.host) or callers.open_to_all or callers.keys or has_keys(callers.key_file):
        return False
    return any(
        getattr(upstream, credential, None) is not None
        for upstream in settings.upstreams.values()
        for credential in CREDENTIALS
    )


def has_keys(key_file: Path) -> bool:
    """Whether there is such a file and something in it. What it is the ring of keys judges: from a file that it cannot
    read it takes no key, and serves nobody without one.
    """
    try:
        return key_file.stat().st_size > 0
    except OSError:
        return False


def _key_file(layer: Layer, working_directory: Path) -> Path:
    written = layer.at(KEY_FILE) or Callers.model_fields["key_file"].default
    return working_directory / written if isinstance(written, str | Path) else working_directory
