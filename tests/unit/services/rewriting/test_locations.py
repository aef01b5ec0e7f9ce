"""Location and Link lead to the mount, where they lead to what is behind it."""

import pytest

from app.services.rewriting.locations import Locations

API, GATEWAY = "https://api.github.com", "http://gateway:8000/github"
PAGES = ("next", "prev", "first", "last")
GITHUB = Locations(f"{API}/", GATEWAY, PAGES)
PLAIN = Locations("https://up.example/base/", "http://gateway:8000/plain", ())
ISSUES = "repos/acme/rocket/issues?state=all&page=2"


class TestLocation:
    @pytest.mark.parametrize(
        ("location", "led"),
        [
            (f"{API}/repositories/1?x=%2F", f"{GATEWAY}/repositories/1?x=%2F"),
            (f"{API}/", f"{GATEWAY}/"),
            (API, f"{GATEWAY}/"),
            (f"{API}:443/x", f"{GATEWAY}/x"),
            ("HTTPS://API.github.com/x", f"{GATEWAY}/x"),
            (f"{API}/x#top", f"{GATEWAY}/x#top"),
            ("/repositories/1", f"{GATEWAY}/repositories/1"),
            ("//api.github.com/x", f"{GATEWAY}/x"),
            ("?page=3", f"{GATEWAY}/repos/acme/rocket/issues?page=3"),
            ("comments", f"{GATEWAY}/repos/acme/rocket/comments"),
            ("../pulls", f"{GATEWAY}/repos/acme/pulls"),
        ],
    )
    def test_inside(self, location: str, led: str) -> None:
        assert GITHUB.led(location, ISSUES) == led

    @pytest.mark.parametrize(
        "location",
        [
            "https://codeload.github.com/acme/rocket/legacy.tar.gz/main",
            "https://api.github.com.evil.example/x",
            "https://api.github.com@evil.example/x",
            "https://user@api.github.com/x",
            "http://api.github.com/x",
            f"{API}:8443/x",
            f"{API}/%2e%2e/x",
            "mailto:somebody@example",
            "https://[broken/x",
        ],
    )
    def test_elsewhere(self, location: str) -> None:
        assert GITHUB.led(location, ISSUES) == location

    @pytest.mark.parametrize(
        ("location", "led"),
        [
            ("https://up.example/base/x", "http://gateway:8000/plain/x"),
            ("/base/x", "http://gateway:8000/plain/x"),
            ("y", "http://gateway:8000/plain/a/y"),
            ("https://up.example/login", "https://up.example/login"),
            ("/login", "https://up.example/login"),
            ("//other.example/x", "https://other.example/x"),
            ("https://up.example/basement/x", "https://up.example/basement/x"),
        ],
    )
    def test_below_a_base_path(self, location: str, led: str) -> None:
        """What is beside it is not behind the mount: a relative reference to it is made absolute."""
        assert PLAIN.led(location, "a/b") == led


class TestLink:
    def test_other_pages_stay_under_the_path_that_was_asked(self) -> None:
        there = f"{API}/repositories/1296269/issues"
        link = f'<{there}?state=all&page=3>; rel="next", <{there}?page=9>; rel="last", <{there}?page=1>; rel="first"'
        here = f"{GATEWAY}/repos/acme/rocket/issues"
        assert GITHUB.linked(link, ISSUES) == (
            f'<{here}?state=all&page=3>; rel="next", <{here}?page=9>; rel="last", <{here}?page=1>; rel="first"'
        )

    @pytest.mark.parametrize(
        ("said", "asked"),
        [
            ("organizations/1/repos", "orgs/acme/repos"),
            ("organizations/1/team/2/members", "orgs/acme/teams/pilots/members"),
            ("user/1/repos", "users/somebody/repos"),
            ("repositories/1/compare/a...b", "repos/acme/rocket/compare/a...b"),
            ("search/issues", "search/issues"),
        ],
    )
    def test_whatever_it_is(self, said: str, asked: str) -> None:
        link = f'<{API}/{said}?page=2>; rel="next"'
        assert GITHUB.linked(link, f"{asked}?per_page=1") == f'<{GATEWAY}/{asked}?page=2>; rel="next"'

    @pytest.mark.parametrize("said", ["repositories/1/issues", "repositories/1"])
    def test_another_relation_to_the_same_thing_does_so_too(self, said: str) -> None:
        asked = "repos/acme/rocket" + said.removeprefix("repositories/1")
        assert GITHUB.linked(f"<{API}/{said}>; rel=self", asked) == f"<{GATEWAY}/{asked}>; rel=self"

    @pytest.mark.parametrize("said", ["repositories/1/pulls", "repositories/1", "licenses/mit"])
    def test_to_another_thing_it_leads_there(self, said: str) -> None:
        assert GITHUB.linked(f'<{API}/{said}>; rel="related"', ISSUES) == f'<{GATEWAY}/{said}>; rel="related"'

    @pytest.mark.parametrize(
        "link",
        [
            '<https://docs.github.com/rest>; rel="deprecation"; type="text/html"',
            '<https://api.github.com.evil.example/x>; rel="next"',
            'nonsense, rel="next"',
            "",
        ],
    )
    def test_what_leads_elsewhere_stays(self, link: str) -> None:
        assert GITHUB.linked(link, ISSUES) == link

    def test_a_text_in_it_is_just_a_text(self) -> None:
        title = f'title="to <{API}/x>, \\"rel=next\\""'
        link = f'<{API}/y>; {title}; rel="related", <{API}/repositories/1/issues?page=4>; {title}; REL="prev start"'
        assert GITHUB.linked(link, ISSUES) == (
            f'<{GATEWAY}/y>; {title}; rel="related", '
            f'<{GATEWAY}/repos/acme/rocket/issues?page=4>; {title}; REL="prev start"'
        )

    def test_an_address_with_a_comma(self) -> None:
        link = f'<{API}/repositories/1/issues?labels=a,b&page=2>; rel="next"'
        assert GITHUB.linked(link, ISSUES) == f'<{GATEWAY}/repos/acme/rocket/issues?labels=a,b&page=2>; rel="next"'

    def test_what_was_asked_cannot_end_it(self) -> None:
        linked = GITHUB.linked(f'<{API}/x?page=2>; rel="next"', "x>;rel=evil,<y")
        assert linked == f'<{GATEWAY}/x%3E;rel=evil,<y?page=2>; rel="next"'

    def test_other_upstreams_know_their_pages_themselves(self) -> None:
        link = '<https://up.example/base/items/page/3>; rel="next", </base/items>; rel="first"'
        assert PLAIN.linked(link, "items/page/2") == (
            '<http://gateway:8000/plain/items/page/3>; rel="next", <http://gateway:8000/plain/items>; rel="first"'
        )
