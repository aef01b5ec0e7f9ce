"""A fake's search: every word has to occur somewhere in the text; a few qualifiers are understood."""

from collections.abc import Mapping
from dataclasses import dataclass

Qualities = Mapping[str, tuple[str | None, ...]]
"""By the name of a qualifier, the values of which it allows any (`{"is": ("open", "issue")}`)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched for."""

    words: tuple[str, ...]
    qualifiers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, q: str) -> "Wish":
        parts = q.lower().replace('"', "").split()
        pairs = (part.partition(":") for part in parts if ":" in part)
        return cls(tuple(part for part in parts if ":" not in part), tuple((name, value) for name, _, value in pairs))

    def fits(self, *texts: str | None, qualities: Qualities) -> bool:
        """Whether something with these texts and qualities is found.

        Raises:
            NotImplementedError: A qualifier that the fake does not know: to ignore it would find too much.
        """
        for name, value in self.qualifiers:
            if name not in qualities:
                known = ", ".join(sorted(qualities))
                raise NotImplementedError(f"the fake's search knows no qualifier {name!r} here, only: {known}")
            if value not in {quality.lower() for quality in qualities[name] if quality}:
                return False
        whole = " ".join(text.lower() for text in texts if text)
        return all(word in whole for word in self.words)
