"""The least that a Sanic handler can do: constant bytes, no middleware. What a hit is measured against.

python -m benchmarks.bare PORT WORKERS BODY_FILE
"""

import sys
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.response import raw

from benchmarks.workers import serve


def create_app(body: bytes) -> Sanic[Any, Any]:
    app = Sanic("bare", configure_logging=False)
    app.config.ACCESS_LOG = False

    @app.get("/api/v1/repos/<owner>/<repo>")
    async def repository(request: Request, owner: str, repo: str) -> HTTPResponse:  # noqa: ARG001 -- the shape of the route
        return raw(body, content_type="application/json")

    return app


if __name__ == "__main__":
    serve(lambda: create_app(Path(sys.argv[3]).read_bytes()), int(sys.argv[1]), int(sys.argv[2]))
