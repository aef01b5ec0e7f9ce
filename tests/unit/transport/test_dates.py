"""HTTP-dates: three formats, compared without case, and nothing else."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.dates import epoch_seconds
from tests.unit.transport.caching.replies import NOON, NOON_DATE


@pytest.mark.parametrize(
    "date",
    [
        NOON_DATE,
        f"\t {NOON_DATE} ",
        "THU, 01 jan 2026 12:00:00 gmt",
        "Thursday, 01-Jan-26 12:00:00 GMT",
        "Thu Jan  1 12:00:00 2026",
        "Thu Jan 01 12:00:00 2026",
        "Fri, 01 Jan 2026 12:00:00 GMT",
    ],
)
def test_the_formats_of_rfc_9110(date: str) -> None:
    assert epoch_seconds(date) == NOON


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        "",
        "0",
        "-1",
        "Thu, 01 Jan 2026 12:00:00",
        "Thu, 01 Jan 2026 12:00:00 UTC",
        "Thu, 01 Jan 2026 12:00:00 +0000",
        "Thu 01 Jan 2026 12:00:00 GMT",
        "Thu, 1 Jan 2026 12:00:00 GMT",
        "Thu, 01 Jan 26 12:00:00 GMT",
        "Thu, 01-Jan-2026 12:00:00 GMT",
        "Thu, 01  Jan  2026 12:00:00 GMT",
        "Thu, 01 Jan 2026 12.00.00 GMT",
        "Thu, 01 Jan 2026 2:00:00 GMT",
        "Thu, 30 Feb 2026 12:00:00 GMT",
        "Thu, 01 Jan 2026 24:00:00 GMT",
        "Thu, 01 Jan 2026 12:00:61 GMT",
        "Thu, 01 Jan 0000 12:00:00 GMT",
        "Thu, 01 Jan ٢٠٢٦ 12:00:00 GMT",
        "Xxx, 01 Jan 2026 12:00:00 GMT",
        f"{NOON_DATE}, {NOON_DATE}",
    ],
)
def test_anything_else_is_no_date(nonsense: str | None) -> None:
    assert epoch_seconds(nonsense) is None


@pytest.mark.parametrize(("year", "means"), [("69", 2069), ("70", 1970), ("99", 1999), ("00", 2000)])
def test_two_digits_of_a_year(year: str, means: int) -> None:
    assert epoch_seconds(f"Friday, 01-Jan-{year} 00:00:00 GMT") == datetime(means, 1, 1, tzinfo=UTC).timestamp()


def test_a_leap_second_is_a_second() -> None:
    assert epoch_seconds("Sat, 31 Dec 2016 23:59:60 GMT") == epoch_seconds("Sun, 01 Jan 2017 00:00:00 GMT")


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- the strategy's bounds have none
def test_every_second_comes_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)

    assert epoch_seconds(format_datetime(moment, usegmt=True)) == moment.timestamp()
    assert epoch_seconds(f"{moment:%a %b %d %H:%M:%S} {moment.year:04}") == moment.timestamp()


@given(st.text())
def test_nothing_makes_it_raise(text: str) -> None:
    assert epoch_seconds(text) is None
