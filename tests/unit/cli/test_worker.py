"""A worker that cannot start says so in one sentence, and how much of it is logged depends on whose fault it is."""

import logging
import socket
from multiprocessing import Pipe
from types import SimpleNamespace
from typing import cast

import pytest

from app.cli.worker import work
from app.settings import Settings
from app.settings.sight import Logs
from tests.gateway import settings_of

pytestmark = pytest.mark.usefixtures("quiet_logs")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    for handler in logging.getLogger().handlers:
        handler.flush()
    return capsys.readouterr().err


def test_an_error_that_nobody_foresaw_is_logged_in_full_and_told_in_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours, theirs = Pipe()
    no_settings = cast(Settings, SimpleNamespace(server=settings_of().server, logs=Logs(format="text")))
    with ours, theirs, socket.socket() as listener:
        with pytest.raises(SystemExit, match="1"):
            work(no_settings, b"", None, listener, theirs)
        assert ours.recv_bytes() == b"Error in a worker; the log tells more"
    log = told(capsys)
    assert "ERROR app.cli.worker a worker ended by an error that nobody foresaw" in log
    assert "Traceback" in log


def test_that_the_main_process_is_gone_is_no_error_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = Pipe()
    ours.close()
    with theirs, socket.socket() as listener, pytest.raises(SystemExit, match="1"):
        work(
            cast(Settings, SimpleNamespace(server=settings_of().server, logs=Logs(format="text"))),
            b"",
            None,
            listener,
            theirs,
        )
    assert told(capsys).count("Traceback") == 1
