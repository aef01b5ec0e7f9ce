"""Plays the whole list, several inputs at a time."""

import asyncio
from collections.abc import Sequence

from tests.hostile.inputs import Input
from tests.hostile.judging import complaints
from tests.hostile.scene import MOUNT, TYPED, Scene, a_scene, errors_heard
from tests.hostile.table import Row

AT_ONCE = 24


async def played(inputs: Sequence[Input]) -> tuple[list[Row], list[str]]:
    """What each got, and what was otherwise than it must be."""
    found: list[str] = []
    turns = asyncio.Semaphore(AT_ONCE)

    async def row(scene: Scene, one: Input) -> Row:
        async with turns:
            mounted, typed = await asyncio.gather(scene.played(one, MOUNT), scene.played(one, TYPED))
        for path, got in ((MOUNT, mounted), (TYPED, typed)):
            found.extend(f"{one.group}: {one.shown} ({path}): {complaint}" for complaint in complaints(one, path, got))
        return one, mounted, typed

    with errors_heard() as errors:
        async with a_scene() as scene:
            # What is large makes all others wait, since all share one loop: it comes when they are done.
            light = await asyncio.gather(*(row(scene, one) for one in inputs if not one.is_alone))
            alone = [await row(scene, one) for one in inputs if one.is_alone]
    order = {one: at for at, one in enumerate(inputs)}
    rows = sorted([*light, *alone], key=lambda played: order[played[0]])
    return rows, found + [f"logged: {error}" for error in errors]
