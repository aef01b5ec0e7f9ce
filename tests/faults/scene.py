"""What a fault is played on: an upstream that answers as GitHub does, the way to it, and the gateway in front."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.certificates import Certificate
from tests.faults.gateways import Gateway
from tests.faults.profile import Profile
from tests.faults.relay import Relay
from tests.faulty_upstream import Connection, FaultyUpstream, Script, Seen

BODY_BYTES = 2048
HANG_UP_SECONDS = 5.0


def languages(repo: str, version: int) -> bytes:
    """GitHub's `/repos/{owner}/{repo}/languages`: nobody else's body, and no other version's."""
    return json.dumps({repo: version}).encode().ljust(BODY_BYTES)


@dataclass(slots=True)
class Scene:
    """One gateway, and what is behind it.

    Attributes:
        profile: The limits.
        upstream: Where requests arrive.
        relay: Stands between the two, or does not.
        own: The certificate that the gateway trusts, for an upstream with TLS.
        stranger: One that nobody trusts.
        gateway: Asks.
        version: What upstream has to say now: grows when it changes.
        holding: Lets go of what a fault holds.
    """

    profile: Profile
    upstream: FaultyUpstream
    relay: Relay | None = None
    own: Certificate | None = None
    stranger: Certificate | None = None
    _gateway: Gateway | None = None
    version: int = 1
    holding: list[Callable[[], object]] = field(default_factory=list)

    @property
    def gateway(self) -> Gateway:
        assert self._gateway is not None
        return self._gateway

    @gateway.setter
    def gateway(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def port(self) -> int:
        """Where the gateway connects to."""
        return self.upstream.port if self.relay is None else self.relay.port

    @property
    def connections(self) -> int:
        """How many were made to that port so far."""
        return len(self.upstream.connections) if self.relay is None else self.relay.accepted

    @property
    def open_connections(self) -> int:
        """How many of these have not ended."""
        return len(self.upstream.tasks) if self.relay is None else len(self.relay.ways)

    async def healthy(self, connection: Connection, request: Seen) -> None:
        """As GitHub does it, but that every answer is stale at once, so that a copy can be."""
        repo = request.target.split("/")[-2]
        await connection.answer(
            languages(repo, self.version),
            fields=f'Cache-Control: private, max-age=0\r\nETag: "{self.version}"\r\n'
            "Vary: Accept, Authorization, Cookie, X-GitHub-OTP\r\n",
        )

    async def hang_up(self) -> None:
        """Ends every connection, so that the next question makes one."""
        if self.relay is not None:
            self.relay.reset()
        for connection in self.upstream.connections:
            connection.close()
        async with asyncio.timeout(HANG_UP_SECONDS):
            while self.upstream.tasks or (await self.gateway.condition()).idle:  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.005)


Act = Callable[[Scene], Awaitable[None]]
"""Something that is done to a scene."""


async def well(scene: Scene) -> None:
    """Everything is as it should be again."""
    scene.upstream.greeting, scene.upstream.scripts, scene.upstream.script = None, [], scene.healthy


def playing(*scripts: Script, then_well: bool = False, kept: bool = False) -> Act:
    """Upstream plays these to the next requests and the last one to all that follow.

    Args:
        scripts: One for each request.
        then_well: All that follow are answered as they should be.
        kept: On the connections that are open already, too.
    """

    async def act(scene: Scene) -> None:
        if not kept:
            await scene.hang_up()
        scene.upstream.scripts = [*scripts] if then_well else [*scripts[:-1]]
        scene.upstream.script = scene.healthy if then_well else scripts[-1]

    return act


def beside(*, before: bytes = b"", after: bytes = b"", after_seconds: float = 0.0) -> Act:
    """Upstream answers as it should, and sends something else besides."""

    async def act(scene: Scene) -> None:
        async def script(connection: Connection, request: Seen) -> None:
            if before:
                await connection.send(before)
            await scene.healthy(connection, request)
            if after:
                await asyncio.sleep(after_seconds)
                await connection.send(after)

        await playing(script)(scene)

    return act
