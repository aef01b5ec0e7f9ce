"""What of an exception is shown, whatever it says and whatever led to it."""

import ssl

import pytest

from app.errors import Unreachable
from app.logs.exceptions import kind_of, told_exception

SECRET = "ghs_0123456789abcdef"


def fail(error: BaseException) -> None:
    raise error


def raised(first: BaseException, how: str) -> BaseException:
    """One with a secret in its text, its notes and its variables, that another led to."""
    held = SECRET
    try:
        try:
            fail(first)
        except KeyError as error:
            if how == "context":
                raise RuntimeError(held)  # noqa: B904 -- that is what is tried
            raise RuntimeError(held) from (error if how == "cause" else None)
    except RuntimeError as error:
        error.add_note(held)
        return error
    raise AssertionError


@pytest.mark.parametrize("how", ["cause", "context", "none"])
def test_what_and_where_and_what_led_to_it(how: str) -> None:
    told = told_exception(raised(KeyError(SECRET), how))

    assert SECRET not in told
    assert told.endswith("\nRuntimeError")
    assert told.count("Traceback (most recent call last):") == (1 if how == "none" else 2)
    assert ("\nKeyError\n" in told) is (how != "none")
    assert "raise RuntimeError(held)" in told
    assert ("direct cause" in told) is (how == "cause")


def test_a_group_shows_each() -> None:
    group = ExceptionGroup(SECRET, [ValueError(SECRET), ExceptionGroup(SECRET, [KeyError(SECRET)])])

    told = told_exception(group)

    assert SECRET not in told
    assert [line for line in told.splitlines() if line[0] != "-"] == [
        "ExceptionGroup",
        "ValueError",
        "ExceptionGroup",
        "KeyError",
    ]


def test_a_circle_ends() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one

    assert told_exception(one).splitlines()[0] == "KeyError"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(SECRET), "ValueError"),
        (Unreachable("github", "no connection to github"), "app.errors.Unreachable: no connection to github"),
        (FileNotFoundError(2, SECRET, SECRET), "FileNotFoundError: [Errno 2] No such file or directory"),
        (OSError(SECRET), "OSError"),
        (ssl.SSLError(1, SECRET), "ssl.SSLError"),
        (UnicodeEncodeError("ascii", SECRET, 0, 1, SECRET), "UnicodeEncodeError"),
    ],
)
def test_what_may_be_said(error: BaseException, told: str) -> None:
    assert kind_of(error) == told
