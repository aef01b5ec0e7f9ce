"""`python -m tests.ssrf`: plays every hostile request, and writes where each went into docs/any-upstream.md."""

import asyncio
import sys
from collections import Counter

from tests.ssrf.hostile import Hostile, hostile
from tests.ssrf.judging import complaints
from tests.ssrf.scene import a_scene
from tests.ssrf.table import PLACE, table


async def _played() -> tuple[list[tuple[Hostile, str | int]], list[str]]:
    rows: list[tuple[Hostile, str | int]] = []
    found: list[str] = []
    async with a_scene() as scene:
        for one in hostile():
            outcome = await scene.played(one)
            went = outcome.went
            rows.append((one, went.replace(scene.evil, "EVIL") if isinstance(went, str) else went))
            found += [f"{one.name}: {complaint}" for complaint in complaints(scene, one, outcome)]
    return rows, found


def main() -> int:
    rows, found = asyncio.run(_played())
    counted = Counter("upstream" if isinstance(went, str) else str(went) for _, went in rows)
    refused = ", ".join(f"{count} with {status}" for status, count in sorted(counted.items()) if status != "upstream")
    said = (
        f"Made by `python -m tests.ssrf`: {len(rows)} hostile requests. {counted['upstream']} went to the upstream, below "
        f"its base path; the others were refused and went nowhere ({refused}); {len(found)} went otherwise than they "
        "must.\n\n"
    )
    PLACE.renew(said + table(rows))
    sys.stdout.write(said + "".join(f"- {one}\n" for one in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
