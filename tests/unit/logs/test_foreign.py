"""What of libraries' messages is shown."""

import logging
from typing import Any

import pytest

from app.logs.foreign import shown

SECRET = "ghs_0123456789abcdef"


def said(logger: str, message: str, *args: Any) -> str:
    return shown(logging.LogRecord(logger, logging.WARNING, "f.py", 1, message, args, None)).getMessage()


@pytest.mark.parametrize(
    ("message", "args", "told"),
    [
        ("nothing to add", (), "nothing to add"),
        ("code: %s, reason: %s", (503, SECRET), "code: 503, reason: …"),
        ("%r took %.3f seconds", (SECRET, 0.25), "… took 0.250 seconds"),
        ("%d of %5.1f and %x", (SECRET, SECRET, SECRET), "0 of   0.0 and 0"),
        ("%(what)s: %(count)d", ({"what": SECRET, "count": 3},), "…: 3"),
        ("%s", (b"ghs_0123456789abcdef",), "…"),
    ],
)
def test_numbers_stay_and_what_else_it_was_busy_with_does_not(message: str, args: tuple[Any, ...], told: str) -> None:
    assert said("somebodys", message, *args) == told


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            f"Task exception was never retrieved\nfuture: <Task finished name='T' coro=<Book.write() done> exception=KeyError('{SECRET}')>",
            "Task exception was never retrieved: Book.write",
        ),
        (f"Exception in callback _told('{SECRET}')\nhandle: <Handle _told('{SECRET}')>", "Exception in callback _told"),
        (f"Unclosed client session\nclient_session: <{SECRET}>", "Unclosed client session"),
        ("socket.send() raised exception.", "socket.send"),
        ("", ""),
    ],
)
def test_asyncio_says_what_happened_and_to_which_coroutine(message: str, told: str) -> None:
    assert said("asyncio", message) == told


def test_asyncio_in_its_own_debugging() -> None:
    assert (
        said("asyncio", "Executing %s took %.3f seconds", f"<Handle f({SECRET})>", 0.5)
        == "Executing … took 0.500 seconds"
    )


def test_a_warning_says_of_which_kind_and_where() -> None:
    told = said("py.warnings", "%s", f"/a/b.py:7: ResourceWarning: unclosed <socket {SECRET}>\n  source line\n")

    assert told == "/a/b.py:7: ResourceWarning"
    assert said("py.warnings", "%s", SECRET) == "a warning"
