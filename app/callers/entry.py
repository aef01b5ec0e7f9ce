"""A key as it is kept: hashes and what it may be used for, never the key itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final

from app.call import Urgency
from app.callers.rates import RateRule
from app.callers.scope import Rule

RESERVED_NAMES: Final = frozenset({"local", "anonymous", "other"})
"""They stand for who has no key, in logs, metrics and usage."""

EXPECTED_NAME: Final = (
    "the name of a caller: at most 64 lower-case letters, digits and any of . _ -, a letter or digit first, and none of "
    + ", ".join(sorted(RESERVED_NAMES))
)

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def is_name(text: str) -> bool:
    """Whether a caller may be called so."""
    return _NAME.fullmatch(text) is not None and text not in RESERVED_NAMES


@dataclass(frozen=True, slots=True)
class KeptHash:
    """One key of a caller, who has several while they are changed.

    Attributes:
        digest: Its SHA-256, 32 bytes.
        expires_at: From when on it is good no more (seconds since the epoch).
    """

    digest: bytes = field(repr=False)
    expires_at: float = inf


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """What is known of a caller.

    Attributes:
        hashes: Of its keys.
        urgency: The highest class it may have; None: any.
        operator: Whether it may do what only who runs the gateway may.
        allow: What it may ask for; none: everything, by reading.
        deny: What it may not.
        rate: How often; None: as often as it likes.
        daily_points: How much of the upstreams' quotas it may spend in a day (UTC); None: all.
    """

    hashes: tuple[KeptHash, ...]
    urgency: Urgency | None = None
    operator: bool = False
    allow: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()
    rate: RateRule | None = None
    daily_points: int | None = None


Entries = Mapping[str, KeyEntry]
"""By name."""
