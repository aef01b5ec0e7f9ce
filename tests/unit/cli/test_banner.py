"""What `headgate serve` says when it listens."""

from pathlib import Path
from typing import Any

from app import __version__
from app.api.passthrough import enterprise
from app.cli.banner import ENTERPRISE, banner
from app.cli.doctor.facts import KeySeen, KeysSeen
from app.cli.paint import Paint
from app.settings import load_settings

URL = "http://127.0.0.1:8000"


def told(
    tmp_path: Path, yaml: str = "", *, keys: tuple[KeySeen, ...] = (), colours: bool = False, **options: Any
) -> list[str]:
    (tmp_path / "x.yaml").write_text(yaml or "upstreams: {hub: {kind: github, mount: /github}}")
    loaded = load_settings(
        config_path=Path("x.yaml"),
        environ={"GITHUB_TOKEN": "ghp_of_this_test_0123456789"},
        command_line={f"server.{name}": value for name, value in options.items()},
        working_directory=tmp_path,
    )
    return banner(
        loaded, URL, keys_seen=KeysSeen(keys, needed=bool(keys)), mode_of=lambda _: None, paint=Paint(on=colours)
    ).splitlines()


def test_the_usual(tmp_path: Path) -> None:
    assert told(tmp_path, workers=2) == [
        f"Headgate {__version__} listens on {URL} with 2 workers; upstreams: hub (https://api.github.com/)",
        "  /api/v1                typed, over hub; told at /docs",
        "  /github                hub: https://api.github.com/",
        "  /api/v3, /api/graphql  hub, for clients of an Enterprise Server",
        "  /metrics               for Prometheus: operators",
        "  configuration          x.yaml",
        "  cache                  var/cache on disk, 512 MiB",
        "  callers                no keys: whoever asks may read with the gateway's credentials",
        "  usage                  var/usage.db, for 35 days",
    ]


def test_everything_otherwise(tmp_path: Path) -> None:
    yaml = """
server: {host: 0.0.0.0}
callers: {open_to_all: true}
cache: {store: memory, max_bytes: 64MiB}
metrics: {access: anyone}
usage: {path: null}
upstreams:
  hub: {kind: github, base_url: 'https://ghe.example/api/v3/', token: of_this_test}
  book: {kind: facebook}
  weather: {kind: http, base_url: 'https://weather.example/', mount: /weather}
"""
    first, *lines = told(tmp_path, yaml)
    assert " with 1 worker; upstreams: hub (https://ghe.example/api/v3/), book (" in first
    assert [" ".join(line.split()) for line in lines] == [
        "/api/v1 typed, over hub and book; told at /docs",
        "/weather weather: https://weather.example/",
        "/metrics for Prometheus: anyone",
        "configuration x.yaml",
        "cache in memory, 64 MiB in each worker",
        "callers no keys, and open to all who reach it",
        "usage each worker's own, in memory",
        ("warning: keys: callers.open_to_all: whoever reaches 0.0.0.0 reads with the credential of hub (headgate keys create "
        "NAME makes one; from then on nobody is served without)"),
        ("warning: tls: plain HTTP to other machines: whoever is on the way reads answers and callers' keys (let a proxy in "
        "front do TLS and listen on 127.0.0.1, or set server.tls; within a closed network it may do)"),
        ("warning: metrics: /metrics is open to anyone: it names callers, routes and quotas (metrics.access: operators, and a "
        "key made with --operator for Prometheus)"),
    ]  # fmt: skip


def test_keys(tmp_path: Path) -> None:
    (line,) = (
        line for line in told(tmp_path, keys=(KeySeen("a"), KeySeen("a"), KeySeen("b"))) if line.startswith("  callers")
    )
    assert line.endswith("2 callers with a key; nobody is served without one")


def test_colours(tmp_path: Path) -> None:
    first, *_ = told(tmp_path, colours=True)
    assert first.startswith("\x1b[1mHeadgate ")
    assert first.endswith("\x1b[0m")


def test_the_paths_of_enterprise_clients_are_the_routers() -> None:
    assert f"{enterprise.REST_PATH}, {enterprise.GRAPHQL_PATH}" == ENTERPRISE
