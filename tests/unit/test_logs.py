"""Log lines go to standard error, each once, and Sanic's own talk goes nowhere."""

import logging
import re

import pytest
from sanic.log import access_logger, error_logger, logger, server_logger, websockets_logger

from app.logs import configure_logs

pytestmark = pytest.mark.usefixtures("quiet_logs")

ACCESS = {"host": "127.0.0.1:1", "status": 200, "byte": 2, "duration": " 1.0ms"}


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "", line) for line in captured.err.splitlines()]


def test_a_line_is_written_once_with_level_and_logger(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):  # configuring twice adds no second handler
        configure_logs(access=True)
    logging.getLogger("app.transport.session").info("session opened upstream=%s", "github")
    assert lines(capsys) == ["INFO app.transport.session session opened upstream=github"]


def test_an_access_line_is_written_once_without_the_query(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(access=True)
    request = "GET http://127.0.0.1:8000/api/v1/pages/acme?access_token=secret"
    access_logger.info("", extra={**ACCESS, "request": request})
    assert lines(capsys) == ["access 127.0.0.1:1 GET http://127.0.0.1:8000/api/v1/pages/acme 200 2 bytes  1.0ms"]


def test_an_access_line_without_a_request_is_still_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(access=True)
    access_logger.info("", extra=ACCESS)
    assert lines(capsys) == ["access 127.0.0.1:1 - 200 2 bytes  1.0ms"]


def test_no_access_line_where_none_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(access=False)
    access_logger.info("", extra={**ACCESS, "request": "GET http://x/"})
    assert lines(capsys) == []


def test_sanic_speaks_only_of_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(access=True)
    for talking in (logger, server_logger, websockets_logger, error_logger):
        talking.info("Goin' Fast")
    error_logger.warning("Sanic is running in PRODUCTION mode.")
    error_logger.error("something broke")
    assert lines(capsys) == ["ERROR sanic.error something broke"]
