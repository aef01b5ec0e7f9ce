"""Stand-ins that a module's tests share. A test that changes them puts back what it found."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.command import StandIns, stand_ins


@pytest.fixture(scope="module")
def upstreams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    with stand_ins(tmp_path_factory.mktemp("stand-ins")) as running:
        yield running
