"""What goes wrong while secrets are about: by callers, by upstreams, by whoever runs the gateway."""

import json
import os
import signal
import socket
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

from tests.end_to_end.command import until
from tests.secrecy.scene import Scene
from tests.secrecy.upstream import FAULTS

COMMANDS = (
    ("config", "show"),
    ("config", "show", "--json"),
    ("keys", "list"),
    ("cache", "stats"),
    ("usage", "--by", "route"),
    ("doctor",),
    ("doctor", "--json"),
    ("report", "repo", "acme/echo-error"),
    ("report", "org", "reset"),
)
RAW_SECONDS = 3.5
"""A little longer than the gateway waits for a head."""
MOUNTS = ("github", "filed", "header", "basic", "query", "facebook")


def faults_of_upstreams(scene: Scene) -> None:
    """Each fault, with each form of the gateway's own credential, and with a caller's own."""
    key = scene.secrets.key.value
    scene.ask("/proxied/x", X_API_Key=key)
    scene.ask("/api/v1/repos/acme/echo/report", X_API_Key=key)
    scene.ask("/github/x/stall", X_API_Key=key, X_Request_Timeout="0.1")
    scene.ask("/api/v1/repos/acme/stall", X_API_Key=key, X_Request_Timeout="0.1")
    for path in ("/dead/x", "/lost/x", "/plain/x", *(f"/fragile/x/failed?{number}" for number in range(6))):
        scene.ask(path, X_API_Key=key)
    with ThreadPoolExecutor(16) as callers:  # more at once than is let in, and more than may wait
        for mount in ("narrow", "query"):
            list(callers.map(lambda number: scene.ask(f"/{mount}/x/stall?{number}", X_API_Key=key), range(16)))  # noqa: B023 -- used up in the same turn
    for _ in range(3):
        scene.ask("/api/v1/repos/acme/poor", X_API_Key=scene.secrets.poor.value, Cache_Control="no-cache")
    scene.ask("/api/v1/search/repos?q=limit", X_API_Key=key)
    for fault in FAULTS:
        for mount in MOUNTS if fault != "stall" else ("github",):
            scene.ask(f"/{mount}/x/{fault}", X_API_Key=key)
        scene.ask(
            f"/github/{fault}?access_token={scene.secrets.in_query.value}",
            own=True,
            X_API_Key=key,
            Authorization=f"token {scene.secrets.own.value}",
            Cookie=f"session={scene.secrets.cookie.value}",
            X_GitHub_OTP=scene.secrets.otp.value,
        )
        theirs = scene.secrets.in_query.value
        scene.ask(f"/facebook/{fault}?access_token={theirs}&appsecret_proof={theirs}", own=True, X_API_Key=key)
        scene.ask(f"/api/v1/repos/acme/{fault}", Authorization=f"Bearer {key}")
        scene.ask(f"/api/v1/repos/{fault}/rocket/issues", Authorization=f"Bearer {key}")
        scene.ask(f"/api/v1/pages/{fault}", Authorization=f"Bearer {key}")


def refusals_at_the_edge(scene: Scene) -> None:
    """Whatever a caller can do wrong, with a secret at hand."""
    secrets, key = scene.secrets, scene.secrets.key.value
    for field in (
        {"Authorization": f"Bearer {secrets.wrong_key.value}"},
        {"X_API_Key": secrets.wrong_key.value},
        {"Authorization": "Basic " + b64encode(f"x:{secrets.wrong_key.value}".encode()).decode()},
        {"Authorization": f"Basic {secrets.wrong_key.value}"},
        {},
    ):
        scene.ask("/api/v1/usage", **field)
        scene.ask("/github/x/echo", **field)
    for path in (
        f"/github/x?access_token={key}",
        f"/api/v1/usage?key={key}",
        f"/{key}",
        f"/github/{key}/echo",
        f"/github/x?a=%68g_{key[3:]}",
    ):
        scene.ask(path, X_API_Key=key)
    scene.ask("/api/v1/usage?by=nonsense", X_API_Key=key)
    scene.ask("/api/v1/nothing", X_API_Key=key)
    scene.ask("/api/v1/usage", "PUT", X_API_Key=key)
    scene.ask("/api/v1/cache?pattern=*", "DELETE", X_API_Key=key)
    scene.ask("/metrics", X_API_Key=key)
    scene.ask("/api/v1/upstreams/none", X_API_Key=key)
    scene.ask("/api/v1/usage", X_API_Key=key, Host="elsewhere.example")
    scene.ask("/api/v1/usage", X_API_Key=key, X_Request_Timeout=secrets.in_body.value, own=True)
    scene.ask("/" + "x" * 9_000, X_API_Key=key)
    scene.ask("/api/v1/usage", X_API_Key=key, **{f"X_Field_{number}": key for number in range(50)})
    scene.ask("/header/y/echo", X_API_Key=key)
    scene.ask("/header/x/echo", "POST", body=secrets.in_body.value, X_API_Key=key)
    scene.ask("/github/echo", X_API_Key=key, Upgrade="websocket", Connection="Upgrade")
    scene.ask(
        "/github/graphql",
        "POST",
        body=json.dumps({"query": f"mutation {{ {secrets.in_body.value} }}"}),
        own=True,
        X_API_Key=key,
    )
    scene.ask("/narrow/x/echo", "POST", body=secrets.in_body.value * 100, own=True, X_API_Key=key)
    scene.ask("/api/v1/cache", "DELETE", body=secrets.in_body.value * 3_000, own=True, X_API_Key=key)
    scene.ask("/narrow/x/echo", "POST", body="x", X_API_Key=key, Expect=secrets.in_body.value, own=True)
    scene.ask("/github/x/echo", "POST", body="{", own=True, X_API_Key=key, Cookie=secrets.cookie.value)
    scene.ask("/api/v1/repos/acme/echo", X_API_Key=key, Cache_Control="only-if-cached, max-age=0")
    for _ in range(5):
        scene.ask("/api/v1/repos/acme/echo", X_API_Key=secrets.reader.value, Cache_Control="no-cache")
    scene.ask("/api/v1/repos/other/echo", X_API_Key=secrets.reader.value)
    parts = urlsplit(scene.command.url)
    for head in (
        f"GET /x HTTP/9.9\r\nX-API-Key: {key}\r\n\r\n",
        f"GET /github/x HTTP/1.1\r\nHost: x\r\nHost: y\r\nX-API-Key: {key}\r\n\r\n",
        f"NONSENSE {key}\r\n\r\n",
        f"GET /github/x HTTP/1.1\r\nX-API-Key: {key}\r\nHost",
        f"POST /github/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nX-API-Key: {key}\r\n\r\nx",
    ):
        said = _said_to(parts.hostname or "", parts.port or 0, head.encode())
        scene.told.append((f"the answer to {head[:20]!r}", said))
        scene.note(said.partition(b"\r\n\r\n")[2])


def _said_to(host: str, port: int, head: bytes) -> bytes:
    """What comes back for bytes that no library would send, until the connection ends or nothing more comes."""
    said = b""
    with socket.create_connection((host, port), timeout=RAW_SECONDS) as connection, suppress(TimeoutError):
        connection.sendall(head)
        while piece := connection.recv(65_536):
            said += piece
    return said


def what_operators_see(scene: Scene) -> None:
    """All that tells of what happened."""
    key = scene.secrets.operator.value
    for path in (
        "/metrics",
        "/api/v1/usage?by=route",
        "/api/v1/usage?by=caller",
        "/api/v1/upstreams",
        "/api/v1/overview",
        "/api/v1/cache",
        "/openapi.json",
        "/",
    ):
        scene.ask(path, X_API_Key=key)


def commands(scene: Scene) -> None:
    """Beside the gateway, with the same configuration and with one that is at fault."""
    with ThreadPoolExecutor(2) as shells:
        list(shells.map(lambda arguments: scene.run(*arguments), COMMANDS))
    settings = json.loads(scene.config.read_text())
    secret = scene.secrets.mistyped.value
    faults = [
        {**settings, "server": {**settings["server"], "port": secret}},
        {**settings, "upstreams": {**settings["upstreams"], "github": {"kind": secret, "token": secret}}},
        {**settings, "upstreams": {"github": {**settings["upstreams"]["github"], "token": [secret]}}},
        {**settings, "upstreams": {"github": {**settings["upstreams"]["github"], "proxy": f"ftp://x:{secret}@y"}}},
        {**settings, "callers": {"keys": {"team": {"hashes": [{"sha256": secret}]}}}},
    ]
    for number, wrong in enumerate(faults):
        file = scene.directory / f"wrong{number}.yaml"
        file.write_text(json.dumps(wrong))
        scene.run(*(("config", "check") if number else ("serve",)), config=file)
    names = ("HEADGATE_UPSTREAMS__GITHUB__TIMEOUTS", "HEADGATE_UPSTREAMS__GITHUB__PROXY", "HEADGATE_SERVER__WORKERS")
    scene.run("config", "check", environ=dict.fromkeys(names, secret))


def life(scene: Scene) -> None:
    """A worker is killed, one configuration is refused, another is taken up."""
    workers = [pid for pid in scene.command.family() if pid != scene.command.process.pid]
    for pid in workers:
        cmdline = f"/proc/{pid}/cmdline"
        try:
            with open(cmdline, "rb") as told:  # noqa: PTH123 -- no file of ours
                scene.told.append((cmdline, told.read()))
        except OSError:
            continue
    with open(f"/proc/{scene.command.process.pid}/cmdline", "rb") as told:  # noqa: PTH123 -- the same
        scene.told.append(("the command line of the main process", told.read()))
    opened = len(scene.command.log)
    os.kill(max(workers), signal.SIGKILL)
    until(lambda: "lost" in scene.command.log[opened:], "the loss of a worker", log=scene.command.told)
    good = scene.config.read_text()
    scene.config.write_text(
        json.dumps({**json.loads(good), "upstreams": {"github": {"token": [scene.secrets.mistyped.value]}}})
    )
    scene.run("reload")
    scene.config.write_text(good)
    scene.run("reload")
