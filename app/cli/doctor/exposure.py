"""What is unsafe about a configuration that is valid: the banner warns of it, and so does `headgate doctor`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.cli.doctor.finding import Finding, warning
from app.settings import Loaded, Origin, Settings
from app.settings.credentials import GITHUB_API
from app.settings.safety import is_loopback

ModeOf = Callable[[str], int | None]
"""The permissions of the file at a path, relative to the working directory; None: nobody can say."""

_EVERYBODY_READS: Final = 0o004
_OTHERS_WRITE: Final = 0o022


def exposure(loaded: Loaded, *, has_keys: bool, mode_of: ModeOf) -> Iterator[Finding]:
    """Warnings, the gravest first.

    Args:
        loaded: The configuration.
        has_keys: Whether callers need a key.
        mode_of: How files are looked at.
    """
    settings = loaded.settings
    if not has_keys and not loaded.unsafe and with_credentials(settings):
        yield from _open_to_strangers(settings)
    if not is_loopback(settings.server.host) and settings.server.tls.certificate_file is None:
        yield warning(
            "tls",
            "plain HTTP to other machines: whoever is on the way reads answers and callers' keys",
            "let a proxy in front do TLS and listen on 127.0.0.1, or set server.tls; within a closed network it may do",
        )
    yield from _sent_in_clear(settings)
    yield from _open_files(loaded, mode_of)
    if settings.metrics.access == "anyone" and beyond_this_machine(settings):
        found = "/metrics is open to anyone: it names callers, routes and quotas"
        yield warning("metrics", found, "metrics.access: operators, and a key made with --operator for Prometheus")


def without_token(settings: Settings) -> Iterator[Finding]:
    """A warning for a github.com that is asked as anybody may ask it ("Rate limits for the REST API")."""
    for name, upstream in settings.upstreams.items():
        if upstream.base_url == GITHUB_API and upstream.token is None:
            found = "none: GitHub answers 60 requests an hour of everybody on this address together"
            yield warning(f"token of {name}", found, f"GITHUB_TOKEN, or upstreams.{name}.token_file")


def beyond_this_machine(settings: Settings) -> bool:
    """Whether others than this machine's own callers are meant to reach it, perhaps by a proxy on it."""
    public_url = settings.server.public_url
    public_host = "localhost" if public_url is None else urlsplit(public_url).hostname or ""
    return not (is_loopback(settings.server.host) and is_loopback(public_host))


def with_credentials(settings: Settings) -> list[str]:
    """The upstreams that are asked with a credential of the gateway's."""
    return [name for name, upstream in settings.upstreams.items() if upstream.token is not None]


def _open_to_strangers(settings: Settings) -> Iterator[Finding]:
    if not beyond_this_machine(settings):
        return
    why = "callers.open_to_all" if settings.callers.open_to_all else "callers need no key"
    where = settings.server.host if settings.server.public_url is None else settings.server.public_url
    whose = ", ".join(with_credentials(settings))
    found = f"{why}: whoever reaches {where} reads with the credential of {whose}"
    yield warning("keys", found, "headgate keys create NAME makes one; from then on nobody is served without")


def _sent_in_clear(settings: Settings) -> Iterator[Finding]:
    for name, upstream in settings.upstreams.items():
        url = urlsplit(upstream.base_url)
        if upstream.token is not None and url.scheme == "http" and not is_loopback(url.hostname or ""):
            found = f"is sent to {url.netloc} by plain HTTP: whoever is on the way can read it"
            yield warning(f"token of {name}", found, f"use https in upstreams.{name}.base_url")


def _open_files(loaded: Loaded, mode_of: ModeOf) -> Iterator[Finding]:
    for name in with_credentials(loaded.settings):
        source = loaded.source(f"upstreams.{name}.token")
        if source.origin not in {Origin.SECRET_FILE, Origin.YAML}:
            continue
        file = source.where if source.origin is Origin.SECRET_FILE else loaded.file or ""
        mode = mode_of(file)
        if mode is not None and mode & _EVERYBODY_READS:
            found = f"every user of this machine can read {file} (mode {mode:04o})"
            yield warning(f"token of {name}", found, f"chmod o= {file}")
    key_file = loaded.settings.callers.key_file
    mode = mode_of(str(key_file))
    if mode is not None and mode & _OTHERS_WRITE:
        found = f"others may write into {key_file} (mode {mode:04o}), and so give themselves a key"
        yield warning("keys", found, f"chmod go-w {key_file}")


def mode_of_file(working_directory: Path) -> ModeOf:
    """Looks at files, relative to a directory."""

    def mode_of(path: str) -> int | None:
        try:
            return (working_directory / path).stat().st_mode & 0o7777
        except (OSError, ValueError):
            return None

    return mode_of
