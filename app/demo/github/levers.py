"""Levers of the GitHub stand-in alone: a credential's quota, and an answer in the place of what it knows."""

from collections.abc import MutableMapping

from aiohttp import web

from app.demo.controls import PREFIX, sent_object
from app.demo.github.callers import caller_with
from app.demo.github.quota import RESOURCES, Quota
from app.demo.github.replies import Reply


class GitHubLevers:
    def __init__(self, quota: Quota, instead: MutableMapping[str, Reply]) -> None:
        self._quota = quota
        self._instead = instead

    def attach(self, app: web.Application) -> None:
        app.router.add_post(f"{PREFIX}/quota", self._leave)
        app.router.add_post(f"{PREFIX}/instead", self._say)

    async def _leave(self, request: web.Request) -> web.Response:
        """Leaves a credential so many points: `{"token": "ghp_…", "resource": "core", "remaining": 0, "seconds": 2}`.
        Without `seconds` the window goes on as long as it would; a `token` of null is whoever brings none.
        """
        sent = await sent_object(request)
        token, resource, remaining, seconds = (sent.get(name) for name in ("token", "resource", "remaining", "seconds"))
        resource = "core" if resource is None else resource
        if resource not in RESOURCES or type(remaining) is not int or remaining < 0:
            return _refused(f"expected remaining, not negative, and a resource of {', '.join(RESOURCES)}")
        if not isinstance(token, str | None) or (seconds is not None and not _is_positive(seconds)):
            return _refused("expected a token as text, and seconds as a number")
        window = self._quota.leave(caller_with(token), resource, remaining, seconds)
        return web.json_response({"limit": window.limit, "remaining": window.remaining, "reset": window.reset})

    async def _say(self, request: web.Request) -> web.Response:
        """What is said at a path: `{"path": "/repos/acme/rocket", "status": 403, "headers": {…}, "body": {…}}`; without
        a status what is known is said again.
        """
        sent = await sent_object(request)
        path, status, headers = sent.get("path"), sent.get("status"), sent.get("headers") or {}
        if not isinstance(path, str) or not isinstance(headers, dict):
            return _refused("expected a path as text, and headers as an object")
        if status is None:
            self._instead.pop(path, None)
        elif type(status) is int and 200 <= status <= 599:
            fields = {str(name): str(value) for name, value in headers.items()}
            self._instead[path] = Reply(sent.get("body"), status, fields)
        else:
            return _refused("expected a status from 200 to 599")
        return web.Response(status=204)


def _is_positive(seconds: object) -> bool:
    return isinstance(seconds, int | float) and seconds > 0


def _refused(message: str) -> web.Response:
    return web.json_response({"message": message}, status=400)
