"""What a test or a demo may set on the GitHub stand-in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.demo.github.catalogue import ANCHOR
from app.demo.github.quota import Limits
from app.demo.github.replies import Reply


@dataclass(frozen=True, slots=True)
class Knobs:
    """Settings of one stand-in; the defaults behave as api.github.com does.

    Everything in its world happened before `ends_at` (Unix seconds).

    `instead` says by path (`/repos/acme/rocket`) what is answered there, whatever the world holds: for what a GitHub
    says on a bad day.
    """

    seed: int = 1
    ends_at: int = ANCHOR
    limits: Limits = field(default_factory=Limits)
    revoked_tokens: frozenset[str] = frozenset()
    revoked_prefix: str = "revoked"
    stats_ready_after_asks: int = 2
    stats_ready_after_seconds: float = 0.0
    delay_seconds: float = 0.0
    tick_seconds: float | None = None
    gzip_from_bytes: int = 200
    instead: Mapping[str, Reply] = field(default_factory=dict)
