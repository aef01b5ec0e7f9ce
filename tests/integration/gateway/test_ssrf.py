"""Whatever a target holds, a mount asks its own upstream below its base path, or nobody."""

from collections.abc import AsyncIterator

import pytest

from tests.ssrf.hostile import Hostile, hostile
from tests.ssrf.judging import complaints
from tests.ssrf.readers import readings
from tests.ssrf.scene import Scene, a_scene

GROUPS = tuple(dict.fromkeys(row.group for row in hostile()))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with a_scene() as scene:
        yield scene


@pytest.mark.parametrize("group", GROUPS)
async def test_each_goes_where_it_must(scene: Scene, group: str) -> None:
    found = []
    for row in hostile():
        if row.group == group:
            found += [f"{row.name}: {one}" for one in complaints(scene, row, await scene.played(row))]
    assert found == []


def test_there_are_enough_of_them_and_no_two_alike() -> None:
    assert len(hostile()) >= 100
    assert len({row.name for row in hostile()}) == len(hostile())


async def test_a_redirect_elsewhere_is_passed_on_as_it_is(scene: Scene) -> None:
    row = next(row for row in hostile() if row.reply.startswith("HTTP/1.1 307"))
    outcome = await scene.played(row)

    assert outcome.status == 307
    assert f"location: http://{scene.evil}/x" in outcome.answer.lower()


async def test_the_scene_would_notice(scene: Scene) -> None:
    """One that goes elsewhere is told by each of the complaints that are about it."""
    there = Hostile("", "GET /any/x HTTP/1.1\r\nHost: GATE\r\nX-Seen: EVIL\r\nConnection: close\r\n\r\n", "/v2/y")
    found = complaints(scene, there, await scene.played(there))

    assert found == [
        "it went to '/v2/x', and was to go to '/v2/y'",
        "a field that upstream saw names somebody else",
    ]


@pytest.mark.parametrize(
    ("target", "who"),
    [
        ("/v2/../x", "standard"),
        ("/v2/%2e%2e/x", "decoding"),
        ("/v2/%252e%252e/x", "decoding_twice"),
        ("/v2/..\\x", "with_backslashes"),
        ("/v2/..;a/x", "without_parameters"),
        ("/v2/..%2f/x", "merging_slashes"),
        ("/v2/%c0%ae%c0%ae/x", "lenient_utf8"),
        ("/v2/..%00/x", "trimming"),
    ],
)
def test_the_readers_read_as_such_servers_do(target: str, who: str) -> None:
    assert not dict(readings(target))[who].startswith("/v2/")
    assert all(place == "/v2/a" for _, place in readings("/v2/a?/../x"))
