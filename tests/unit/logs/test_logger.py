"""An event with fields, through the standard library's logger of the same name, with nothing set up."""

import logging

import pytest

from app.logs.logger import logger_of

NAME = "app.of.this.test"
logger = logger_of(NAME)


def test_without_any_setting_up_it_is_a_line_of_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, NAME):
        logger.info("circuit opened", upstream="github", within_seconds=10.0, last="status 502")

    (record,) = caplog.records
    assert (record.name, record.levelname) == (NAME, "INFO")
    assert record.getMessage() == 'circuit opened upstream=github within_seconds=10 last="status 502"'


def test_what_nobody_wants_is_not_made(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, NAME):
        logger.info("session opened")
    assert caplog.records == []


def test_an_exception_goes_along(caplog: pytest.LogCaptureFixture) -> None:
    bug = ZeroDivisionError("a bug")
    try:
        raise bug
    except ZeroDivisionError:
        logger.exception("it broke")
    logger.error("it broke", exc_info=bug)

    for record in caplog.records:
        assert record.exc_info is not None
        assert record.exc_info[1] is bug
    assert "ZeroDivisionError: a bug" in caplog.text


def test_bound_fields_are_on_each_line(caplog: pytest.LogCaptureFixture) -> None:
    logger.bind(upstream="github").warning("limited", seconds=60)
    assert caplog.messages == ["limited upstream=github seconds=60"]
