"""Places are for people to read and for globs to match, and hide what looks like a credential."""

import time

import pytest

from app.transport.caching.entry import Key
from app.transport.caching.place import Glob, place_of, without_credentials


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("", "github/"),
        ("repos/acme/rocket", "github/repos/acme/rocket"),
        ("search?q=a&page=2", "github/search?q=a&page=2"),
        ("user?access_token=abc", "github/user?access_token=***"),
        ("user?a=1&token=abc&b=2", "github/user?a=1&token=***&b=2"),
        ("user?KEY=abc", "github/user?KEY=***"),
        ("user?api-key=abc;sig=d", "github/user?api-key=***;sig=***"),
        ("user?X-Amz-Signature=abc", "github/user?X-Amz-Signature=***"),
        ("user?%74oken=abc", "github/user?%74oken=***"),
        ("user?client_secret=a=b", "github/user?client_secret=***"),
        ("user?password=", "github/user?password=***"),
        ("user?code", "github/user?code"),
        ("commits?author=ada&keyword=x&codec=y", "github/commits?author=ada&keyword=x&codec=y"),
        ("a?b=1?token=c", "github/a?b=1?token=***"),
        ("caf\u00e9/\udcff", "github/caf\u00e9/\\udcff"),
    ],
)
def test_a_place(target: str, place: str) -> None:
    assert place_of(Key("github", "whose", target)) == place


def test_a_tag_with_a_credential_is_told_by_a_digest() -> None:
    one, other = (without_credentials(f"github/user?token={value}") for value in ("a", "b"))

    assert one != other
    assert "token" not in one
    assert without_credentials(one) == one, "once is enough"
    assert without_credentials("github:repo:acme/rocket") == "github:repo:acme/rocket"
    assert without_credentials("github/search?q=a") == "github/search?q=a"


@pytest.mark.parametrize(
    ("pattern", "place", "matches"),
    [
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a*", "a/b\nc", True),
        ("*a", "ba", True),
        ("*a", "ab", False),
        ("a*b*c", "a1b2c", True),
        ("a*b*c", "a1c2b", False),
        ("a**c", "ac", True),
        ("a*a", "a", False),
        ("?", "", False),
        ("?", "\u00e9", True),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("a.c", "abc", False),
        ("A", "a", False),
        ("*token=abc", "github/user?token=***", True),
    ],
)
def test_a_glob(pattern: str, place: str, matches: bool) -> None:
    assert Glob(pattern).matches(place) is matches


def test_no_pattern_takes_long() -> None:
    glob = Glob("*a" * 40 + "*b")
    began = time.process_time()

    assert not glob.matches("a" * 2000)
    assert time.process_time() - began < 1.0
