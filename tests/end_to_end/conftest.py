"""Stand-ins that a module's tests share. A test that changes them puts back what it found."""

import signal
from collections.abc import Iterator

import pytest

from tests.end_to_end.command import StandIns, stand_ins


@pytest.fixture(scope="module")
def upstreams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    with stand_ins(tmp_path_factory.mktemp("stand-ins")) as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def heeded_sigint() -> Iterator[None]:
    """A shell starts what it runs in the background deaf to SIGINT, and deafness is inherited: the commands that tests start
    would not hear of it until they install a handler.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, before)
