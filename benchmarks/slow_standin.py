"""The stand-in GitHub as a process of its own, slow by path, with an organization of many repositories.

python -m benchmarks.slow_standin PORT REPOSITORIES
"""

import asyncio
import sys
from copy import copy
from zlib import crc32

from aiohttp import web
from aiohttp.typedefs import Handler

from app.demo.github import GitHubStandIn, Knobs, Limits

FASTEST_SECONDS, SLOWEST_SECONDS = 0.04, 0.16
"""Between these lies what a call takes, by its path: as GitHub has it, some are slow."""


def seconds_of(path: str) -> float:
    """How long upstream takes to answer: the same for the same path."""
    share = crc32(path.split("?", maxsplit=1)[0].encode()) % 1_000 / 999
    return FASTEST_SECONDS + share * (SLOWEST_SECONDS - FASTEST_SECONDS)


@web.middleware
async def slowly(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith("/_standin"):
        await asyncio.sleep(seconds_of(request.path))
    return await handler(request)


def create_app(repositories: int) -> web.Application:
    stand_in = GitHubStandIn(Knobs(limits=Limits.alike(5_000)))
    world = stand_in.world
    pattern = world.repository("acme", "rocket")
    assert pattern is not None
    already = len(world.repositories_of(pattern.owner))
    for number in range(1, repositories - already + 1):
        another = copy(pattern)
        another.id = 50_000_000 + number
        another.stars = 1_000 - number
        world.repositories[another.id] = another
        world.change_repository(another, {"name": f"part-{number:03}"}, another.updated_at)
    stand_in.app.middlewares.append(slowly)
    return stand_in.app


if __name__ == "__main__":
    web.run_app(create_app(int(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
