"""One browser for all, and one gateway for the tests of a module."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.scene import CHROMIUM, Dashboard, browsing, dashboard


@pytest.fixture(scope="session", autouse=True)
def with_chromium() -> None:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(with_chromium: None) -> AsyncIterator[Browser]:
    async with browsing() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")  # handlers are wired to one application at a time
async def shared() -> AsyncIterator[Dashboard]:
    async with dashboard() as running:
        yield running


@pytest.fixture
def open_dashboard(shared: Dashboard) -> Dashboard:
    """As it is for who needs no key; without the faults of the test before."""
    shared.faults.clear()
    return shared
