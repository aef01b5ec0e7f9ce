"""The tables of docs/hostile-input.md have a row for each hostile input that is sent, and none for one that is no more."""

from tests.hostile.inputs import inputs
from tests.hostile.table import PLACE, cell

RENEW = "renew it by: .venv/bin/python -m tests.hostile"


def test_every_hostile_input_is_in_the_table() -> None:
    assert PLACE.rows("| `") == [cell(row.shown) for row in inputs()], RENEW


def test_no_input_is_there_twice() -> None:
    rows = [(row.group, row.shown) for row in inputs()]

    assert len(set(rows)) == len(rows)


def test_the_table_says_which_command_made_it_and_that_all_is_well() -> None:
    document = PLACE.content()
    assert f"Made by `python -m tests.hostile`: {len(inputs())} inputs, each sent twice." in document, RENEW
    assert "; 0 went otherwise than they must." in document, RENEW
