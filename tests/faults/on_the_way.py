"""The rows of what happens between the gateway and an upstream that is well: a relay does it."""

import asyncio
from collections.abc import Sequence

from tests import faulty_upstream as scripts
from tests.faults.fault import Fault, Wait, Way
from tests.faults.profile import Profile
from tests.faults.relay import FAIR, Ending, Weather
from tests.faults.scene import BODY_BYTES, Act, Scene, playing, well

DELAY_SECONDS = 0.1
FLAPS = 3
DOWN = "502 upstream_unreachable | 502 upstream_disconnected | 504 upstream_timeout | 503 upstream_circuit_open"
"""What is honest while nobody is there: a closed port, a connection that broke or was forgotten; or nobody was asked."""
HALF = BODY_BYTES // 2 + 500
"""Of a whole reply: in the middle of the body."""


def weather(on_the_way: Weather) -> Act:
    async def act(scene: Scene) -> None:
        assert scene.relay is not None
        await scene.hang_up()
        scene.relay.weather = on_the_way

    return act


async def fair(scene: Scene) -> None:
    assert scene.relay is not None
    scene.relay.weather = FAIR


async def silence(scene: Scene) -> None:
    """What is open is lost and nobody is told, as when a router forgets a connection."""
    assert scene.relay is not None
    scene.relay.silence()


async def hang_up(scene: Scene) -> None:
    await scene.hang_up()


async def reset_kept(scene: Scene) -> None:
    """The connections in the pool break; the gateway need not have noticed when the next question comes."""
    assert scene.relay is not None
    scene.relay.reset()


def flapping(*, up_and_down_seconds: float) -> Act:
    """The port is closed and every connection reset, then it is open, and so on."""

    async def act(scene: Scene) -> None:
        relay = scene.relay
        assert relay is not None

        async def flap() -> None:
            while True:
                await relay.refuse()
                relay.reset()
                await asyncio.sleep(up_and_down_seconds)
                await relay.listen()
                await asyncio.sleep(up_and_down_seconds)

        task = asyncio.create_task(flap())
        scene.holding = [task.cancel]

    return act


async def up(scene: Scene) -> None:
    assert scene.relay is not None
    for let_go in scene.holding:
        let_go()
    scene.holding = []
    await asyncio.sleep(0)
    await scene.relay.listen()


def rows(profile: Profile) -> Sequence[Fault]:
    def cut(ending: Ending) -> Act:
        return weather(Weather(cut_after_bytes=HALF, ending=ending))

    def row(name: str, begin: Act, answer: str, wait: Wait = Wait.NOTHING) -> Fault:
        return Fault(name=name, begin=begin, end=fair, way=Way.RELAYED, answer=answer, wait=wait)

    return (
        row("way: closed in the body", cut(Ending.CLOSE), "502 upstream_disconnected"),
        row("way: reset in the body", cut(Ending.RESET), "502 upstream_disconnected"),
        row("way: stall in the body", cut(Ending.STALL), "504 upstream_timeout", Wait.READ),
        Fault(
            name="way: slow, but well",
            begin=weather(Weather(delay_seconds=DELAY_SECONDS)),
            end=fair,
            way=Way.RELAYED,
            answer="200",
            repeated=False,
            slow_seconds=DELAY_SECONDS,
        ),
        Fault(
            name="kept connection closed while idle",
            begin=hang_up,
            way=Way.RELAYED,
            answer="200",
            repeated=False,
        ),
        Fault(
            name="kept connection closed at the next question",
            begin=playing(scripts.close_before_reply, then_well=True, kept=True),
            answer="200",
            mount="502 upstream_disconnected",
            heals=1,
        ),
        Fault(
            name="kept connection lost without a word",
            begin=silence,
            end=well,
            way=Way.RELAYED,
            answer="200",
            mount="504 upstream_timeout",
            wait=Wait.READ,
            heals=1,
            arrives=False,
        ),
        Fault(
            name="flapping",
            begin=flapping(up_and_down_seconds=profile.flap_seconds),
            end=up,
            way=Way.RELAYED,
            answer=f"200 | {DOWN}",
            stale="200 | 200 stale",
            questions=FLAPS * 8,
            every_seconds=profile.flap_seconds / 4,
            fewest=1,
            most=FLAPS * 8,
            settings={"breaker": {"open_seconds": profile.open_seconds}},
            blocked_seconds=profile.open_seconds,
        ),
    )
