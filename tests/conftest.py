"""For all tests. Hypothesis looks for counter-examples here, not for slowness: a busy machine must fail nothing."""

from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("headgate", deadline=None)
settings.load_profile("headgate")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What tests log on purpose may be no text (lone surrogates), and ends the run where several processes share it."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report
