"""What somebody does there: by the keyboard, sorting, saving, choosing a theme."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.scene import Dashboard, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_by_the_keyboard_alone(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "overview")

    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Explore")
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("acme/rocket, acme/booster")
    await page.keyboard.press("Enter")

    await expect(page.locator("article h1")).to_have_text("acme/rocket · acme/booster")
    await expect(page).to_have_title("acme/rocket,acme/booster · Explore · Headgate")
    await page.context.close()


async def test_what_is_no_name_is_said_at_once(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "explore/")
    await page.fill("input[name=repositories]", "rocket")
    await page.get_by_role("button", name="Report").click()

    await expect(page.locator("[role=alert]")).to_have_text("rocket is no owner/name.")
    assert await violations(page) == []
    await page.context.close()


async def test_a_table_sorts_and_narrows(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "organization")
    rows = page.locator("article table:has(thead button) tbody th")

    await page.get_by_role("button", name="Stars").click()
    assert (await rows.all_inner_texts())[0] == "rocket"
    await expect(page.locator("th", has_text="Stars")).to_have_attribute("aria-sort", "descending")
    await page.get_by_role("button", name="Stars").click()
    await expect(page.locator("th", has_text="Stars")).to_have_attribute("aria-sort", "ascending")

    await page.fill("input[type=search]", "rust")
    await expect(page.locator("text=1 of 13")).to_be_visible()
    await page.context.close()


async def test_the_table_can_be_saved(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "organization")

    async with page.expect_download() as coming:
        await page.click("text=Save CSV")
    saved = await (await coming.value).path()

    head, *rows = saved.read_text().splitlines()
    assert head.startswith("full_name,state,language")
    assert len(rows) == 13
    await page.context.close()


async def test_a_theme_is_chosen_and_kept(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser, scheme="light")
    await open_dashboard.go(page, "overview")
    await page.get_by_role("button", name="Theme: auto").click()
    await page.get_by_role("button", name="Theme: light").click()
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()

    await page.reload()
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()

    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 19, 21)"
    await page.context.close()


async def test_what_is_typed_at_once_is_not_lost(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "overview")

    await page.evaluate(
        """() => {
          new MutationObserver((_, observer) => {
            const field = document.querySelector("input[name=repositories]");
            if (field === null) return;
            observer.disconnect();
            field.value = "a";
            field.dispatchEvent(new Event("input", {bubbles: true}));
          }).observe(document.querySelector("main"), {childList: true, subtree: true});
          location.hash = "#/explore";
        }"""
    )
    await page.wait_for_selector("input[name=repositories]")
    await page.wait_for_timeout(150)

    assert await page.input_value("input[name=repositories]") == "a"
    await page.context.close()


async def test_the_address_of_a_page_names_its_repository(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "explore/")
    await page.fill("input[name=repositories]", "https://github.com/acme/rocket.git")
    await page.keyboard.press("Enter")

    await expect(page.locator("article h1")).to_have_text("acme/rocket")
    assert page.url.endswith("#/explore/acme/rocket")
    await page.context.close()


async def test_from_an_organization_to_one_of_its_repositories(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "organization")

    await page.get_by_label("Kind").select_option("With signals")
    await expect(page.locator("text=6 of 13")).to_be_visible()
    await page.fill("input[type=search]", "no such thing")
    await expect(page.locator("text=None is like that.")).to_be_visible()
    await page.fill("input[type=search]", "archived")
    await page.get_by_role("link", name="old-faithful", exact=True).click()

    await expect(page.locator("article h1")).to_have_text("acme/old-faithful")
    await page.context.close()


async def test_usage_is_told_apart_by_the_keyboard(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "usage")
    await page.get_by_role("radio", name="Caller").focus()
    await page.keyboard.press("ArrowRight")

    await expect(page.get_by_role("radio", name="Route")).to_be_focused()
    await expect(page.get_by_role("columnheader", name="Route")).to_be_visible()
    assert await violations(page) == []
    await page.context.close()
