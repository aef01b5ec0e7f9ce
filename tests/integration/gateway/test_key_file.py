"""Keys of a file that changes while the gateway runs, over sockets."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.callers.key import digest, new_key
from app.callers.ring import KeyRing
from app.container import Container
from app.server import create_app
from app.settings import Settings
from tests.faulty_upstream import Connection, FaultyUpstream, Seen
from tests.gateway import Ask, asking, serving_gateway

OWN = "ghp_the_gateways_own"
RAW = "/github/repos/acme/rocket"


async def replying(connection: Connection, seen: Seen) -> None:
    await connection.answer(b'{"id": 1}', fields="Content-Type: application/json\r\n")


@dataclass
class Scene:
    """A gateway whose only key is `key`, of a file."""

    ask: Ask
    upstream: FaultyUpstream
    ring: KeyRing
    file: Path
    key: str


def text(key: str, rules: str = "") -> str:
    return f"keys: {{ci: {{hashes: [{{sha256: '{digest(key).hex()}'}}]{rules}}}}}"


@asynccontextmanager
async def scene_of(file: Path, rules: str = "") -> AsyncIterator[Scene]:
    key = new_key()
    write(file, text(key, rules))
    async with FaultyUpstream() as upstream:
        upstream.script = replying
        settings = Settings.model_validate(
            {
                "cache": {"store": "memory"},
                "usage": {"path": None},
                "callers": {"key_file": file},
                "upstreams": {"github": {"kind": "github", "base_url": upstream.url, "token": OWN, "mount": "/github"}},
            }
        )
        container = Container(settings=settings)
        async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
            yield Scene(ask, upstream, container.keys(), file, key)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene_of(tmp_path / "keys.yaml") as scene:
        yield scene


def write(file: Path, content: str | None) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content)


async def changed(scene: Scene, content: str | None) -> None:
    write(scene.file, content)
    await scene.ring.refresh()


def in_each_way(key: str) -> list[dict[str, str]]:
    basic = b64encode(f"x:{key}".encode()).decode()
    return [
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"token {key}"},
        {"Authorization": f"Basic {basic}"},
        {"X_API_Key": key},
    ]


async def test_wrong_in_whatever_way_is_told_the_same(scene: Scene) -> None:
    ended, other = new_key(), new_key()
    await changed(
        scene,
        f"{text(scene.key)[:-1]}, old: {{hashes: [{{sha256: '{digest(ended).hex()}', expires: '2020-01-01'}}]}}}}",
    )
    told = [await scene.ask("/api/v1/repos/acme/rocket")]
    for wrong in (other, ended, scene.key[:-1], f"{scene.key}x", "hg_"):
        told += [await scene.ask("/api/v1/repos/acme/rocket", **fields) for fields in in_each_way(wrong)]
    assert {each.status for each in told} == {401}
    assert all({**each.body, "instance": ""} == {**told[0].body, "instance": ""} for each in told)
    assert scene.upstream.seen == []
    for fields in in_each_way(scene.key):
        assert (await scene.ask(RAW, **fields)).status == 200


async def test_one_that_comes_and_one_that_goes(scene: Scene) -> None:
    later = new_key()
    assert (await scene.ask(RAW, X_API_Key=later)).status == 401
    await changed(scene, text(later))
    assert (await scene.ask(RAW, X_API_Key=later)).status == 200
    assert (await scene.ask(RAW, X_API_Key=scene.key)).status == 401


@pytest.mark.parametrize("left", [None, "", "keys: {}"])
async def test_without_any_left_nobody_is_served(scene: Scene, left: str | None) -> None:
    await changed(scene, left)
    for fields in ({}, {"X_API_Key": scene.key}):
        assert (await scene.ask(RAW, **fields)).status == 401
    assert (await scene.ask("/health/live")).status == 200


async def test_a_broken_file_changes_nothing(scene: Scene) -> None:
    await changed(scene, "keys: {ci: {}}")
    assert (await scene.ask(RAW, X_API_Key=scene.key)).status == 200
    assert (await scene.ask(RAW)).status == 401


async def test_what_a_rule_names_may_be_written_and_no_field_makes_it_something_else(tmp_path: Path) -> None:
    async with scene_of(tmp_path / "keys.yaml", ", allow: ['**', 'POST repos/acme/*/issues']") as scene:
        key = {"X_API_Key": scene.key}
        assert (await scene.ask(f"{RAW}/issues", "POST", **key)).status == 200
        assert (await scene.ask(f"{RAW}/pulls", "POST", **key)).status == 403
        assert (await scene.ask(f"{RAW}/issues", "POST", **key, X_HTTP_Method_Override="DELETE")).status == 403
        (written,) = scene.upstream.seen
        assert (written.method, written.headers["Authorization"]) == ("POST", f"Bearer {OWN}")
