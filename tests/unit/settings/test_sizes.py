"""Byte sizes as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings.sizes import format_size, parse_size


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("512MiB", 512 * 2**20),
        ("1.5 gb", 1_500_000_000),
        (7, 7),
        ("7", 7),
        ("7B", 7),
        (" 1KiB ", 1024),
        ("2TB", 2 * 10**12),
    ],
)
def test_sizes(written: object, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize(
    "written", ["", "MiB", "512M", "-1", -1, 0, "0", True, None, 1.5, "1e6", "1 KiB 2", 2**63, "9" * 18 + "TiB"]
)
def test_what_is_no_size(written: object) -> None:
    with pytest.raises(ValueError, match="a number of bytes greater than zero"):
        parse_size(written)


@given(st.integers(min_value=1, max_value=2**63 - 1))
def test_what_is_formatted_reads_back(size: int) -> None:
    assert parse_size(format_size(size)) == size


def test_the_shortest_exact_form() -> None:
    assert [format_size(size) for size in (1, 1024, 1536, 3 * 2**30)] == ["1", "1KiB", "1536", "3GiB"]
