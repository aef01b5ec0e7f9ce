"""The stand-in GitHub with many repositories, and no reply that may be stored: for measuring the way through the layers.

python -m benchmarks.standin PORT
"""

import sys
from copy import copy

from aiohttp import web

from app.demo.github import GitHubStandIn, Knobs, Limits

REPOSITORIES = 1_000
"""acme/r1 and so on, for `keys.ring`: what is asked for at the same time is not the same."""


async def forbid_storing(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Cache-Control"] = "no-store"


def create_app() -> web.Application:
    stand_in = GitHubStandIn(Knobs(limits=Limits.alike(1_000_000_000)))
    world = stand_in.world
    pattern = world.repository("acme", "rocket")
    assert pattern is not None
    for number in range(1, REPOSITORIES + 1):
        another = copy(pattern)
        another.id = 10_000_000 + number
        world.repositories[another.id] = another
        world.change_repository(another, {"name": f"r{number}"}, another.updated_at)
    stand_in.app.on_response_prepare.append(forbid_storing)
    return stand_in.app


if __name__ == "__main__":
    web.run_app(create_app(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
