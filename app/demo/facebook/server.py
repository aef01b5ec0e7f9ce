"""The Graph stand-in: https://developers.facebook.com/docs/graph-api/overview/."""

import asyncio
import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from app.demo.controls import Controls
from app.demo.facebook import errors
from app.demo.facebook.pages import DEFAULT_FIELDS, FIELDS, NEWEST_POST_AT, build_pages, build_posts
from app.demo.facebook.publishing import published
from app.demo.log import SeenLog

VERSION = "v23.0"
JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class FacebookKnobs:
    """What a test or a demo may set; `throttled_at_percent` None: never refused, whatever the usage says. With an
    `app_secret` each request must be signed with it. With a `business` usage is told and limited as that of a use case.
    `failures`: what is asked of these pages, by id or name, is refused with the error of this code.
    """

    invalid_prefix: str = "invalid"
    expired_prefix: str = "expired"
    percent_per_call: float = 1
    throttled_at_percent: int | None = None
    window_seconds: float = 3_600
    delay_seconds: float = 0.0
    tick_seconds: float | None = None
    newest_post_at: int = NEWEST_POST_AT
    app_secret: str | None = None
    business: str | None = None
    failures: Mapping[str, int] = field(default_factory=dict)


class FacebookStandIn:
    """`app` is the aiohttp application; `world` (the pages), `log` and `delay_seconds` may be changed."""

    def __init__(self, knobs: FacebookKnobs | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.knobs = knobs or FacebookKnobs()
        self.world = build_pages()
        counts = (60, 8, 0)
        newest_at = self.knobs.newest_post_at
        self.posts = {
            page["id"]: build_posts(page, number, newest_at) for page, number in zip(self.world, counts, strict=True)
        }
        self.log = SeenLog()
        self.delay_seconds = self.knobs.delay_seconds
        self._clock = clock
        self._calls = 0
        self._window_ends_at = clock() + self.knobs.window_seconds
        self._trace_ids = count(1)
        self.app = web.Application()
        Controls(self, self.knobs.tick_seconds).attach(self.app)
        self.app.router.add_route("*", "/{path:.*}", self._serve)

    def tick(self, what: str | None = None) -> dict[str, Any]:
        """One more fan of the page with that id or user name, or of the first."""
        page = self.world[0] if what is None else self._find(what)
        if page is None:
            raise LookupError(what)
        page["fan_count"] += 1
        page["followers_count"] += 1
        return {name: page[name] for name in ("id", "fan_count", "followers_count")}

    async def _serve(self, request: web.Request) -> web.Response:
        self.log.saw(request.method, request.path, request.raw_path, request.headers)
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        trace_id = f"A{next(self._trace_ids):08d}standin"
        segments = [unquote(segment) for segment in request.rel_url.raw_path.strip("/").split("/")]
        version = VERSION
        if segments[0].startswith("v") and segments[0][1:].replace(".", "", 1).isdigit():
            version = segments.pop(0)
        usage = self._take_call()
        body: Any
        try:
            status, body = 200, self._read(request, segments, usage)
        except errors.GraphError as error:
            status, body = error.status, error.body(trace_id)
        response = self._answer(request, status, body)
        response.headers["facebook-api-version"] = version
        response.headers["x-fb-trace-id"] = trace_id
        name, told = self._usage_field(usage)
        response.headers[name] = json.dumps(told, separators=(",", ":"))
        self.log.answered(response.status, counted=True)
        return response

    def _usage_field(self, usage: int) -> tuple[str, Mapping[str, Any]]:
        """https://developers.facebook.com/docs/graph-api/overview/rate-limiting/."""
        told: dict[str, Any] = {"call_count": usage, "total_time": usage // 2, "total_cputime": usage // 3}
        if self.knobs.business is None:
            return "X-App-Usage", told
        limit = self.knobs.throttled_at_percent
        minutes = math.ceil((self._window_ends_at - self._clock()) / 60) if limit is not None and usage > limit else 0
        case = {"type": "pages", **told, "estimated_time_to_regain_access": minutes}
        return "X-Business-Use-Case-Usage", {self.knobs.business: [case]}

    def _take_call(self) -> int:
        """The percentage used up, this call included.

        https://developers.facebook.com/docs/graph-api/overview/rate-limiting/
        """
        now = self._clock()
        if now >= self._window_ends_at:
            self._calls, self._window_ends_at = 0, now + self.knobs.window_seconds
        self._calls += 1
        return int(self._calls * self.knobs.percent_per_call)

    def _read(self, request: web.Request, segments: Sequence[str], usage: int) -> Mapping[str, Any]:
        self._check_token(request)
        limit = self.knobs.throttled_at_percent
        if limit is not None and usage > limit:
            raise errors.limit_reached() if self.knobs.business is None else errors.use_case_limit_reached()
        if request.method not in {"GET", "HEAD"}:
            raise errors.unsupported_method(request.method)
        node, *edges = segments
        if node.lower() in self.knobs.failures:
            raise errors.of_code(self.knobs.failures[node.lower()])
        page = self._find(node) if edges in ([], ["posts"]) else None
        if page is None:
            raise errors.unknown_id(node) if node.isdigit() else errors.unknown_alias(node)
        if edges:
            return published(self.posts[page["id"]], request, f"{page['id']}/posts")
        asked = [name for name in request.query.get("fields", "").split(",") if name] or list(DEFAULT_FIELDS)
        for name in asked:
            if name not in FIELDS:
                raise errors.unknown_field(name)
        # Only what was asked for and is there, and the id in any case.
        return {name: page[name] for name in dict.fromkeys([*asked, "id"]) if name in page}

    def _find(self, node: str) -> dict[str, Any] | None:
        return next((page for page in self.world if node.lower() in {page["id"], page["username"]}), None)

    def _check_token(self, request: web.Request) -> None:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        token = bearer if scheme.lower() == "bearer" else request.query.get("access_token", "")
        if token.startswith(self.knobs.expired_prefix):
            raise errors.expired_token()
        if not token or token.startswith(self.knobs.invalid_prefix):
            raise errors.invalid_token()
        secret = self.knobs.app_secret
        if secret is not None:
            # https://developers.facebook.com/docs/graph-api/guides/secure-requests/
            given = request.query.get("appsecret_proof")
            if given is None:
                raise errors.missing_proof()
            if given != hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest():
                raise errors.invalid_proof()

    def _answer(self, request: web.Request, status: int, body: Any) -> web.Response:
        content = json.dumps(body, separators=(",", ":"), ensure_ascii=True).encode()
        headers = {
            "Content-Type": JSON_TYPE,
            "Vary": "Accept-Encoding",
            # Graph forbids storing; its ETag is for clients that keep the answer themselves.
            "Cache-Control": "private, no-cache, no-store, must-revalidate",
            "Expires": "Sat, 01 Jan 2000 00:00:00 GMT",
            "Pragma": "no-cache",
            "Access-Control-Allow-Origin": "*",
        }
        if status == 200:
            headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:40]}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                del headers["Content-Type"]
                return web.Response(status=304, headers=headers)
        else:
            headers["WWW-Authenticate"] = 'OAuth "Facebook Platform" "invalid_request" "see the body"'
        return web.Response(status=status, body=content, headers=headers)
