"""The table of docs/reliability.md has a row for each fault of the bench, and none for a fault that is no more."""

from tests.faults.bench import rows
from tests.faults.profile import LONG, SHORT
from tests.faults.table import PLACE

RENEW = "renew it by: make faults"


def test_every_fault_of_the_bench_is_in_the_table() -> None:
    assert PLACE.rows() == [row.name for row in rows(LONG)], RENEW


def test_both_forms_of_the_bench_have_the_same_rows() -> None:
    assert [row.name for row in rows(SHORT)] == [row.name for row in rows(LONG)]


def test_the_table_says_which_command_made_it() -> None:
    assert "Made by `make faults` on " in PLACE.content(), RENEW
