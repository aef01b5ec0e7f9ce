"""What becomes of a repository's report when its parts fail in turn: tried over sockets, and told in docs/reports.md.

`python -m tests.report_faults` writes the table.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from app.container import Container
from app.demo.github import GitHubStandIn, Knobs
from app.demo.github.replies import Reply
from app.demo.serving import running
from app.server import create_app
from app.settings import Settings
from tests.gateway import serving_gateway
from tests.marked import DOCS, Marked, line

TABLE: Final = Marked(DOCS / "reports.md", "faults")
PART_OF: Final = {
    "": "repository",
    "/languages": "languages",
    "/contributors": "contributors",
    "/releases": "releases",
    "/stats/commit_activity": "commits",
    "/issues": "issues",
    "/pulls": "pulls",
    "/issues/comments": "responses",
    "/community/profile": "community",
    "/actions/runs": "runs",
}
"""By the path below the repository: the part that stands on it. `/issues` is what responses stand on, too."""
FAULTS: Final = {
    "404": Reply({"message": "Not Found"}, 404),
    "403": Reply({"message": "Resource not accessible by personal access token"}, 403),
    "500": Reply({"message": "Server Error"}, 500),
    "limit": Reply({"message": "You have exceeded a secondary rate limit."}, 403, {"Retry-After": "60"}),
    "nonsense": Reply("no object and no list", 200),
    "computing": Reply({}, 202),
}
ROCKET: Final = "/repos/acme/rocket"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a caller got.

    Attributes:
        status: Of the answer.
        failed: The parts that failed.
        codes: Why.
        strict_status: Of the same with `strict=true`.
    """

    status: int
    failed: tuple[str, ...]
    codes: tuple[str, ...]
    strict_status: int


@asynccontextmanager
async def reporting(
    instead: dict[str, Reply] | None = None, cache: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[tuple[str, GitHubStandIn]]:
    """The gateway in front of a stand-in, where some paths are answered in another way; `cache` are the upstream's rules, and
    `settings` whole sections.
    """
    standin = GitHubStandIn(Knobs(instead=instead or {}))
    async with running(standin.app) as upstream:
        told = Settings.model_validate(
            {
                "cache": {"store": "memory"},
                "usage": {"path": None},
                **settings,
                "upstreams": {
                    "github": {
                        "kind": "github",
                        "base_url": upstream,
                        "mount": "/github",
                        "token": "any",
                        "retry": {"attempts": 1},
                        "cache": cache or {},
                    }
                },
            }
        )
        async with serving_gateway(create_app(Container(settings=told))) as base_url:
            yield base_url, standin


async def outcome_of(path: str, fault: str) -> Outcome:
    """What becomes of a report when what stands at `path` fails in that way."""
    async with (
        reporting({f"{ROCKET}{path}": FAULTS[fault]}) as (base_url, _),
        aiohttp.ClientSession(base_url) as caller,
    ):
        async with caller.get(f"/api/v1{ROCKET}/report") as answer:
            status, report = answer.status, json.loads(await answer.read())
        async with caller.get(f"/api/v1{ROCKET}/report?strict=true") as answer:
            strict_status = answer.status
    parts = {name: part for name, part in report.items() if isinstance(part, dict) and "state" in part}
    failed = {name: part for name, part in parts.items() if part["state"] == "failed"}
    codes = {part["problem"]["code"] for part in failed.values()} or ({report["code"]} if "code" in report else set())
    return Outcome(status, tuple(sorted(failed)), tuple(sorted(codes)), strict_status)


async def table() -> str:
    rows = [line(["what fails", *FAULTS]), line(["---"] * (1 + len(FAULTS)))]
    for path, part in PART_OF.items():
        cells = [await outcome_of(path, fault) for fault in FAULTS]
        rows.append(line([f"`{part}`", *(_told(part, cell) for cell in cells)]))
    return "\n".join(rows) + "\n"


def _told(part: str, outcome: Outcome) -> str:
    codes = ", ".join(f"`{code}`" for code in outcome.codes)
    if outcome.status != 200:
        return f"{outcome.status} {codes}"
    others = [name for name in outcome.failed if name != part]
    return f"200, {codes}{' (and ' + ', '.join(others) + ')' if others else ''}; strict {outcome.strict_status}"


if __name__ == "__main__":
    TABLE.renew(asyncio.run(table()))
