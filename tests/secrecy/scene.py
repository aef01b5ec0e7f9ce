"""A gateway that holds secrets of every kind, and callers who bring theirs."""

import http.client
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.callers.key import new_key
from tests.end_to_end.command import HEADGATE, ROOT, Command, running
from tests.secrecy.marks import Mark, marked
from tests.secrecy.upstream import Upstream

SECONDS = 20.0


@dataclass(frozen=True)
class Secrets:
    """All that there are. Those of the gateway must be seen by nobody but the upstream that they are for."""

    github: Mark = field(default_factory=lambda: marked("GitHub's token", "ghp_"))
    github_file: Mark = field(default_factory=lambda: marked("a token from a file", "ghp_"))
    header: Mark = field(default_factory=lambda: marked("a token in a field of its own"))
    password: Mark = field(default_factory=lambda: marked("a password"))
    query: Mark = field(default_factory=lambda: marked("a key in the query"))
    proxy: Mark = field(default_factory=lambda: marked("a proxy's password"))
    facebook: Mark = field(default_factory=lambda: marked("Facebook's token", "EAA"))
    app_secret: Mark = field(default_factory=lambda: marked("Facebook's app secret"))
    identity: Mark = field(default_factory=lambda: marked("the identity key"))
    key: Mark = field(default_factory=lambda: Mark("a caller's key", new_key()))
    reader: Mark = field(default_factory=lambda: Mark("a caller's key with rules", new_key()))
    poor: Mark = field(default_factory=lambda: Mark("a key that may spend little", new_key()))
    operator: Mark = field(default_factory=lambda: Mark("an operator's key", new_key()))
    wrong_key: Mark = field(default_factory=lambda: Mark("a wrong key", new_key()))
    own: Mark = field(default_factory=lambda: marked("a caller's own token", "ghp_"))
    cookie: Mark = field(default_factory=lambda: marked("a cookie"))
    otp: Mark = field(default_factory=lambda: marked("a one-time password"))
    in_query: Mark = field(default_factory=lambda: marked("a caller's token in the query", "ghp_"))
    in_body: Mark = field(default_factory=lambda: marked("a secret in a body"))
    mistyped: Mark = field(default_factory=lambda: marked("a secret in a setting of another type"))

    @property
    def all(self) -> tuple[Mark, ...]:
        return tuple(vars(self).values())

    @property
    def of_callers(self) -> tuple[Mark, ...]:
        """What an upstream may repeat to the caller who brought it."""
        return (self.own, self.cookie, self.otp, self.in_query, self.in_body)

    @property
    def keys(self) -> tuple[Mark, ...]:
        """What is for the gateway alone."""
        return (self.key, self.reader, self.poor, self.operator, self.wrong_key)


def settings_of(secrets: Secrets, upstream: Upstream, directory: Path) -> dict[str, Any]:
    """Every form of a credential, each for an upstream of its own."""
    url, quick = upstream.url, {"timeouts": {"connect_seconds": 1, "read_seconds": 1, "total_seconds": 2}}
    often = {"breaker": {"failure_percent": 100, "minimum_requests": 10_000}, "retry": {"attempts": 1}}
    common = {**quick, **often, "limits": {"buffered_bytes": "1MiB", "decompressed_bytes": "2MiB"}}
    named = {"token": secrets.header.value, **common}

    def key(mark: Mark, **more: Any) -> dict[str, Any]:
        return {"hashes": [{"sha256": sha256(mark.value.encode()).hexdigest()}], **more}

    return {
        "server": {
            "port": 0,
            "workers": 2,
            "drain_seconds": 0,
            "max_request_bytes": "64KiB",
            "limits": {"header_fields": 40, "request_seconds": 2, "requests_at_once": 4},
        },
        "cache": {"path": str(directory / "cache")},
        "identity": {"key_file": str(directory / "identity.key")},
        "usage": {"path": str(directory / "usage.db")},
        "tracing": {"otlp_endpoint": f"{url}v1/traces"},
        "callers": {
            "key_file": str(directory / "keys.yaml"),
            "keys": {
                "team": key(secrets.key, allow=["* /**"]),
                "reader": key(secrets.reader, allow=["GET /api/v1/repos/acme/**"], rate="3/min", daily_points=2),
                "poor": key(secrets.poor, allow=["GET /api/v1/**"], daily_points=1),
                "boss": key(secrets.operator, operator=True),
            },
        },
        "api": {"github": "github"},
        "upstreams": {
            "github": {"kind": "github", "base_url": url, "mount": "/github", "token": secrets.github.value, **common},
            "filed": {
                "kind": "github",
                "base_url": url,
                "mount": "/filed",
                "token_file": str(directory / "token"),
                **common,
            },
            "header": {
                "kind": "http",
                "base_url": url,
                "mount": "/header",
                "token": secrets.header.value,
                "credential": {"header": "X-Upstream-Key"},
                "allow": [{"methods": ["GET"], "paths": ["x/**"]}],
                **common,
            },
            "basic": {
                "kind": "http",
                "base_url": url,
                "mount": "/basic",
                "token": secrets.password.value,
                "credential": {"basic_user": "someone"},
                **common,
            },
            "query": {
                "kind": "http",
                "base_url": url,
                "mount": "/query",
                "token": secrets.query.value,
                "credential": {"query": "api_key"},
                **common,
            },
            "proxied": {
                "kind": "http",
                "base_url": "http://upstream.invalid/",
                "mount": "/proxied",
                "proxy": f"http://someone:{secrets.proxy.value}@127.0.0.1:9",
                **common,
            },
            "dead": {"kind": "http", "base_url": "http://127.0.0.1:9/", "mount": "/dead", **named},
            "lost": {"kind": "http", "base_url": "http://nowhere.invalid/", "mount": "/lost", **named},
            "plain": {"kind": "http", "base_url": url.replace("http", "https"), "mount": "/plain", **named},
            "fragile": {
                "kind": "http",
                "base_url": url,
                "mount": "/fragile",
                **named,
                "breaker": {"minimum_requests": 1, "failure_percent": 1},
            },
            "narrow": {
                "kind": "http",
                "base_url": url,
                "mount": "/narrow",
                **named,
                "budget": {"in_flight": 1, "queue": 1},
                "limits": {"request_bytes": "1KiB"},
            },
            "facebook": {
                "kind": "facebook",
                "base_url": url,
                "mount": "/facebook",
                "token": secrets.facebook.value,
                "app_secret": secrets.app_secret.value,
                **common,
            },
        },
    }


@dataclass
class Scene:
    """The gateway under way, and all that anybody has been told.

    Attributes:
        told: By place, what was said there.
        codes: Of the problems that callers were told.
    """

    secrets: Secrets
    upstream: Upstream
    directory: Path
    config: Path
    command: Command
    told: list[tuple[str, bytes]] = field(default_factory=list)
    to_owners: list[tuple[str, bytes]] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    def ask(self, path: str, method: str = "GET", *, body: Any = None, own: Any = False, **fields: str) -> int:
        """Asks, and keeps the answer; `own`: with secrets that the caller may be told again."""
        parts = urlsplit(self.command.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        try:
            connection.request(method, path, body, {"Connection": "close", **named})
            answer = connection.getresponse()
            content = f"{answer.status} {answer.reason}\r\n{answer.headers}".encode()
            try:
                raw = answer.read()
            except http.client.IncompleteRead as cut:
                raw = cut.partial
        finally:
            connection.close()
        (self.to_owners if own else self.told).append((f"the answer to {method} {path[:80]}", content + raw))
        self.note(raw)
        return answer.status

    def note(self, raw: bytes) -> None:
        """Which problem an answer is."""
        try:
            told = json.loads(raw)
        except ValueError:
            return
        error = told.get("error") if isinstance(told, dict) else None
        for value in (told, error):
            code = value.get("code") or value.get("headgate_code") if isinstance(value, dict) else None
            if isinstance(code, str):
                self.codes.add(code)

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None, config: Path | None = None) -> None:
        """A command beside the gateway; what it says is kept."""
        ran = subprocess.run(
            [HEADGATE, *arguments, "--config", str(config or self.config)],
            cwd=ROOT,
            env={**_environment(self.directory), **(environ or {})},
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.told.append((f"headgate {' '.join(arguments)}", ran.stdout + b"\n" + ran.stderr))


def _environment(directory: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE", "GITHUB"))}
    return {**inherited, "TMPDIR": str(directory / "tmp")}


@contextmanager
def gateway(directory: Path, upstream: Upstream, log_format: str) -> Iterator[Scene]:
    """`headgate serve` with all of it, until the block ends. What it writes, it writes below `directory`."""
    secrets = Secrets()
    (directory / "tmp").mkdir(parents=True)
    for name, content in (("identity.key", secrets.identity.value), ("token", secrets.github_file.value)):
        file = directory / name
        file.touch(mode=0o600)
        file.write_text(content)
    config = directory / "x.yaml"
    config.write_text(json.dumps(settings_of(secrets, upstream, directory)))
    environ = {"TMPDIR": str(directory / "tmp"), "HEADGATE_LOGS__FORMAT": log_format}
    with running(directory / "run", "serve", "--config", str(config), environ=environ) as command:
        yield Scene(secrets, upstream, directory, config, command)
