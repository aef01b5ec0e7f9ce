"""What the callers ask: drawn with the seed, some things far more often than others (Zipf)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from tests.chaos import world

SHORTEST_SECONDS: Final = 0.3
LONGEST_SECONDS: Final = 3.0
DEFAULT_SECONDS: Final = 4.0
"""`server.deadline_seconds` of the run: for callers who say nothing."""
_EXPONENT: Final = 0.8
_CLASSES: Final = (None, None, "interactive", "normal", "batch")
_MIX: Final = {
    "typed repository": 32,
    "typed issues": 18,
    "github repository": 16,
    "github issues": 6,
    "item": 20,
    "HEAD": 5,
    "POST": 3,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One request of a caller.

    Attributes:
        number: Which of the run.
        upstream: Whose thing it is about.
        typed: Whether it goes to /api/v1, not to a mount.
        method: Of HTTP.
        path: At the gateway.
        thing: What it is about.
        key: By which it arrives upstream.
        timeout_seconds: What the caller gives by X-Request-Timeout; None: nothing.
        urgency: What it says by X-Request-Class, if anything.
        gzip: Whether it takes gzip.
        conditional: Whether it sends the ETag that it last saw, where it has seen one.
        hangs_up_after_seconds: When it leaves without an answer; None: never.
        pause: How long its caller pauses after it, in units of the run's average pause (0 to 2).
    """

    number: int
    upstream: str
    typed: bool
    method: str
    path: str
    thing: str
    key: str
    timeout_seconds: float | None
    urgency: str | None
    gzip: bool
    conditional: bool
    hangs_up_after_seconds: float | None
    pause: float

    @property
    def patience_seconds(self) -> float:
        """Until its deadline."""
        return DEFAULT_SECONDS if self.timeout_seconds is None else self.timeout_seconds

    def head(self, host: str, etag: str | None) -> bytes:
        """The request as it is sent, with its body."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", f"X-Request-ID: chaos-{self.number}"]
        if self.timeout_seconds is not None:
            lines.append(f"X-Request-Timeout: {self.timeout_seconds:.3f}")
        if self.urgency is not None:
            lines.append(f"X-Request-Class: {self.urgency}")
        if not self.typed:
            lines += [f"X-Chaos: {self.number}", "Accept: application/json"]
        if self.gzip:
            lines.append("Accept-Encoding: gzip")
        if etag is not None:
            lines.append(f"If-None-Match: {etag}")
        body = b""
        if self.method == "POST":
            body = b'{"title": "chaos"}'
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def questions(seed: int, count: int, *, first_thing: int = 0) -> Iterator[Question]:
    """`count` of them, about things that are numbered from `first_thing` on."""
    draw = Random(f"{seed}/questions")  # noqa: S311 -- the same questions in the next run
    ranks = [1 / (rank + 1) ** _EXPONENT for rank in range(max(world.REPOSITORIES, world.ITEMS))]
    weights = [*accumulate(ranks)]
    popular = draw.sample(range(world.REPOSITORIES), world.REPOSITORIES)
    for number in range(count):
        what = draw.choices([*_MIX], cum_weights=[*accumulate(_MIX.values())])[0]
        rank = draw.choices(range(len(ranks)), cum_weights=weights)[0]
        yield _question(number, what, first_thing + popular[rank % len(popular)], draw)


def _question(number: int, what: str, of: int, draw: Random) -> Question:
    method = what if what in {"HEAD", "POST"} else "GET"
    if what == "HEAD":
        what = draw.choice(("typed repository", "github repository", "item"))
    elif what == "POST":
        what = draw.choice(("github issues", "item"))
    upstream = "items" if what == "item" else "github"
    typed = what.startswith("typed")
    thing = world.item(of) if what == "item" else world.issues(of) if what.endswith("issues") else world.repository(of)
    if typed:
        asked = thing + (world.LIST_QUERY if what.endswith("issues") else "")
        path, key = f"/api/v1/{thing}", f"GET typed /{asked}"
    else:
        path, key = f"/{upstream}/{thing}", f"{method} mount /{thing}"
    timeout = draw.uniform(SHORTEST_SECONDS, LONGEST_SECONDS) if draw.random() < 0.7 else None
    return Question(
        number,
        upstream,
        typed,
        method,
        path,
        thing,
        key,
        None if timeout is None else round(timeout, 3),
        draw.choice(_CLASSES),
        gzip=draw.random() < 0.5,
        conditional=method == "GET" and draw.random() < 0.2,
        hangs_up_after_seconds=draw.uniform(0.0, 0.5) if draw.random() < 0.03 else None,
        pause=draw.uniform(0.0, 2.0),
    )
