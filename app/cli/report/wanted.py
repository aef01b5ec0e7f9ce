"""What a report is wanted on, as the command line has it."""

from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from app.services.queries import CompareQuery

Kind = Literal["repo", "org", "compare"]
Form = Literal["text", "json", "csv", "html"]

FEWEST, MOST = 2, 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report.

    Attributes:
        kind: On what.
        names: `owner/repo`, or the login of an organization.
        form: How it is shown.
        strict: Whether one that lacks a part is none.
    """

    kind: Kind
    names: tuple[str, ...]
    form: Form = "text"
    strict: bool = False

    @property
    def repositories(self) -> tuple[tuple[str, str], ...]:
        """Owner and name of each."""
        return tuple((owner, name) for owner, _, name in (each.partition("/") for each in self.names))

    def fault(self) -> str | None:
        """What is wrong with the names, as a person is told; None: nothing."""
        if self.kind == "org":
            return None if is_login(self.names[0]) else f"{self.names[0]}: expected the login of an organization"
        wrong = next((each for each in self.names if not is_full_name(each)), None)
        if wrong is not None:
            return f"{wrong}: expected a repository as OWNER/REPO"
        if self.kind == "compare" and not FEWEST <= len(self.names) <= MOST:
            return f"expected two to ten repositories, got {len(self.names)}"
        return None


def is_full_name(text: str) -> bool:
    """Whether it is `owner/name`, by the API's own rule."""
    try:
        CompareQuery(repos=f"{text},{text}")
    except ValidationError:
        return False
    return "," not in text


def is_login(text: str) -> bool:
    """Whether it may be the login of an account."""
    return "/" not in text and is_full_name(f"{text}/x")
