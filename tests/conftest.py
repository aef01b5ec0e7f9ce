"""For all tests. Hypothesis looks for counter-examples here, not for slowness: a busy machine must fail nothing."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("headgate", deadline=None)
settings.load_profile("headgate")

ON_A_REAL_MACHINE = ("integration", "end_to_end", "clients", "browser")
"""Folders whose tests wait for sockets and processes. Not faults and chaos: a promise that was broken once is broken."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """What waits for sockets and processes is run once more when it fails: the machine may have stood still.

    The summary names each that was (`RERUN`), for it is a bug all the same: most of those were in the tests, some in `app/`.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in ON_A_REAL_MACHINE:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What tests log on purpose may be no text (lone surrogates), and ends the run where several processes share it."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why a test was run once more; the plugin says only that it was."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"the first run of {report.nodeid}", sep="_")
        terminalreporter.line(report.longreprtext)
