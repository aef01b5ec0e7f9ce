"""One caller has so many requests under way, and leaves room for others."""

import pytest

from app.api.at_once import AtOnce
from app.errors import TooManyAtOnce


def test_more_than_so_many_are_refused_until_one_has_ended() -> None:
    at_once = AtOnce(2)
    with at_once.one_of("ci", "a"):
        with at_once.one_of("ci", "b"):
            with pytest.raises(TooManyAtOnce):
                at_once.check("ci")
            at_once.check("somebody else")
            assert at_once.requests == 2
        at_once.check("ci")


def test_it_knows_which_are_under_way_and_forgets_who_has_none() -> None:
    at_once = AtOnce(1)
    with at_once.one_of("ci", "a"):
        assert at_once.holds("a")
    assert not at_once.holds("a")
    assert vars(at_once)["_requests"] == {}
