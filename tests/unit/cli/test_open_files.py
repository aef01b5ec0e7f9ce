"""How many files a worker may have open, and how many connections that leaves."""

import resource

import pytest

from app.cli.open_files import OWN_FILES, files_besides, most_connections, raised_limit, too_few_files
from app.settings import Settings

SETTINGS = Settings.model_validate(
    {
        "server": {"limits": {"connections": 1_000}},
        "upstreams": {
            "github": {"kind": "github", "pool": {"connections": 30}},
            "other": {"kind": "http", "base_url": "https://other.example/", "pool": {"connections": 7}},
        },
    }
)
UNLIMITED = resource.RLIM_INFINITY


class Kernel:
    """What this process may have open, and how far it may raise that."""

    def __init__(self, soft: int, hard: int, *, bears: int | None = None) -> None:
        self.soft, self.hard, self._bears = soft, hard, bears

    def getrlimit(self, which: int) -> tuple[int, int]:
        assert which == resource.RLIMIT_NOFILE
        return self.soft, self.hard

    def setrlimit(self, which: int, limits: tuple[int, int]) -> None:
        assert which == resource.RLIMIT_NOFILE
        assert limits[1] == self.hard, "whoever lowers the hard limit cannot raise it again"
        if self._bears is not None and limits[0] > self._bears:
            raise ValueError("not allowed to raise maximum limit")
        self.soft = limits[0]

    def stands_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(resource, "getrlimit", self.getrlimit)
        monkeypatch.setattr(resource, "setrlimit", self.setrlimit)


@pytest.mark.parametrize(
    ("kernel", "limit", "soft"),
    [
        (Kernel(1_024, 4_096), 2_000, 2_000),
        (Kernel(1_024, 1_500), 1_500, 1_500),
        (Kernel(1_024, UNLIMITED), 2_000, 2_000),
        (Kernel(5_000, 8_000), 5_000, 5_000),  # it is not lowered
        (Kernel(UNLIMITED, UNLIMITED), None, UNLIMITED),
        (Kernel(256, UNLIMITED, bears=1_000), 256, 256),  # as macOS
    ],
)
def test_the_limit_is_raised_as_far_as_wanted_and_possible(
    kernel: Kernel, limit: int | None, soft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.stands_in(monkeypatch)
    assert raised_limit(2_000) == limit
    assert kernel.soft == soft


def test_every_pool_has_its_share() -> None:
    assert files_besides(SETTINGS) == OWN_FILES + 30 + 7


def test_connections_leave_files_for_upstreams_and_the_store() -> None:
    besides = files_besides(SETTINGS)
    assert most_connections(SETTINGS, None) == 1_000
    assert most_connections(SETTINGS, 1_000 + besides) == 1_000
    assert most_connections(SETTINGS, 999 + besides) == 999
    assert most_connections(SETTINGS, 64) == 1, "one is let in, however little there is"


def test_a_hard_limit_that_is_too_low_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Kernel(256, 4_096).stands_in(monkeypatch)
    assert too_few_files(SETTINGS) == ""
    Kernel(256, UNLIMITED).stands_in(monkeypatch)
    assert too_few_files(SETTINGS) == ""
    Kernel(256, 1_236).stands_in(monkeypatch)
    assert too_few_files(SETTINGS).startswith("a process may open 1,236 files, and a worker may need 1,237: fewer")
