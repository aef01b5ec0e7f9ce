"""A faulty upstream and a session that asks it, for each test its own."""

from collections.abc import AsyncIterator

import pytest

from tests.faulty_upstream import FaultyUpstream
from tests.integration.transport.rig import Rig, a_rig


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream() as running:
        yield running


@pytest.fixture
async def rig(upstream: FaultyUpstream) -> AsyncIterator[Rig]:
    """Leaves nothing behind, whatever the test did."""
    async with a_rig(upstream.url) as ready:
        yield ready
        await ready.comes_to_rest(upstream)
