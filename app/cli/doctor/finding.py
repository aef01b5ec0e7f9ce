"""What a check comes to."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How it is. A warning is something to do in time; a failure, something that does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. It never holds a secret.

    Attributes:
        name: What was looked at (`token of github`).
        verdict: How it is.
        found: What was found, for a person.
        advice: What to do; empty where all is well.
    """

    name: str
    verdict: Verdict
    found: str
    advice: str = ""


def fine(name: str, found: str) -> Finding:
    return Finding(name, Verdict.OK, found)


def warning(name: str, found: str, advice: str) -> Finding:
    return Finding(name, Verdict.WARN, found, advice)


def failure(name: str, found: str, advice: str) -> Finding:
    return Finding(name, Verdict.FAIL, found, advice)
