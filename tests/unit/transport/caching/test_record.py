"""A record is what was kept under its key, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.transport.caching.entry import Content, Entry, Key
from app.transport.caching.record import Corrupt, decoded, encoded, name_of, number_of, row_of
from tests.stored import entry, key, telling

NAME = name_of(key())
TEXT = st.text(max_size=8)
SECONDS = st.floats(allow_nan=False)


@given(
    st.builds(
        Entry,
        status=st.integers(100, 599),
        headers=st.lists(st.tuples(TEXT, TEXT), max_size=4).map(CIMultiDict),
        content=st.binary(max_size=50).map(Content),
        requested_at=SECONDS,
        born_at=SECONDS,
        fresh_seconds=SECONDS,
        stale_while_revalidate_seconds=SECONDS,
        stale_if_error_seconds=SECONDS,
        always_validate=st.booleans(),
        never_stale=st.booleans(),
        immutable=st.booleans(),
        vary=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
        tags=st.lists(st.sampled_from(["a", "github/x", "~5"]), max_size=3).map(tuple),
        sequence=st.integers(0, 2**62),
    )
)
def test_what_is_written_is_read(written: Entry) -> None:
    assert telling(decoded(encoded(written, NAME), NAME)) == telling(written)


def test_bytes_that_were_no_text_come_back() -> None:
    written = entry()
    written.headers = CIMultiDict({"X": "\udcff"})

    assert decoded(encoded(written, NAME), NAME).headers["X"] == "\udcff"


def test_one_flipped_bit_anywhere() -> None:
    data = encoded(entry(), NAME)
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1
        with pytest.raises(Corrupt):
            decoded(bytes(flipped), NAME)


@pytest.mark.parametrize("data", [b"", b"x" * 10, b"x" * 16, b"x" * 100, None, 5, "text"])
def test_no_record_at_all(data: object) -> None:
    with pytest.raises(Corrupt):
        decoded(data, NAME)


def test_a_record_of_another_key() -> None:
    with pytest.raises(Corrupt):
        decoded(encoded(entry(), NAME), name_of(key("other")))


def test_a_record_of_another_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.transport.caching.record._FORMAT", 2)
    data = encoded(entry(), NAME)
    monkeypatch.undo()

    with pytest.raises(Corrupt):
        decoded(data, NAME)


@given(st.tuples(TEXT, TEXT, TEXT, st.tuples(TEXT)), st.tuples(TEXT, TEXT, TEXT, st.tuples(TEXT)))
def test_another_key_has_another_name(
    one: tuple[str, str, str, tuple[str]], other: tuple[str, str, str, tuple[str]]
) -> None:
    separated = [part for parts in (one, other) for part in (*parts[:2], *parts[3]) if "\0" in part]
    assert (name_of(Key(*one)) == name_of(Key(*other))) == (one == other) or separated


def test_numbers_are_sixty_three_bits() -> None:
    assert 0 <= number_of(b"\xff" * 16) < 2**63
    assert 0 <= row_of(NAME, (("a", "b"),)) < 2**63
    assert row_of(NAME, ()) != row_of(NAME, (("a", "b"),))
    assert row_of(NAME, ()) != row_of(name_of(key("other")), ())
