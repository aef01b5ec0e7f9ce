"""For unit tests: what belongs to the process is given back as it was."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def quiet_logs() -> Iterator[None]:
    """Logging may be configured in the test; afterwards it is as before."""
    names = (None, "sanic", "sanic.root", "sanic.error", "sanic.access", "sanic.server", "sanic.websockets")
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger, logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    yield
    for logger, level, handlers, propagate in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagate
    logging.captureWarnings(capture=False)
