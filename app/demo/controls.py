"""The levers of a stand-in under `/_standin/`: its log, a change of its data, a delay. They cost no quota."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from json import JSONDecodeError
from typing import Any, Protocol

from aiohttp import web

from app.demo.log import SeenLog

PREFIX = "/_standin"


class Controllable(Protocol):
    log: SeenLog
    delay_seconds: float

    def tick(self, what: str | None = None) -> dict[str, Any]: ...


class Controls:
    def __init__(self, standin: Controllable, tick_seconds: float | None) -> None:
        self._standin = standin
        self._tick_seconds = tick_seconds

    def attach(self, app: web.Application) -> None:
        app.router.add_get(f"{PREFIX}/log", self._show)
        app.router.add_delete(f"{PREFIX}/log", self._clear)
        app.router.add_post(f"{PREFIX}/tick", self._tick)
        app.router.add_post(f"{PREFIX}/delay", self._delay)
        if self._tick_seconds:
            app.cleanup_ctx.append(self._ticking)

    async def _show(self, _: web.Request) -> web.Response:
        return web.json_response(self._standin.log.as_json())

    async def _clear(self, _: web.Request) -> web.Response:
        self._standin.log.clear()
        return web.Response(status=204)

    async def _tick(self, request: web.Request) -> web.Response:
        """The body may name what changes: `{"what": "acme/rocket"}`."""
        fields = await sent_object(request)
        try:
            return web.json_response(self._standin.tick(fields.get("what")))
        except LookupError as error:
            return web.json_response({"message": f"unknown: {error.args[0]}"}, status=404)

    async def _delay(self, request: web.Request) -> web.Response:
        seconds = (await sent_object(request)).get("seconds")
        if not isinstance(seconds, int | float) or seconds < 0:
            return web.json_response({"message": "seconds: expected a number, not negative"}, status=400)
        self._standin.delay_seconds = seconds
        return web.json_response({"seconds": seconds})

    async def _ticking(self, _: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._tick_forever(self._tick_seconds or 0))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _tick_forever(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            self._standin.tick()


async def sent_object(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent; an absent or unreadable one says nothing."""
    try:
        sent = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return {}
    return sent if isinstance(sent, dict) else {}
