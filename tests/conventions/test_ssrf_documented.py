"""The table of docs/any-upstream.md has a row for each hostile request that is played, and none for one that is no more."""

from tests.ssrf.hostile import hostile
from tests.ssrf.table import PLACE, cell

RENEW = "renew it by: .venv/bin/python -m tests.ssrf"


def test_every_hostile_request_is_in_the_table() -> None:
    assert PLACE.rows("| `") == [cell(row.name) for row in hostile()], RENEW


def test_the_table_says_which_command_made_it_and_that_all_is_well() -> None:
    document = PLACE.content()
    assert f"Made by `python -m tests.ssrf`: {len(hostile())} hostile requests." in document, RENEW
    assert "; 0 went otherwise than they must." in document, RENEW
