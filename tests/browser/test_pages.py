"""Every page, light and dark, wide and narrow: it shows what it is about, and nobody is shut out."""

import pytest
from playwright.async_api import Browser, Route

from tests.browser.scene import NARROW, PAGES, WIDE, Dashboard, overflow, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_each_page(browser: Browser, open_dashboard: Dashboard, scheme: str, width: int) -> None:
    page = await open_dashboard.opened(browser, width=width, scheme=scheme)

    for name in PAGES:  # in one tab: to open another takes longer than to look
        await open_dashboard.go(page, name)

        assert await violations(page) == [], name
        assert await overflow(page) == 0, name
        assert open_dashboard.faults == [], name
    await page.context.close()


async def test_nothing_comes_from_elsewhere(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for name in PAGES:
        await open_dashboard.go(page, name)

    assert [url for url in asked if not url.startswith(open_dashboard.base_url)] == []
    await page.context.close()


async def test_the_first_paint_asks_for_little(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "overview")

    sizes = await page.evaluate(
        "performance.getEntriesByType('resource').filter((each) => each.name.includes('/assets/'))"
        ".map((each) => [each.name, each.transferSize])"
    )

    assert sum(size for _, size in sizes) < 100_000
    assert not any("chart.js" in name for name, _ in sizes)
    await page.context.close()


async def test_the_overview_is_live(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "overview")
    cell = page.locator(".flow tr", has_text="Requests").locator("td").first
    before = int((await cell.inner_text()).replace(",", ""))

    for _ in range(3):
        await page.request.get(f"{open_dashboard.base_url}/api/v1/repos/acme/rocket")

    await page.wait_for_function(
        "before => Number(document.querySelector('.flow tbody td').innerText.replace(',', '')) >= before + 3",
        arg=before,
    )
    await page.context.close()


async def test_charts_have_their_numbers_beside_them(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "explore")
    figure = page.locator("figure", has_text="commits in 52 weeks")

    assert "70 commits in 52 weeks" in (await figure.locator("canvas").get_attribute("aria-label") or "")
    await figure.locator("summary").click()

    assert await figure.locator("tbody tr").count() == 52
    await page.context.close()


async def test_names_may_be_long(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser, width=NARROW)

    async def lengthen(route: Route) -> None:
        answer = await route.fetch()
        text = await answer.text()
        for name in ("Flight software for small launch vehicles", "bela-abara", "flight-software", "old-faithful"):
            text = text.replace(name, name.replace(" ", "-") * 12)
        await route.fulfill(response=answer, body=text)

    await page.route("**/report", lengthen)
    for name in ("explore", "organization"):
        await open_dashboard.go(page, name)
        assert await overflow(page) == 0, name
    await page.context.close()
