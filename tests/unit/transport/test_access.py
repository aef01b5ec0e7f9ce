"""What a mount offers, and that no writing of a path gets around it."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import MethodNotOffered, PathNotOffered
from app.transport.access import Access, Offer


def offering(*patterns: str, methods: frozenset[str] = frozenset()) -> Access:
    return Access("up", [Offer(methods, patterns)])


def is_offered(access: Access, path: str) -> bool:
    try:
        access.check(["GET"], path)
    except PathNotOffered:
        return False
    return True


class TestMethods:
    ACCESS = Access(
        "up",
        [
            Offer(frozenset({"GET"}), ("**",)),
            Offer(frozenset({"POST", "PUT"}), ("things", "things/*")),
            Offer(frozenset(), ("open/**",)),
        ],
    )

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "a"),
            ("HEAD", "a"),
            ("POST", "things"),
            ("PUT", "things/1?x"),
            ("DELETE", "open/1"),
            ("PURGE", "open/"),
        ],
    )
    def test_what_is_offered_passes(self, method: str, path: str) -> None:
        self.ACCESS.check([method], path)

    @pytest.mark.parametrize(
        ("methods", "path", "allowed"),
        [
            (["DELETE"], "a", ("GET", "HEAD")),
            (["OPTIONS"], "a?things", ("GET", "HEAD")),
            (["DELETE"], "things/1", ("GET", "HEAD", "POST", "PUT")),
            (["POST"], "things/1/2", ("GET", "HEAD")),
            (["POST", "DELETE"], "things/1", ("GET", "HEAD", "POST", "PUT")),
            (["get"], "a", ("GET", "HEAD")),
        ],
    )
    def test_another_method_is_told_what_there_is(
        self, methods: list[str], path: str, allowed: tuple[str, ...]
    ) -> None:
        with pytest.raises(MethodNotOffered) as caught:
            self.ACCESS.check(methods, path)
        assert caught.value.allowed == allowed
        assert caught.value.detail == f"{methods[-1]} is not offered here; {', '.join(allowed)} are."

    def test_where_nothing_is_said_everything_is_offered(self) -> None:
        Access("up").check(["PURGE"], "a/%2f..;x")


class TestPaths:
    ACCESS = offering("repos/acme/**", "/users/*", "projects/acme%2Fapp/issues", "public*", "commits/{sha}")

    @pytest.mark.parametrize(
        "path",
        [
            "repos/acme/",
            "repos/acme/rocket",
            "repos/acme/rocket/contents/a%2Fb?ref=../x",
            "repos/acme/a//b",
            "repos/acme/a;v=1/b.",
            "repos/acme/%E6%97%A5",
            "r%65pos/acme/x",
            "users/octocat",
            "users/a%20b",
            "projects/acme%2Fapp/issues",
            "projects/acme%2fapp/issues",
            "publications",
            "commits/" + "a" * 40,
        ],
    )
    def test_what_fits_however_it_is_read(self, path: str) -> None:
        assert is_offered(self.ACCESS, path)

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "repos",
            "repos/acme",
            "repos/other/x",
            "Repos/acme/x",
            "/repos/acme/x",
            "x?repos/acme/x",
            "users/a/b",
            "users/a%2Fb",
            "users/a%2fb",
            "users/a%252Fb",
            "users/a\\b",
            "users/a%5Cb",
            "users//a",
            "users/;/a",
            "users/%3b/a",
            "users;v=1/a",
            "users./a",
            "us%2565rs/a",
            "repos/acm%2565/x",
            "repos/acme%2Fx",
            "repos%2Facme/x",
            "projects/acme/app/issues",
            "projects/acme%252Fapp/issues",
            "public/x",
            "public%2Fx",
            "commits/" + "A" * 40,
            "users/%ef%bc%8fa/b",
        ],
    )
    def test_what_does_not_in_one_reading(self, path: str) -> None:
        assert not is_offered(self.ACCESS, path)

    @pytest.mark.parametrize("path", ["users/%00", "users/%c0%af", "users/a%0a"])
    def test_what_nobody_can_tell(self, path: str) -> None:
        assert not is_offered(self.ACCESS, path)

    @pytest.mark.parametrize("path", ["admin%3Fx/public", "admin%23/public", "admin;/public%3f"])
    def test_a_pattern_for_the_end_of_a_path(self, path: str) -> None:
        assert not is_offered(offering("**/public"), path)

    def test_a_pattern_may_say_such_things_itself(self) -> None:
        access = offering("a;v=1/*", "b//c", "x./y", "%61%2fz", "n%00")
        for path in ("a;v=1/b", "b//c", "x./y", "a%2Fz"):
            assert is_offered(access, path)
        for path in ("a/b", "a;v=2/b", "b/c", "x/y", "a/z", "n%00"):
            assert not is_offered(access, path)

    @given(
        st.lists(st.sampled_from(["a", "b/", "%", "2F", "25", "5c", ";", ".", "/", "\\", "3f"]), max_size=12).map(
            "".join
        )
    )
    def test_who_may_see_one_segment_sees_one_in_every_reading(self, rest: str) -> None:
        if is_offered(offering("open/*"), f"open/{rest}"):
            read = rest
            for _ in range(12):
                for text in (read, read.partition("?")[0]):
                    assert "/" not in text.replace("\\", "/")
                read = quote_undone(read)

    @given(st.text(max_size=30))
    def test_any_path_is_judged(self, text: str) -> None:
        assert is_offered(self.ACCESS, f"repos/acme/{quote(text.encode(errors='ignore'))}") in {True, False}


def quote_undone(text: str) -> str:
    for escape, character in (("%2F", "/"), ("%5c", "\\"), ("%3f", "?"), ("%25", "%")):
        text = text.replace(escape, character)
    return text
