"""The least that a gateway can do: a session on the application, and the bytes of the reply as they came.

python -m benchmarks.relay PORT WORKERS UPSTREAM_URL
"""

import sys
from typing import Any

import aiohttp
from sanic import HTTPResponse, Request, Sanic
from sanic.response import raw

from benchmarks.workers import serve


def create_app(upstream_url: str) -> Sanic[Any, Any]:
    app = Sanic("relay", configure_logging=False)
    app.config.ACCESS_LOG = False

    @app.before_server_start
    async def open_session(app: Sanic[Any, Any]) -> None:
        app.ctx.session = aiohttp.ClientSession()

    @app.after_server_stop
    async def close_session(app: Sanic[Any, Any]) -> None:
        await app.ctx.session.close()

    @app.get("/api/v1/repos/<owner>/<repo>")
    async def repository(request: Request, owner: str, repo: str) -> HTTPResponse:
        async with request.app.ctx.session.get(f"{upstream_url}repos/{owner}/{repo}") as reply:
            return raw(await reply.read(), content_type="application/json")

    return app


if __name__ == "__main__":
    serve(lambda: create_app(sys.argv[3]), int(sys.argv[1]), int(sys.argv[2]))
