"""`python -m tests.browser` (`make screenshots`) renews docs/screenshots: each page, light and dark, wide and narrow."""

import asyncio
from pathlib import Path

from playwright.async_api import APIRequestContext

from app.demo.github import Knobs
from app.demo.github.quota import Limits
from tests.browser.scene import NARROW, PAGES, WIDE, browsing, dashboard

PLACE = Path(__file__).parents[2] / "docs" / "screenshots"
HEIGHTS = {WIDE: 1_080, NARROW: 780}


LIMITS = Limits(core=160)
"""Small, so that quotas of all kinds show: half full, low, used up."""


async def use(asking: APIRequestContext, base_url: str) -> None:
    """So that there is something to show."""
    for path in ("repos/acme/rocket", "repos/acme/booster", "orgs/acme", "pages/acmerockets"):
        for _ in range(90):
            await asking.get(f"{base_url}/api/v1/{path}")
    for number in range(60):
        await asking.get(f"{base_url}/api/v1/search/repos?q=rocket{number % 24}")
        await asking.get(f"{base_url}/api/v1/repos/acme/rocket/issues?per_page={number % 15 + 1}")
        await asking.get(f"{base_url}/api/v1/search/code?q=engine{min(number, 9)}+repo:acme/rocket")


async def taken() -> None:
    PLACE.mkdir(exist_ok=True)
    async with browsing() as browser, dashboard(knobs=Knobs(limits=LIMITS)) as running:
        asking = await browser.new_context()
        await use(asking.request, running.base_url)
        for scheme in ("light", "dark"):
            for width in (WIDE, NARROW):
                page = await running.opened(browser, width=width, scheme=scheme)
                await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                for name in PAGES:
                    await running.go(page, name)
                    if name == "usage":  # of one caller there is less to see
                        await page.get_by_role("radio", name="Route").check(force=True)
                    await page.wait_for_timeout(300)  # until it is painted
                    await page.screenshot(path=PLACE / f"{name}-{scheme}-{width}.png")
                await page.context.close()


if __name__ == "__main__":
    asyncio.run(taken())
