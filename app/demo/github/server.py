"""The stand-in put together: one way for every request, from its credential to its quota headers."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import chain, count
from typing import Any

from aiohttp import web

from app.demo.controls import Controls
from app.demo.github.answers import answer, show_quota
from app.demo.github.ask import Ask
from app.demo.github.callers import Caller, identify
from app.demo.github.knobs import Knobs
from app.demo.github.levers import GitHubLevers, Instead
from app.demo.github.quota import Quota
from app.demo.github.replies import RATE_LIMIT_PAGE, Moved, Refusal, Reply
from app.demo.github.resources import (
    accounts,
    assets,
    comments,
    contents,
    graphql,
    history,
    issues,
    repositories,
    search,
    service,
)
from app.demo.github.resources.service import ENTERPRISE_PREFIX
from app.demo.github.routing import Route
from app.demo.github.shapes.history import uploads_of
from app.demo.github.statistics import StatisticsDesk
from app.demo.github.world import World
from app.demo.log import SeenLog

# The longer comes first: the last route of "" takes everything.
PREFIXES = (ENTERPRISE_PREFIX, "")
LARGEST_UPLOAD_BYTES = 2**26
ROUTES = tuple(
    chain(
        repositories.ROUTES,
        history.ROUTES,
        assets.ROUTES,
        issues.ROUTES,
        comments.ROUTES,
        contents.ROUTES,
        accounts.ROUTES,
        search.ROUTES,
        service.ROUTES,
    )
)


class GitHubStandIn:
    """`app` is the aiohttp application; `world`, `log`, `quota` and `delay_seconds` may be looked at and changed."""

    def __init__(self, knobs: Knobs | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.knobs = knobs or Knobs()
        self.world = World(self.knobs.seed, self.knobs.ends_at)
        self.log = SeenLog()
        self.quota = Quota(self.knobs.limits, clock)
        self.delay_seconds = self.knobs.delay_seconds
        self._instead = Instead(self.knobs.instead)
        self._clock = clock
        self._desk = StatisticsDesk(self.knobs.stats_ready_after_asks, self.knobs.stats_ready_after_seconds, clock)
        self._request_ids = count(1)
        self.app = self._application()

    def tick(self, what: str | None = None) -> dict[str, Any]:
        """One small change of the data, of the repository with that full name or of the first."""
        repository = None
        if what is not None:
            repository = self.world.repository(*what.split("/", 1)) if what.count("/") == 1 else None
            if repository is None:
                raise LookupError(what)
        return self.world.tick(int(self._clock()), repository)

    def say_instead(self, path: str, reply: Reply) -> None:
        """What is answered at a path from now on, whatever the world holds."""
        self._instead.say(path, reply, None)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_UPLOAD_BYTES)
        Controls(self, self.knobs.tick_seconds).attach(app)
        GitHubLevers(self.quota, self._instead).attach(app)
        queries = graphql.route()
        app.router.add_post("/graphql", self._serving(queries, ""))
        app.router.add_post("/api/graphql", self._serving(queries, ENTERPRISE_PREFIX))
        for prefix in PREFIXES:
            for route in assets.UPLOAD:
                here = uploads_of(prefix)
                app.router.add_post(here + route.path, self._serving(route, prefix, here))
        for prefix in PREFIXES:
            for route in ROUTES:
                # aiohttp adds HEAD to what it registers as GET, and only there.
                add = app.router.add_get if route.method == "GET" else partial(app.router.add_route, route.method)
                add(prefix + route.path, self._serving(route, prefix))
                if prefix and route.path == "/":
                    # GHES answers without the last slash too.
                    add(prefix, self._serving(route, prefix))
        return app

    def _serving(
        self, route: Route, prefix: str, here: str | None = None
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A handler of that route, `here` if not under the API's own `prefix`."""

        async def serve(request: web.Request) -> web.Response:
            self.log.saw(request.method, request.path, request.raw_path, request.headers)
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            body = await request.read() if request.can_read_body else b""
            response, counted = self._answer(request, route, prefix if here is None else here, prefix, body)
            self.log.answered(response.status, counted=counted)
            return response

        return serve

    def _answer(
        self, request: web.Request, route: Route, here: str, prefix: str, body: bytes
    ) -> tuple[web.Response, bool]:
        """The response, and whether it cost a point."""
        caller, free = Caller(), route.free
        window = self.quota.window(caller, route.resource)
        try:
            caller = identify(request.headers.get("Authorization"), self._is_revoked)
            window = self.quota.window(caller, route.resource)
            if window.remaining or free:
                sent = body if route.takes_files else _json(body, request.method)
                ask = self._ask(request, here, prefix, caller, sent)
                reply = self._instead.said_at(ask.path) or route.handler(ask)
            else:
                reply, free = exceeded(caller), True
        except Refusal as refusal:
            reply = refusal.reply
            # A credential that GitHub does not know has no quota of its own to take from.
            free = free or not (caller.authenticated or "Authorization" not in request.headers)
        except Moved as moved:
            reply = moved.reply
        response = answer(reply, request.headers, request.method, caller, self.knobs.gzip_from_bytes)
        # "Making a conditional request does not count against your primary rate limit if a 304 response is returned
        # and the request was made while correctly authorized with an Authorization header."
        counted = not (free or (response.status == 304 and caller.authenticated))
        if counted:
            self.quota.spend(caller, window)
        show_quota(response, window)
        number = next(self._request_ids)
        response.headers["X-GitHub-Request-Id"] = f"5EED:{number >> 16:04X}:{number & 0xFFFF:04X}:DE30:68000000"
        return response, counted

    def _ask(self, request: web.Request, here: str, prefix: str, caller: Caller, sent: Any) -> Ask:
        return Ask(
            world=self.world,
            quota=self.quota,
            desk=self._desk,
            caller=caller,
            now=int(self._clock()),
            method=request.method,
            params=request.match_info,
            query=request.query,
            api=f"{request.scheme}://{request.host}{prefix}",
            path=request.rel_url.raw_path.removeprefix(here),
            accept=request.headers.get("Accept", ""),
            body=sent,
            content_type=request.headers.get("Content-Type", ""),
        )

    def _is_revoked(self, token: str) -> bool:
        return token in self.knobs.revoked_tokens or token.startswith(self.knobs.revoked_prefix)


def _json(body: bytes, method: str) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        # Whoever sends a GET with a body that is no JSON is forgiven.
        if method not in {"GET", "HEAD"}:
            raise Refusal(400, "Problems parsing JSON") from None
    return None


def exceeded(caller: Caller) -> Reply:
    """https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit."""
    if caller.authenticated:
        message = "API rate limit exceeded for user ID 1001."
    else:
        message = (
            "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher "
            "rate limit. Check out the documentation for more details.)"
        )
    return Refusal(403, message, documentation=RATE_LIMIT_PAGE).reply
