"""Levers of the GitHub stand-in alone: a credential's quota, and an answer in the place of what it knows."""

from collections.abc import Mapping

from aiohttp import web

from app.demo.controls import PREFIX, sent_object
from app.demo.github.callers import caller_with
from app.demo.github.quota import RESOURCES, Quota
from app.demo.github.replies import Reply


class Instead:
    """What is said at a path in the place of what is known there, and how often yet."""

    def __init__(self, said: Mapping[str, Reply]) -> None:
        self._replies = dict(said)
        self._times: dict[str, int] = {}

    def say(self, path: str, reply: Reply, times: int | None) -> None:
        """From now on, or as many `times`."""
        self.be_silent(path)
        self._replies[path] = reply
        if times is not None:
            self._times[path] = times

    def be_silent(self, path: str) -> None:
        self._replies.pop(path, None)
        self._times.pop(path, None)

    def said_at(self, path: str) -> Reply | None:
        reply = self._replies.get(path)
        if path in self._times:
            self._times[path] -= 1
            if self._times[path] <= 0:
                self.be_silent(path)
        return reply


class GitHubLevers:
    def __init__(self, quota: Quota, instead: Instead) -> None:
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
        """What is said at a path: `{"path": "/repos/acme/rocket", "status": 403, "headers": {…}, "body": {…}}`, from now
        on or as many `times`; without a status what is known is said again.
        """
        sent = await sent_object(request)
        path, status, headers, times = (sent.get(name) for name in ("path", "status", "headers", "times"))
        headers = {} if headers is None else headers
        if not isinstance(path, str) or not isinstance(headers, dict) or not (times is None or type(times) is int):
            return _refused("expected a path as text, headers as an object, and times as a number")
        if status is None:
            self._instead.be_silent(path)
        elif type(status) is int and 200 <= status <= 599:
            fields = {str(name): str(value) for name, value in headers.items()}
            self._instead.say(path, Reply(sent.get("body"), status, fields), times)
        else:
            return _refused("expected a status from 200 to 599")
        return web.Response(status=204)


def _is_positive(seconds: object) -> bool:
    return isinstance(seconds, int | float) and seconds > 0


def _refused(message: str) -> web.Response:
    return web.json_response({"message": message}, status=400)
