"""A path that could be read as another place is refused, by whoever checks a prefix."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.http import PlainDialect
from app.errors import InvalidRequest, RedirectRefused
from app.paths.readings import objection
from app.transport.exchange import Request
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
    "%252e%252e/admin",
    "a/%25252e%25252E/b",
    "%2%65%2%65/admin",
    "..%255cadmin",
    "..;/admin",
    "..;a=b/admin",
    "%2e%2e%3b/admin",
    "a/..%20/b",
    "%20../b",
    "%u002e%u002e/admin",
    "..%uff0fadmin",
    "..%u2215admin",
    "..%e2%88%96admin",
    "%ef%bc%8e%ef%bc%8e/admin",
    "%e2%80%a5/admin",
    "..%ef%bc%8fadmin",
    "%ef%bc%85%ef%bc%92e./admin",
]
OVERLONG = ["%c0%ae%c0%ae/admin", "a%c0%af..", "%C1%9c", "%e0%80%ae", "%f0%80%80%ae", "%25c0%25ae", "a/%C0%80"]
BREAKING = ["a%00", "a%0d%0ab", "%0A", "%250d", "%u000a", "a/%00/b"]


@pytest.mark.parametrize("path", CLIMBING)
def test_dot_segments_are_seen_however_they_are_written(path: str) -> None:
    assert objection(path) == "a '.' or '..' segment names nothing"


@pytest.mark.parametrize("path", OVERLONG)
def test_characters_in_more_bytes_than_they_take_are_no_characters(path: str) -> None:
    assert objection(path) == "holds an encoded character in more bytes than it takes"


@pytest.mark.parametrize("path", BREAKING)
def test_no_escape_stands_for_the_end_of_a_line_or_of_a_text(path: str) -> None:
    assert objection(path) == "holds an encoded line break or NUL"


def test_escapes_of_escapes_are_undone_up_to_a_depth_that_nobody_means() -> None:
    assert objection("a%" + "25" * 7 + "20") is None
    assert objection("a%" + "25" * 8 + "20") == "is encoded more often than anybody reads it"
    assert objection("a%" + "25" * 4_000 + "2e") == "is encoded more often than anybody reads it"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a/b",
        ".github/x",
        "a..b",
        "...",
        "a/..b/c..",
        "%2e%2ea",
        "a%2Fb",
        "100%",
        "a%zz",
        "caf%E9",  # Latin-1: no UTF-8, but no other character's either
        "%C3%A9t%C3%A9",
        "%E6%97%A5%E6%9C%AC",
        "a%09b",
        "a;v=1/b",
        "%ff%fe",
        "%u",
        "%ud800",
        "%E2%80%A6",
    ],
)
def test_what_all_read_alike_is_let_through(path: str) -> None:
    assert objection(path) is None


@given(
    st.lists(st.sampled_from([".", "%2e", "%2E", "/", "%2f", "\\", "%5C", "%", "25", ";", "%3b", "a", ""])).map("".join)
)
def test_no_writing_of_one_is_missed(path: str) -> None:
    read = [path]
    while (undone := unquote(read[-1])) != read[-1]:
        read.append(undone)
    resolved = [segment.partition(";")[0] for one in read for segment in one.replace("\\", "/").split("/")]

    assert (objection(path) is not None) == (len(read) > 9 or any(segment in {".", ".."} for segment in resolved))


@given(st.text(st.sampled_from("%25cCeE0fF8aAu./\\;2"), max_size=40))
def test_any_path_is_judged(path: str) -> None:
    assert objection(path) is None or objection(path)


@pytest.mark.parametrize("target", [*CLIMBING, *OVERLONG, *BREAKING, "../admin?q=/v3/"])
async def test_the_pipeline_never_sends_such_a_target(target: str) -> None:
    async with upstream_at("https://api.example/v3/", PlainDialect(), name="up") as upstream:
        with pytest.raises((InvalidRequest, RedirectRefused)):
            await upstream.transport.send(Request("GET", target))
