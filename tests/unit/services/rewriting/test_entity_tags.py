"""The tags that callers get, and what becomes of those that they send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.rewriting.entity_tags import NOTHING, condition, marked, unmarked

MINE, THEIRS = "-hg0123456789ab", "-hgba9876543210"
tags = st.builds(
    lambda weak, opaque: f'{weak}"{opaque}"',
    st.sampled_from(["", "W/"]),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), max_size=12),
)


@pytest.mark.parametrize(
    ("upstreams", "ours"),
    [('"abc"', f'"abc{MINE}"'), ('W/"abc"', f'W/"abc{MINE}"'), ('""', f'"{MINE}"'), ("abc", f"abc{MINE}")],
)
def test_a_tag_keeps_its_strength(upstreams: str, ours: str) -> None:
    assert marked(upstreams, MINE) == ours
    assert unmarked(ours, MINE) == upstreams


@given(tags)
def test_every_tag_finds_back(tag: str) -> None:
    assert unmarked(marked(tag, MINE), MINE) == tag


@given(tags)
def test_a_tag_of_another_base_and_upstreams_own_are_of_nothing(tag: str) -> None:
    assert unmarked(marked(tag, THEIRS), MINE) == NOTHING
    if not tag.endswith(f'{MINE}"'):
        assert unmarked(tag, MINE) == NOTHING


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["*"], "*"),
        ([" * "], "*"),
        ([f'"a{MINE}"'], '"a"'),
        ([f'"a{MINE}", W/"b{MINE}"', f'"c{MINE}"'], '"a", W/"b", "c"'),
        ([f'"a{MINE}", "b{THEIRS}", "c"'], '"a"'),
        ([f'"a,b{MINE}"'], '"a,b"'),
        ([f'"a{THEIRS}"', '"b"'], NOTHING),
        ([f'*, "a{MINE}"'], '"a"'),
        ([""], NOTHING),
        (["nonsense"], NOTHING),
    ],
)
def test_a_condition_names_upstreams_tags(lines: list[str], asked: str) -> None:
    assert condition(lines, MINE) == asked


@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_lines_make_a_condition(lines: list[str]) -> None:
    assert condition(lines, MINE)
