"""Rules: what a key may be used for, and that no writing of a path gets around one."""

from posixpath import normpath
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.callers.caller import Leave
from app.callers.scope import LONGEST_REMEMBERED, Decisions, PathScope, Rule, parse_rule

BASES = ("/api/v1/", "/github/", "/api/v3/", "/api/graphql", "/api/uploads/")


def scope(*allow: str, deny: tuple[str, ...] = ()) -> PathScope:
    return PathScope(map(parse_rule, allow), map(parse_rule, deny), BASES, Decisions())


class TestRules:
    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("GET /api/v1/**", Rule(frozenset({"GET"}), "/api/v1/**")),
            ("get,Post  /github/repos/acme/**", Rule(frozenset({"GET", "POST"}), "/github/repos/acme/**")),
            ("* /github/**", Rule(frozenset({"*"}), "/github/**")),
            (" repos/acme/* ", Rule(None, "repos/acme/*")),
            ("POST graphql", Rule(frozenset({"POST"}), "graphql")),
            ("**", Rule(None, "**")),
            ("GETTING", Rule(None, "GETTING")),
        ],
    )
    def test_as_they_are_written(self, text: str, rule: Rule) -> None:
        assert parse_rule(text) == rule
        assert parse_rule(str(rule)) == rule

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "GET",
            "GET,POST",
            "GET /a b",
            "GET, POST /a",
            "/a?b=1",
            "a#b",
            "//a",
            "GET /a/../b",
            "./a",
            "GET /ä",
        ],
    )
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"path|rule") as told:
            parse_rule(text)
        assert "ä" not in str(told.value)


class TestWithoutRules:
    def test_everything_may_be_asked_and_nothing_is_written(self) -> None:
        for method in ("GET", "POST", "DELETE", "PURGE"):
            assert scope().leave(method, "/github/repos/acme/rocket") is Leave.READ

    def test_but_for_what_is_denied(self) -> None:
        held = scope(deny=("repos/acme/secret",))
        assert held.leave("POST", "/github/graphql") is Leave.READ
        assert held.leave("GET", "/github/repos/acme/secret") is None


class TestAllowed:
    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/repos/acme/rocket",
            "/github/repos/acme/rocket",
            "/api/v3/repos/acme/rocket/issues/1",
            "/api/uploads/repos/acme/rocket/releases/1/assets",
            "/github/repos/%61cme/rocket",
            "/github//repos/acme/rocket",  # of a client whose base URL ends in a slash
            "/github/repos/acme/rocket/contents/a%20b",
        ],
    )
    def test_an_organization_on_typed_and_mounted_paths_alike(self, path: str) -> None:
        held = scope("repos/acme/**")
        assert held.leave("GET", path) is Leave.READ
        assert held.leave("HEAD", path) is Leave.READ
        assert held.leave("POST", path) is None

    @pytest.mark.parametrize(
        "path",
        [
            "/github/repos/other/x",
            "/repos/acme/x",
            "/other/repos/acme/x",
            "/github/repos/acme",
            "/github/user",
            "/github/repos/ACME/x",  # letter by letter: what else a case may mean, upstream knows
            "/github/repos/acme/../other/x",
            "/github/repos/acme/%2e%2e/other/x",
            "/github/repos/acme/..;/other/x",
            "/github/repos/acme/%252e%252e%252fother",
            "/github/repos/acme\\..\\other",
            "//github/repos/acme/x",
            "/github/repos/acm\u00e9/x",
            "",
            "/",
        ],
    )
    def test_nothing_else(self, path: str) -> None:
        assert scope("repos/acme/**").leave("GET", path) is None

    def test_one_segment_or_any(self) -> None:
        held = scope("repos/acme/*")
        assert held.leave("GET", "/github/repos/acme/rocket") is Leave.READ
        assert held.leave("GET", "/github/repos/acme/rocket/issues") is None
        assert held.leave("GET", "/github/repos/acme/rocket%2Fissues") is None

    def test_methods_that_are_named_may_write(self) -> None:
        held = scope("GET,POST /github/repos/acme/**", "PUT user/starred/**")
        assert held.leave("POST", "/github/repos/acme/rocket/issues") is Leave.WRITE
        assert held.leave("GET", "/github/repos/acme/rocket/issues") is Leave.READ
        assert held.leave("HEAD", "/github/repos/acme/rocket/issues") is Leave.READ
        assert held.leave("DELETE", "/github/repos/acme/rocket") is None
        assert held.leave("post", "/github/repos/acme/rocket/issues") is None
        assert held.leave("PUT", "/api/v3/user/starred/acme/rocket") is Leave.WRITE
        assert held.leave("GET", "/api/v3/user/starred/acme/rocket") is None

    def test_every_method(self) -> None:
        held = scope("* /github/**")
        assert held.leave("PURGE", "/github/x") is Leave.WRITE
        assert held.leave("OPTIONS", "/github/x") is Leave.READ
        assert held.leave("PURGE", "/api/v1/x") is None

    def test_a_path_of_the_gateway(self) -> None:
        held = scope("GET /metrics")
        assert held.leave("GET", "/metrics") is Leave.READ
        assert held.leave("GET", "/github/metrics") is None

    @pytest.mark.parametrize(
        ("path", "leave"),
        [
            ("/github/graphql", Leave.WRITE),
            ("/api/graphql", Leave.WRITE),
            ("/api/v3/graphql", Leave.WRITE),
            ("/api/x", None),
        ],
    )
    def test_graphql_wherever_it_lies(self, path: str, leave: Leave | None) -> None:
        assert scope("POST graphql").leave("POST", path) is leave

    def test_a_mount_is_asked_for_with_a_slash_or_without(self) -> None:
        for path in ("/github", "/github/", "/github/a/b"):
            assert scope("**").leave("GET", path) is Leave.READ
        assert scope("**").leave("GET", "/githubs/a") is None
        assert scope("**").leave("GET", "/metrics") is None


class TestDenied:
    HELD = scope("* **", deny=("repos/acme/secret/**", "DELETE **", "* /api/v1/usage"))

    @pytest.mark.parametrize(
        "path",
        [
            "/github/repos/acme/secret/issues",
            "/api/v1/repos/acme/secret/issues",
            "/github/repos/acme/secret",
            "/github/repos/acme/secret/",
            "/github/REPOS/Acme/SECRET/issues",
            "/github/repos/acme/secret%2Fissues",
            "/github/repos/acme/%73ecret/issues",
            "/github/repos/acme/%2573ecret/issues",
            "/github/repos/acme//secret/issues",
            "/github/repos/acme\\secret\\issues",
            "/github/repos/acme/secret;v=1/issues",
            "/github/repos/acme/secret./issues",
            "/github/repos/acme/x/../secret/issues",
            "/github/repos/acme/%ff%fe/secret/%00",
            "/github/repos/acme/\uff53ecret/issues",
            "/github/repos/acme/%EF%BD%93ecret/issues",
            "//github/repos/acme/secret/issues",
            "/api/v1/usage",
            "/api/v1/usage/",
        ],
    )
    def test_in_whatever_writing_and_by_any_method(self, path: str) -> None:
        for method in ("GET", "HEAD", "POST", "OPTIONS", "get"):
            assert self.HELD.leave(method, path) is None

    @pytest.mark.parametrize("path", ["/github/repos/acme/secrets/issues", "/github/repos/acme/x", "/github/user"])
    def test_nothing_else_is(self, path: str) -> None:
        assert self.HELD.leave("GET", path) is Leave.READ

    def test_by_method(self) -> None:
        assert self.HELD.leave("DELETE", "/github/x") is None
        assert self.HELD.leave("delete", "/github/x") is None
        assert self.HELD.leave("PUT", "/github/x") is Leave.WRITE

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_head_and_get_are_denied_alike(self, method: str) -> None:
        held = scope("* **", deny=(f"{method} user",))
        assert held.leave("GET", "/github/user") is held.leave("HEAD", "/github/user") is None
        assert held.leave("PATCH", "/github/user") is Leave.WRITE


SEGMENTS = st.text("abcAB.-_~;%2Fe5c\\", min_size=1, max_size=8)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map(lambda parts: "/github/" + "/".join(parts))


@given(PATHS)
def test_what_is_denied_is_never_allowed(path: str) -> None:
    assert scope("* **", deny=("**",)).leave("GET", path) is None


@given(st.text("abcxyzABC019._-", min_size=1, max_size=10), st.lists(st.booleans(), min_size=10, max_size=10))
def test_escapes_of_what_is_denied_do_not_help(name: str, escaped: list[bool]) -> None:
    held = scope("* **", deny=(f"repos/acme/{name}/**",)) if name not in {".", ".."} else scope("nothing")
    written = "".join(f"%{ord(one):02x}" if hide else one for one, hide in zip(name, escaped, strict=False))
    for writing in (written, quote(written, safe=""), name.swapcase()):
        assert held.leave("GET", f"/github/repos/acme/{writing}/issues") is None


PIECES = st.sampled_from(
    [
        "repos",
        "acme",
        "other",
        "..",
        ".",
        "%2e",
        "%2E%2e",
        "%252e%252e",
        "",
        "a;b",
        "..;x",
        "acme%2f..",
        "acme\\..",
        "x.",
        " ",
    ]
)


def as_read_by_somebody(path: str, layers: int, *, backslash: bool, parameters: bool) -> str:
    for _ in range(layers):
        path = unquote(path)
    if backslash:
        path = path.replace("\\", "/")
    if parameters:
        path = "/".join(segment.partition(";")[0] for segment in path.split("/"))
    return normpath(path).replace("//", "/")


@settings(max_examples=500)
@given(
    pieces=st.lists(PIECES, min_size=1, max_size=5),
    layers=st.integers(0, 3),
    backslash=st.booleans(),
    parameters=st.booleans(),
)
def test_who_reads_an_allowed_path_otherwise_finds_nothing_else(
    pieces: list[str], layers: int, backslash: bool, parameters: bool
) -> None:
    path = f"/github/repos/acme/{'/'.join(pieces)}"
    if scope("repos/acme/**").leave("GET", path) is not None:
        read = as_read_by_somebody(path, layers, backslash=backslash, parameters=parameters)
        assert f"{read}/".startswith("/github/repos/acme/")


def test_long_paths_are_decided_and_not_remembered() -> None:
    decisions = Decisions()
    held = PathScope([parse_rule("repos/acme/**")], [], BASES, decisions)
    long = "/github/repos/acme/" + "x" * LONGEST_REMEMBERED
    assert held.leave("GET", long) is Leave.READ
    assert decisions.of.cache_info().currsize == 0
    assert held.leave("GET", "/github/repos/acme/x") is Leave.READ
    assert held.leave("GET", "/github/repos/acme/x") is Leave.READ
    assert decisions.of.cache_info().hits == 1


def test_scopes_that_remember_together_decide_each_for_itself() -> None:
    decisions = Decisions()
    ours, theirs = (PathScope([parse_rule(f"repos/{owner}/**")], [], BASES, decisions) for owner in ("acme", "others"))
    for _ in range(2):
        assert ours.leave("GET", "/github/repos/acme/x") is Leave.READ
        assert theirs.leave("GET", "/github/repos/acme/x") is None
    assert decisions.of.cache_info().hits == 2
