"""Who may change the gateway itself: nobody from elsewhere, and no web page."""

import pytest
from sanic.compat import Header

from app.api.whence import is_cross_site, is_on_this_machine

HERE = {"host": "127.0.0.1:8000"}


def fields(**given: str) -> Header:
    """Underscores in names stand for dashes; the names are in lower case, as the server has them."""
    return Header({**HERE, **{name.replace("_", "-").lower(): value for name, value in given.items()}})


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:8000", "[::1]"])
def test_who_asks_on_this_machine(peer: str, host: str) -> None:
    assert is_on_this_machine(peer, fields(host=host))


@pytest.mark.parametrize(
    "peer", ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "0.0.0.0", "128.0.0.1", "", "unix", "localhost"]
)
def test_who_asks_from_elsewhere(peer: str) -> None:
    assert not is_on_this_machine(peer, fields())


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@x",
        "[",
        "::1",
    ],
)
def test_a_name_that_somebody_elses_dns_decides_on(host: str) -> None:
    assert not is_on_this_machine("127.0.0.1", fields(host=host))


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-Real-IP", "Via"])
def test_who_came_through_a_proxy(name: str) -> None:
    assert not is_on_this_machine("127.0.0.1", fields(**{name: ""}))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "same-origin", "origin": "http://127.0.0.1:8000"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "HTTP://LOCALHOST", "host": "localhost"},
    ],
)
def test_what_is_of_this_site(given: dict[str, str]) -> None:
    assert not is_cross_site(fields(**given))


@pytest.mark.parametrize(
    "given",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": ""},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:8000.evil.example", "sec_fetch_site": "same-origin"},
    ],
)
def test_what_is_of_another_site(given: dict[str, str]) -> None:
    assert is_cross_site(fields(**given))
