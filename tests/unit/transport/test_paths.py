"""A path that could be read as another place is refused, by whoever checks a prefix."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.http import PlainDialect
from app.errors import InvalidRequest, RedirectRefused
from app.transport.exchange import Request
from app.transport.paths import climbs
from tests.live import upstream_at

CLIMBING = [
    "..",
    "../admin",
    "a/../../admin",
    "a/./b",
    ".",
    "%2e%2e/admin",
    "a/.%2E/b",
    "..%2fadmin",
    "a%5C..",
    "..\\admin",
]


@pytest.mark.parametrize("path", CLIMBING)
def test_dot_segments_are_seen_however_they_are_written(path: str) -> None:
    assert climbs(path)


@pytest.mark.parametrize("path", ["", "a/b", ".github/x", "a..b", "...", "a/..b/c..", "%2e%2ea", "a%2Fb"])
def test_dots_in_names_are_just_dots(path: str) -> None:
    assert not climbs(path)


@given(st.lists(st.sampled_from([".", "%2e", "%2E", "/", "%2f", "\\", "%5C", "%", "a", ""])).map("".join))
def test_no_writing_of_one_is_missed(path: str) -> None:
    resolved = unquote(path).replace("\\", "/").split("/")

    assert climbs(path) == any(segment in {".", ".."} for segment in resolved)


@pytest.mark.parametrize("target", [*CLIMBING, "../admin?q=/v3/"])
async def test_the_pipeline_never_sends_such_a_target(target: str) -> None:
    async with upstream_at("https://api.example/v3/", PlainDialect(), name="up") as upstream:
        with pytest.raises((InvalidRequest, RedirectRefused)):
            await upstream.transport.send(Request("GET", target))
