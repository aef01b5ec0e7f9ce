"""What we measure ourselves against: the well-known recipe, a session on the application and JSON decoded and encoded;
and, with `--session-per-request`, what many write who do not know it.

python -m benchmarks.recipe PORT WORKERS UPSTREAM_URL [--session-per-request]
"""

import sys
from typing import Any

import aiohttp
from sanic import HTTPResponse, Request, Sanic, json

from benchmarks.workers import serve

ROUTE = "/api/v1/repos/<owner>/<repo>"


def create_app(upstream_url: str) -> Sanic[Any, Any]:
    app = Sanic("recipe", configure_logging=False)
    app.config.ACCESS_LOG = False

    @app.before_server_start
    async def open_session(app: Sanic[Any, Any]) -> None:
        app.ctx.session = aiohttp.ClientSession()

    @app.after_server_stop
    async def close_session(app: Sanic[Any, Any]) -> None:
        await app.ctx.session.close()

    @app.get(ROUTE)
    async def repository(request: Request, owner: str, repo: str) -> HTTPResponse:
        async with request.app.ctx.session.get(f"{upstream_url}repos/{owner}/{repo}") as reply:
            return json(await reply.json())

    return app


def create_wasteful_app(upstream_url: str) -> Sanic[Any, Any]:
    app = Sanic("wasteful", configure_logging=False)
    app.config.ACCESS_LOG = False

    @app.get(ROUTE)
    async def repository(request: Request, owner: str, repo: str) -> HTTPResponse:  # noqa: ARG001 -- Sanic's signature
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{upstream_url}repos/{owner}/{repo}") as reply,
        ):
            return json(await reply.json())

    return app


if __name__ == "__main__":
    create = create_wasteful_app if "--session-per-request" in sys.argv else create_app
    serve(lambda: create(sys.argv[3]), int(sys.argv[1]), int(sys.argv[2]))
