"""A step: one thing that people do with a client, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.clients.scene import Scene
from tests.clients.sent import Sent, Trail


@dataclass(frozen=True, slots=True)
class Visit:
    """What a step is given: a gateway, the base URL of a client, and a credential that nobody has used before.

    Attributes:
        base_url: All that a client is told of the gateway, without a last slash.
        token: The caller's own.
    """

    scene: Scene
    base_url: str
    token: str
    trail: Trail


@dataclass(frozen=True, slots=True)
class Step:
    """`play` raises where the client did not get what it would get from GitHub."""

    name: str
    play: Callable[[Visit], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step came to.

    Attributes:
        failure: What was wrong; None: it went as it does with GitHub.
        sent: What the client has sent.
        reached: How many requests the stand-in has seen meanwhile.
        past: What of the client's went somewhere else than to the gateway.
        without_via: How many came to the stand-in without the gateway's Via.
    """

    failure: Exception | None
    sent: Sequence[Sent]
    reached: int
    past: Sequence[Sent]
    without_via: int

    def complaints(self) -> list[str]:
        """What is otherwise than with GitHub, besides the failure."""
        found = []
        if not self.sent:
            found.append("the client has sent nothing: nobody has listened to its library")
        if self.past:
            found.append(f"past the gateway: {self.past}")
        if self.without_via:
            found.append(f"{self.without_via} came to the stand-in without the gateway's Via")
        if broken := [sent for sent in self.sent if sent.status >= 500]:
            found.append(f"the gateway failed: {broken}")
        return found

    @property
    def is_well(self) -> bool:
        return self.failure is None and not self.complaints()

    def check(self) -> None:
        """Raises what has failed, or what else there is to complain of."""
        if self.failure is not None:
            self.failure.add_note("\n".join([*self.complaints(), *(str(sent) for sent in self.sent)]))
            raise self.failure
        assert not self.complaints()


def played(step: Step, scene: Scene, path: str) -> Outcome:
    """Plays a step through the gateway at `path`."""
    trail = Trail()
    before = scene.asked()
    failure: Exception | None = None
    try:
        step.play(Visit(scene, scene.gateway.url + path, scene.new_token(), trail))
    except Exception as error:  # noqa: BLE001 -- whatever a client raises is what the step came to
        failure = error
    after = scene.asked()
    return Outcome(
        failure,
        tuple(trail.sent),
        after.total - before.total,
        tuple(trail.past(scene.gateway.url)),
        after.without_via - before.without_via,
    )
