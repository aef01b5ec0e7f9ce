"""The dashboard in a real browser, in front of the gateway in this process and stand-ins on loopback."""

import json
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.resources import files
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from app.container import Container
from app.demo.facebook import FacebookKnobs, FacebookStandIn
from app.demo.github import GitHubStandIn, Knobs
from app.demo.serving import latest_end, running
from app.server import create_app
from app.settings import Settings
from tests.gateway import serving_gateway

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
KEY = "hg_of_the_dashboard"
PAGES = {
    "overview": "overview",
    "explore": "explore/acme/rocket",
    "compare": "explore/acme/rocket,acme/booster",
    "organization": "organization/acme",
    "usage": "usage",
}
WIDE, NARROW = 1440, 360
READY = {
    "overview": "main .flow",
    "explore": "article[aria-label='Report on acme/rocket'] canvas",
    "compare": "article[aria-label='Comparison'] canvas",
    "organization": "article thead button",
    "usage": "form:has(input[name=by]) ~ .strip",
}
"""What stands there when a page has what it shows."""
DRAWN = "() => [...document.querySelectorAll('canvas')].every((each) => globalThis.Chart?.getChart(each))"
"""Every chart is there, too."""


@dataclass
class Dashboard:
    """The gateway, as a browser and a test see it."""

    base_url: str
    github: GitHubStandIn
    faults: list[str] = field(default_factory=list)

    async def opened(
        self, browser: Browser, *, width: int = WIDE, scheme: str = "light", init: str | None = None
    ) -> Page:
        """A tab of its own; what its console complains of is kept in `faults`."""
        context = await browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        if init is not None:
            await page.add_init_script(init)
        return page

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.faults.append(said.text)

    async def go(self, page: Page, name: str) -> None:
        """To a page, until it shows what it is about."""
        await page.goto(f"{self.base_url}/#/{PAGES.get(name, name)}")
        if name in READY:
            await page.wait_for_selector(READY[name])
            await page.wait_for_function(DRAWN)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def dashboard(*, keys: dict[str, Any] | None = None, knobs: Knobs | None = None) -> AsyncIterator[Dashboard]:
    lately = latest_end(time.time())
    github = GitHubStandIn(replace(knobs or Knobs(), ends_at=lately))
    facebook = FacebookStandIn(FacebookKnobs(newest_post_at=lately))
    async with running(github.app) as github_url, running(facebook.app) as facebook_url:
        settings = Settings.model_validate(
            {
                "cache": {"store": "memory"},
                "usage": {"path": None},
                "callers": {"key_file": "var/there-is-none.yaml", "keys": keys or {}},
                "upstreams": {
                    "github": {"kind": "github", "base_url": github_url, "token": "any"},
                    "facebook": {"kind": "facebook", "base_url": facebook_url, "token": "any"},
                },
            }
        )
        async with serving_gateway(create_app(Container(settings=settings))) as base_url:
            yield Dashboard(base_url, github)


def kept(key: str = KEY, **more: Any) -> dict[str, Any]:
    """A key, as the settings hold it."""
    return {"hashes": [{"sha256": sha256(key.encode()).hexdigest()}], **more}


async def violations(page: Page) -> list[str]:
    """What axe-core finds, each with the first place where it is."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['help']} at {json.dumps(one['nodes'][0]['target'])}" for one in found["violations"]]


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    found: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, found)
