"""Marked secrets, and finding them in whatever writing somebody has put them into."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Mark:
    """A secret that occurs nowhere else.

    Attributes:
        name: What it is.
        value: As it is given to whoever is to keep it.
    """

    name: str
    value: str

    def writings(self) -> Iterator[tuple[str, bytes]]:
        """In which it may turn up, each under a name; of base64 the part that does not depend on what stands around it."""
        raw = self.value.encode()
        yield "plain", raw
        yield "quoted", quote(self.value, safe="").encode()
        yield "hex", raw.hex().encode()
        yield "UTF-16", self.value.encode("utf-16-le")
        for shift in range(3):
            for kind, encoded in (("base64", b64encode), ("base64url", urlsafe_b64encode)):
                # Three bytes make four letters: those that hold a neighbour's bits are left out.
                written = encoded(b"\0" * shift + raw)
                yield f"{kind} at {shift}", written[(4 if shift else 0) : len(raw) // 3 * 4 - 4]


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret where it must not be."""

    mark: str
    writing: str
    place: str
    around: str

    def __str__(self) -> str:
        return f"{self.mark} ({self.writing}) in {self.place}: {self.around}"


def marked(name: str, prefix: str = "") -> Mark:
    """A new secret, in the form that `prefix` begins."""
    return Mark(name, f"{prefix}{token_hex(20)}")


def leaks(marks: Iterable[Mark], places: Iterable[tuple[str, bytes]]) -> list[Leak]:
    """Where `marks` stand in the contents of `places`, by place and content; letters' case aside."""
    wanted = [(mark.name, writing, text.lower()) for mark in marks for writing, text in mark.writings()]
    found = []
    for place, content in places:
        lower = content.lower()
        for name, writing, text in wanted:
            at = lower.find(text)
            if at >= 0:
                around = content[max(0, at - 60) : at].decode("utf-8", "replace")
                found.append(Leak(name, writing, place, f"…{around}[here]"))
    return found
