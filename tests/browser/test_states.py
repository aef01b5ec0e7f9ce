"""Empty, loading, stale, partial, failed, limited: each is said in words, and each page stands it."""

import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.scene import NARROW, Dashboard, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


def answering(status: int, code: str, detail: str, retry_after: int | None = None, **more: Any) -> Any:
    async def answer(route: Route) -> None:
        fields = {} if retry_after is None else {"Retry-After": str(retry_after)}
        body = json.dumps({"status": status, "code": code, "detail": detail, **more})
        await route.fulfill(status=status, body=body, headers=fields, content_type="application/problem+json")

    return answer


async def changed(page: Page, dashboard: Dashboard, change: Any) -> None:
    """The real report, with something in it changed."""
    answer = await page.request.get(f"{dashboard.base_url}/api/v1/repos/acme/rocket/report")
    report = await answer.json()
    change(report)

    async def give(route: Route) -> None:
        await route.fulfill(status=200, json=report)

    await page.route("**/report", give)


async def test_partial(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser, width=NARROW)

    def fail(report: Any) -> None:
        report["languages"] |= {
            "state": "failed",
            "value": None,
            "problem": {"code": "upstream_timeout", "detail": "github did not answer", "retry_after_seconds": 30},
        }

    await changed(page, open_dashboard, fail)
    await page.goto(f"{open_dashboard.base_url}/#/explore/acme/rocket")

    await expect(page.locator(".notice").first).to_contain_text("Partial: 1 of 10 parts is missing")
    await expect(page.locator(".card", has_text="Languages")).to_contain_text("github did not answer")
    assert await violations(page) == []
    await page.context.close()


async def test_stale(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await changed(page, open_dashboard, lambda report: report["commits"].update(state="stale"))
    await page.goto(f"{open_dashboard.base_url}/#/explore/acme/rocket")

    await expect(page.locator(".notice").first).to_contain_text("Stale")
    await expect(page.locator(".card", has_text="A year of commits").locator(".pill")).to_contain_text(
        "stale, as of 20"
    )
    assert await violations(page) == []
    await page.context.close()


async def test_refused(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    for status, code, title in [
        (404, "not_found", "Not found"),
        (502, "upstream_unreachable", "This failed"),
        (403, "not_for_this_key", "Not with this key"),
        (403, "operators_only", "This needs an operator's key"),
        (429, "caller_limited", "Limited"),
    ]:
        refusal = answering(status, code, "what happened, in a sentence", retry_after=90 if status == 429 else None)
        await page.route(f"**/{code}/report", refusal)
        await page.goto(f"{open_dashboard.base_url}/#/explore/acme/{code}")

        await expect(page.locator(".notice strong")).to_have_text(title)
        await expect(page.locator(".notice")).to_contain_text("what happened, in a sentence")
        assert await violations(page) == [], code
    await expect(page.locator(".notice")).to_contain_text("Again in")
    await expect(page.locator(".notice button")).to_be_disabled()
    await page.context.close()


async def test_what_the_quota_cannot_bear(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    estimate = {"points_expected": 900, "repositories": 300, "points_left": 12}
    refusal = answering(429, "report_not_affordable", "it would cost more", estimate=estimate, retry_after=120)
    await page.route("**/orgs/acme/report", refusal)
    await page.goto(f"{open_dashboard.base_url}/#/organization/acme")

    await expect(page.locator(".notice")).to_contain_text("About 900 points for 300 repositories; 12 are left.")
    await page.context.close()


async def test_loading_and_no_connection(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/report", hold)
    await page.goto(f"{open_dashboard.base_url}/#/explore/acme/rocket")
    await expect(page.get_by_role("status")).to_contain_text("Loading acme/rocket")
    assert await violations(page) == []

    await held[0].abort()
    await expect(page.locator(".notice strong")).to_have_text("No connection")
    await page.context.close()


@pytest.mark.parametrize("name", ["explore/", "organization/"])
async def test_empty(browser: Browser, open_dashboard: Dashboard, name: str) -> None:
    page = await open_dashboard.opened(browser)
    await page.goto(f"{open_dashboard.base_url}/#/{name}")

    await expect(page.locator(".notice strong")).to_have_text("Nothing asked for yet")
    assert await violations(page) == []
    await page.context.close()


async def test_a_repository_that_is_empty(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await page.goto(f"{open_dashboard.base_url}/#/explore/acme/blank")
    await page.wait_for_selector("article")

    assert await violations(page) == []
    assert open_dashboard.faults == []
    await page.context.close()


async def test_an_upstream_that_is_down(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    answer = await page.request.get(f"{open_dashboard.base_url}/api/v1/overview")
    overview = await answer.json()
    overview["upstreams"][0] |= {"reachable": False}
    overview["upstreams"][1]["breaker"] |= {"state": "open"}
    overview["last_day"] |= {"requests": 0}
    stream = f"event: overview\ndata: {json.dumps(overview)}\n\n"

    async def give(route: Route) -> None:
        await route.fulfill(status=200, body=stream, content_type="text/event-stream")

    await page.route("**/api/v1/overview", give)
    await page.goto(f"{open_dashboard.base_url}/#/overview")

    cards = page.locator("section.upstream")
    await expect(cards.nth(0).locator(".pill")).to_have_text("unreachable")
    await expect(cards.nth(1).locator(".pill")).to_have_text("left alone")
    await expect(page.locator("text=Nobody has asked for anything yet")).to_be_visible()
    await expect(page.locator("text=not live")).to_be_visible()
    assert await violations(page) == []
    await page.context.close()


async def test_what_was_there_stays_when_it_cannot_be_asked_for_anew(
    browser: Browser, open_dashboard: Dashboard
) -> None:
    page = await open_dashboard.opened(browser)
    await open_dashboard.go(page, "explore")
    await page.route("**/report", lambda route: route.abort())
    await page.click("text=Ask again")

    await expect(page.locator("main [role=alert]")).to_contain_text("What is shown below is from before.")
    await expect(page.locator("article h1")).to_have_text("acme/rocket")
    await page.unroute("**/report")
    await page.click("text=Try again")
    await expect(page.locator("main [role=alert]")).to_have_count(0)
    await page.context.close()


async def test_without_the_chart_library_there_are_the_numbers(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await page.route("**/vendor/chart.js", lambda route: route.abort())
    await page.goto(f"{open_dashboard.base_url}/#/explore/acme/rocket")

    figure = page.get_by_role("group", name="Commits by week")
    await expect(figure).to_contain_text("The chart could not be drawn; its numbers are here.")
    await expect(figure.locator("tbody tr").last).to_be_visible()
    assert await violations(page) == []
    await page.context.close()


async def test_what_upstream_writes_as_an_address_leads_to_web_pages_alone(
    browser: Browser, open_dashboard: Dashboard
) -> None:
    page = await open_dashboard.opened(browser)
    await changed(
        page, open_dashboard, lambda report: report["repository"]["value"].update(html_url="javascript:alert(1)")
    )
    await page.goto(f"{open_dashboard.base_url}/#/explore/acme/rocket")

    await expect(page.locator("article h1")).to_have_text("acme/rocket")
    await expect(page.locator("article h1 a")).to_have_count(0)
    await page.context.close()


async def test_quotas_that_run_dry(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser, width=NARROW, scheme="dark")
    answer = await page.request.get(f"{open_dashboard.base_url}/api/v1/overview")
    overview = await answer.json()
    quota = {"limit": 100, "used": 0, "reset_at": None}
    overview["upstreams"][0]["quotas"] = [
        quota | {"resource": "core", "remaining": 80},
        quota | {"resource": "search", "remaining": 20},
        quota | {"resource": "graphql", "remaining": 5},
        quota | {"resource": "code_search", "remaining": 0},
    ]

    async def give(route: Route) -> None:
        body = f"event: overview\ndata: {json.dumps(overview)}\n\n"
        await route.fulfill(status=200, body=body, content_type="text/event-stream")

    await page.route("**/api/v1/overview", give)
    await page.goto(f"{open_dashboard.base_url}/#/overview")

    basins = page.locator(".basins li")
    await expect(basins).to_have_count(4)
    assert [" ".join(text.split()) for text in await basins.all_inner_texts()] == [
        "core 80 of 100",
        "search 20 of 100, low",
        "graphql 5 of 100, nearly used up",
        "code search 0 of 100, used up",
    ]
    meter = page.get_by_role("meter", name="Quota search of github")
    await expect(meter).to_have_attribute("aria-valuetext", "20 of 100 left")
    assert await violations(page) == []
    await page.context.close()


async def test_a_gateway_that_is_away_for_a_while(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    await page.clock.install()
    await page.route("**/api/v1/overview", lambda route: route.abort())
    await page.goto(f"{open_dashboard.base_url}/#/overview")
    await expect(page.locator(".notice strong")).to_have_text("No connection")

    await page.unroute("**/api/v1/overview")
    await page.clock.fast_forward(3_000)  # it comes again by itself

    await expect(page.locator("text=live").first).to_be_visible()
    await expect(page.locator(".notice.bad")).to_have_count(0)
    await page.context.close()


async def test_a_tab_that_nobody_sees_asks_for_nothing(browser: Browser, open_dashboard: Dashboard) -> None:
    page = await open_dashboard.opened(browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await open_dashboard.go(page, "overview")
    turned = """(hidden) => {
      Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    }"""

    async with page.expect_event("requestfailed"):  # the stream that was open
        await page.evaluate(turned, True)
    await expect(page.locator("text=not live")).to_be_visible()
    before = len(asked)
    await page.evaluate(turned, False)

    await expect(page.locator(".status .pill")).to_have_text("live")
    assert [url.rpartition("/")[2] for url in asked[before:]] == ["overview"]
    await page.context.close()
