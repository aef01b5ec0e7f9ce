"""What can be wrong with a configuration, and where each part of it came from.

Nothing here ever holds the value of a setting that might be a secret: a fault is printed, logged and sent to people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Self


class Origin(Enum):
    """The kinds of place that a value comes from, in rising order of precedence."""

    DEFAULT = "default"
    YAML = "yaml"
    SECRET_FILE = "file"  # noqa: S105 - the name of a kind of place, no secret
    ENVIRONMENT = "environment"
    COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one value came from. `str()` of it is what people read: `config/x.yaml:12`, `environment HEADGATE_…`."""

    origin: Origin
    where: str = ""

    @classmethod
    def default(cls) -> Self:
        return cls(Origin.DEFAULT)

    @classmethod
    def yaml(cls, file: str, line: int | None = None, column: int | None = None) -> Self:
        """A place in the YAML file; line and column count from 1."""
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        return cls(Origin.YAML, place)

    @classmethod
    def environment(cls, name: str) -> Self:
        return cls(Origin.ENVIRONMENT, name)

    @classmethod
    def command_line(cls, option: str) -> Self:
        return cls(Origin.COMMAND_LINE, option)

    @classmethod
    def secret_file(cls, path: str) -> Self:
        """A file that `…_file` named."""
        return cls(Origin.SECRET_FILE, path)

    def __str__(self) -> str:
        if self.origin is Origin.YAML:
            return self.where
        return f"{self.origin.value} {self.where}".rstrip()


@dataclass(frozen=True, slots=True)
class SettingsFault:
    """One thing that stops the start: which setting, what was expected of it, where the wrong value came from."""

    path: str
    expected: str
    source: Source

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected} ({self.source})"


class InvalidSettings(Exception):
    """The configuration cannot be used. `faults` holds every one of its faults, `warnings` what was ignored."""

    def __init__(self, faults: Sequence[SettingsFault], warnings: Sequence[str] = ()) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
        self.warnings = tuple(warnings)


class Unreadable(Exception):
    """A file or text that holds no configuration at all, so that nothing can be read on. Never leaves the package."""

    def __init__(self, fault: SettingsFault) -> None:
        super().__init__(str(fault))
        self.fault = fault
