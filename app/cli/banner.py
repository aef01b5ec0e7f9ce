"""What `headgate serve` says when it listens: where, what is offered there, and what is unsafe about it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TextIO

from app import __version__
from app.cli.amounts import readable_size
from app.cli.doctor import keys
from app.cli.doctor.exposure import ModeOf, exposure, mode_of_file, with_credentials, without_token
from app.cli.doctor.facts import KeysSeen
from app.cli.paint import Colour, Paint
from app.settings import Loaded, Settings, typed_kinds
from app.settings.safety import is_loopback

ENTERPRISE: Final = "/api/v3, /api/graphql"
"""Where clients of an Enterprise Server look (`app/api/passthrough/enterprise.py`, which the main process does not import)."""


def told_at_start(loaded: Loaded, url: str, output: TextIO, environ: Mapping[str, str]) -> str:
    """The banner for `output`, with what lies in the working directory looked at."""
    seen = keys.seen(loaded.settings, Path())
    return banner(loaded, url, keys_seen=seen, mode_of=mode_of_file(Path()), paint=Paint.for_stream(output, environ))


def banner(loaded: Loaded, url: str, *, keys_seen: KeysSeen, mode_of: ModeOf, paint: Paint) -> str:
    """Lines for a person; the first one, which programs read too, stays as it is.

    Args:
        loaded: The configuration.
        url: Where it listens.
        keys_seen: Callers' keys.
        mode_of: How files are looked at.
        paint: Colours, or none.
    """
    settings = loaded.settings
    places = [*_places(settings), *_facts(loaded, keys_seen)]
    longest = max(len(name) for name, _ in places)
    lines = [paint(first_line(settings, url), Colour.BOLD)]
    lines += [f"  {name:<{longest}}  {what}" for name, what in places]
    warnings = [*exposure(loaded, has_keys=keys_seen.needed, mode_of=mode_of), *without_token(settings)]
    lines += [f"{paint('warning:', Colour.YELLOW)} {one.name}: {one.found} ({one.advice})" for one in warnings]
    return "\n".join(lines)


def first_line(settings: Settings, url: str) -> str:
    """`Headgate 0.1.0 listens on http://127.0.0.1:8000 with 2 workers; upstreams: github (https://api.github.com/)`."""
    upstreams = ", ".join(f"{name} ({upstream.base_url})" for name, upstream in settings.upstreams.items())
    workers = settings.server.workers
    return f"Headgate {__version__} listens on {url} with {workers} worker{'s' * (workers > 1)}; upstreams: {upstreams}"


def _places(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is offered under which path."""
    typed = [name for kind in typed_kinds() if (name := settings.serving(kind)) is not None]
    if typed:
        yield "/api/v1", f"typed, over {' and '.join(typed)}; told at /docs"
    for name, upstream in settings.upstreams.items():
        if upstream.mount is not None:
            yield upstream.mount, f"{name}: {upstream.base_url}"
    github = settings.serving("github")
    if github is not None and settings.upstreams[github].mount is not None:
        yield ENTERPRISE, f"{github}, for clients of an Enterprise Server"
    everybody = settings.metrics.access == "anyone"
    yield "/metrics", f"for Prometheus: {'anyone' if everybody else 'operators'}"


def _facts(loaded: Loaded, keys_seen: KeysSeen) -> Iterator[tuple[str, str]]:
    settings = loaded.settings
    yield "configuration", loaded.file or "the packaged defaults"
    yield "cache", _cache(settings)
    yield "callers", _callers(settings, keys_seen)
    if settings.server.tls.certificate_file is not None:
        yield "tls", f"certificate in {settings.server.tls.certificate_file}"
    usage = settings.usage
    yield (
        "usage",
        f"{usage.path}, for {usage.keep_days} days" if usage.path is not None else "each worker's own, in memory",
    )


def _cache(settings: Settings) -> str:
    size = readable_size(settings.cache.max_bytes)
    if settings.cache.store == "memory":
        return f"in memory, {size} in each worker"
    return f"{settings.cache.path} on disk, {size}"


def _callers(settings: Settings, keys_seen: KeysSeen) -> str:
    if keys_seen.needed:
        names = len({key.name for key in keys_seen.keys})
        return f"{names or 'no'} caller{'s' * (names != 1)} with a key; nobody is served without one"
    if settings.callers.open_to_all and not is_loopback(settings.server.host):
        return "no keys, and open to all who reach it"
    what = "may read with the gateway's credentials" if with_credentials(settings) else "asks without a credential"
    return f"no keys: whoever asks {what}"
