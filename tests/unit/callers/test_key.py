"""The form of a key, and what is kept of one."""

import string
from hashlib import sha256
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.callers.key import digest, looks_right, new_key

LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
BODIES = st.text(LETTERS, min_size=43, max_size=43)


def key_of(body: str) -> str:
    """By what the documentation says, and not by the code under test."""
    number, check = crc32(f"hg_{body}".encode()), ""
    while number:
        check = LETTERS[number % 62] + check
        number //= 62
    return f"hg_{body}{check:0>6}"


def test_a_new_key() -> None:
    keys = {new_key() for _ in range(200)}
    assert len(keys) == 200
    for key in keys:
        assert looks_right(key)
        assert len(key) == 52
        assert key == key_of(key[3:46])


@given(BODIES)
def test_any_random_part_makes_a_key(body: str) -> None:
    assert looks_right(key_of(body))


@given(body=BODIES, at=st.integers(0, 51), letter=st.sampled_from(LETTERS))
def test_a_wrong_letter_is_noticed(body: str, at: int, letter: str) -> None:
    key = key_of(body)
    mistyped = key[:at] + letter + key[at + 1 :]
    assert looks_right(mistyped) == (mistyped == key)


@given(body=BODIES, at=st.integers(3, 50))
def test_two_letters_that_were_swapped_are_noticed(body: str, at: int) -> None:
    key = key_of(body)
    swapped = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    assert looks_right(swapped) == (swapped == key)


@pytest.mark.parametrize(
    "text", ["", "hg_", "hg_" + "a" * 49, "ghp_" + "a" * 36, key_of("0" * 43) + "\n", " " + key_of("0" * 43)]
)
def test_what_is_none(text: str) -> None:
    assert not looks_right(text)


def test_what_is_kept_is_the_sha256() -> None:
    key = key_of("x" * 43)
    assert digest(key) == sha256(key.encode("ascii")).digest()


@given(st.text())
def test_whatever_comes_has_a_digest(text: str) -> None:
    assert len(digest(text)) == 32
