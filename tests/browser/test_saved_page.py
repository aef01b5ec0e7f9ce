"""A report that was saved as one file: it is opened from the disk, asks nobody for anything, and shows the same."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from app.dashboard.inline import Kind, self_contained_page
from tests.browser.scene import DRAWN, NARROW, Dashboard, overflow, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

REPORTS: dict[Kind, str] = {
    "repository": "repos/acme/rocket/report",
    "comparison": "compare?repos=acme/rocket,acme/booster",
    "organization": "orgs/acme/report",
}


@pytest.mark.parametrize("kind", REPORTS)
async def test_it_is_whole(browser: Browser, open_dashboard: Dashboard, tmp_path: Path, kind: Kind) -> None:
    page = await open_dashboard.opened(browser, width=NARROW, scheme="dark")
    answer = await page.request.get(f"{open_dashboard.base_url}/api/v1/{REPORTS[kind]}")
    place = tmp_path / "report.html"
    place.write_text(self_contained_page(kind, await answer.json(), "A report"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    await page.goto(place.as_uri())
    await expect(page.locator("article canvas").first).to_be_visible()
    await page.wait_for_function(DRAWN)

    assert asked == [place.as_uri()]
    assert await violations(page) == []
    assert await overflow(page) == 0
    assert await page.evaluate("document.querySelector('article').getBoundingClientRect().left") == 16
    assert open_dashboard.faults == []
    await expect(page.locator("article a[href^='#']")).to_have_count(0)  # there is no page for it to lead to
    await page.context.close()
