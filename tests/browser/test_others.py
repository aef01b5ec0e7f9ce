"""Gateways that are set up in another way: with keys, or before a GitHub that is slow."""

import pytest
from playwright.async_api import Browser, expect

from app.demo.github import Knobs
from tests.browser.scene import KEY, dashboard, kept, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_key_is_asked_for_where_keys_are_on(browser: Browser) -> None:
    async with dashboard(keys={"team": kept(), "boss": kept("hg_of_the_boss", operator=True)}) as guarded:
        page = await guarded.opened(browser)
        await page.goto(f"{guarded.base_url}/#/usage")
        await expect(page.get_by_role("dialog")).to_be_visible()  # it opens by itself, once
        await expect(page.locator("input[name=key]")).to_be_focused()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await expect(page.locator(".notice")).to_contain_text("This gateway asks for a key")
        assert await violations(page) == []

        await page.click("text=Enter a key")
        await page.fill("input[name=key]", "hg_wrong")
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice")).to_contain_text("This gateway asks for a key")

        await page.click("text=Enter a key")
        await page.fill("input[name=key]", KEY)
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice").first).to_contain_text("Only what team used")
        assert KEY not in page.url
        assert await page.evaluate("JSON.stringify(localStorage)") == "{}"

        await page.get_by_role("button", name="Key in use").click()
        await page.click("text=Forget the key")
        await expect(page.locator(".notice")).to_contain_text("This gateway asks for a key")
        await page.context.close()


async def test_a_long_report_tells_how_far_it_is_and_is_cancelled(browser: Browser) -> None:
    async with dashboard(knobs=Knobs(delay_seconds=0.4)) as slow:
        page = await slow.opened(browser)
        await page.goto(f"{slow.base_url}/#/organization/acme")
        await expect(page.locator("progress")).to_be_visible()
        await expect(page.get_by_role("status")).to_contain_text("% of 13 repositories")  # by tens, not with each
        await expect(page.locator("progress")).to_have_attribute("max", "13")
        assert await violations(page) == []

        await page.click("text=Cancel")
        await expect(page.locator(".notice")).to_contain_text("Cancelled")

        await page.click("text=Go on")
        await page.wait_for_selector("article thead button", timeout=15_000)
        await page.context.close()
