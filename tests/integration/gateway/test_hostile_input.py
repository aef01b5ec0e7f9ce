"""Everything in the list of hostile inputs gets what it must, and harms nobody (docs/hostile-input.md)."""

from tests.hostile.inputs import inputs
from tests.hostile.playing import played


async def test_each_gets_what_it_must() -> None:
    _, found = await played(inputs())

    assert found == []
