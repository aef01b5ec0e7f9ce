"""What we measure ourselves against: the well-known recipe, a session on the application and JSON decoded and encoded.

python -m benchmarks.recipe PORT UPSTREAM_URL
"""

import sys
from typing import Any

import aiohttp
from sanic import HTTPResponse, Request, Sanic, json


def create_app(upstream_url: str) -> Sanic[Any, Any]:
    app = Sanic("recipe", configure_logging=False)
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
            return json(await reply.json())

    return app


if __name__ == "__main__":
    create_app(sys.argv[2]).run("127.0.0.1", int(sys.argv[1]), single_process=True, motd=False, access_log=False)
