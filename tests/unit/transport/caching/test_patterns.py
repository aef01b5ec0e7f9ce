"""What an operator writes to name stored replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.caching.patterns import EVERYTHING, place_patterns
from app.transport.caching.place import Glob

BASE_URLS = {
    "github": "https://api.github.com/",
    "robot": "https://api.github.com/",
    "ghes": "https://ghes.example/api/v3/",
}


@pytest.mark.parametrize(
    ("written", "globs"),
    [
        ("*", ("*",)),
        ("github/repos/acme/*", ("github/repos/acme/*",)),
        ("github/search?q=https://x/*", ("github/search?q=https://x/*",)),
        ("github", ("github/*",)),
        ("git*", ("git*",)),
        ("*/repos/acme/*", ("*/repos/acme/*",)),
        ("gh?s/user", ("gh?s/user",)),
        ("https://api.github.com/repos/acme/*", ("github/repos/acme/*", "robot/repos/acme/*")),
        ("HTTPS://API.GitHub.com/Repos", ("github/Repos", "robot/Repos")),
        ("https://api.github.com", ("github/", "robot/")),
        ("https://ghes.example/api/v3/*", ("ghes/*",)),
        ("https://ghes.example/api/v3/a?b=https://x/*", ("ghes/a?b=https://x/*",)),
    ],
)
def test_what_is_named(written: str, globs: tuple[str, ...]) -> None:
    assert place_patterns(written, BASE_URLS) == globs


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", "a pattern that begins with the name of an upstream (github, robot, ghes) or with *"),
        ("/repos/*", "a pattern that begins with the name of an upstream (github, robot, ghes) or with *"),
        ("repos/acme/*", "a pattern that begins with the name of an upstream (github, robot, ghes) or with *"),
        ("gitlab", "a pattern that begins with the name of an upstream (github, robot, ghes) or with *"),
        (
            "https://ghes.example/repos/*",
            "a URL below the base_url of an upstream: https://api.github.com/, https://ghes.example/api/v3/",
        ),
        (
            "http://api.github.com/*",
            "a URL below the base_url of an upstream: https://api.github.com/, https://ghes.example/api/v3/",
        ),
    ],
)
def test_what_can_fit_nothing(written: str, expected: str) -> None:
    with pytest.raises(ValueError, match=r"^a ") as refusal:
        place_patterns(written, BASE_URLS)
    assert str(refusal.value) == expected


@given(st.sampled_from(sorted(BASE_URLS)), st.text())
def test_a_place_names_itself_and_everything_names_it(upstream: str, target: str) -> None:
    place = f"{upstream}/{target}"
    for written in (place, upstream, BASE_URLS[upstream] + target, EVERYTHING):
        assert any(Glob(glob).matches(place) for glob in place_patterns(written, BASE_URLS))
