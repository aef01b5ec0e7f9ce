"""`python -m tests.browser` (`make screenshots`) renews docs/screenshots: each page, light and dark, wide and narrow."""

import asyncio
from pathlib import Path

from tests.browser.scene import NARROW, PAGES, WIDE, browsing, dashboard

PLACE = Path(__file__).parents[2] / "docs" / "screenshots"
HEIGHTS = {WIDE: 1_000, NARROW: 780}


async def taken() -> None:
    PLACE.mkdir(exist_ok=True)
    async with browsing() as browser, dashboard() as running:
        for scheme in ("light", "dark"):
            for width in (WIDE, NARROW):
                page = await running.opened(browser, width=width, scheme=scheme)
                await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                for _ in range(20):  # so that the overview has something to show
                    await page.request.get(f"{running.base_url}/api/v1/repos/acme/rocket")
                for name in PAGES:
                    await running.go(page, name)
                    await page.wait_for_timeout(600)
                    await page.screenshot(path=PLACE / f"{name}-{scheme}-{width}.png")
                await page.context.close()


if __name__ == "__main__":
    asyncio.run(taken())
