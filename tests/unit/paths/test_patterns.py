"""Patterns over paths: what they fit, and that nobody can make one of them keep a worker busy."""

import re
from functools import lru_cache
from itertools import pairwise, product
from time import process_time

import pytest

from app.paths.patterns import Pattern, expression

PATHS = ["".join(letters) for length in range(6) for letters in product("ab/", repeat=length)]
MOST_SECONDS = 5.0
"""Far more than it takes, and far less than it took: minutes."""


@lru_cache(100_000)
def fits(parts: tuple[str, ...], path: str) -> bool:
    """The definition, as slow as it is plain."""
    if not parts:
        return not path
    part, *rest = parts
    if part not in {"*", "**"}:
        return path.startswith(part) and fits(tuple(rest), path[1:])
    takes_one = bool(path) and (part == "**" or path[0] != "/")
    return fits(tuple(rest), path) or (takes_one and fits(parts, path[1:]))


@pytest.mark.parametrize(
    "parts", [parts for length in range(1, 5) for parts in product(("a", "b", "/", "*", "**"), repeat=length)]
)
def test_a_pattern_fits_what_its_stars_may_stand_for(parts: tuple[str, ...]) -> None:
    pattern = "".join(parts)
    if pattern.startswith("/") or any(one in {"*", "**"} and other == "*" for one, other in pairwise(parts)):
        return  # a first slash does not count, and stars side by side are read as others
    found = re.compile(expression(pattern))
    assert [path for path in PATHS if found.fullmatch(path)] == [path for path in PATHS if fits(parts, path)]


@pytest.mark.parametrize("sha", ["0" * 40, "0" * 64])
def test_a_sha_is_one_wherever_it_stands(sha: str) -> None:
    for pattern, path in (
        ("**/{sha}", f"a/{sha}"),
        ("**{sha}/**", f"x{sha}/b"),
        ("*/{sha}*/a", f"x/{sha}/a"),
        ("**/{sha}/**/{sha}/**", f"a/{sha}/{sha}/x/{sha}/b"),
    ):
        assert re.fullmatch(expression(pattern), path)
        assert not re.fullmatch(expression(pattern), path.replace(sha, sha[:39]))


@pytest.mark.parametrize("pattern", ["repos/**/a/**/a/**/b", "repos/*a*a*a*b", "**/a/**/a/**/a/**", "**a*a*a**a*b"])
@pytest.mark.parametrize("unit", ["a/", "a", "/a"])
def test_a_long_path_is_judged_at_once(pattern: str, unit: str) -> None:
    path = f"repos/{unit * 4_000}"[:8_000]
    began = process_time()
    Pattern(pattern).fits(path)
    Pattern(pattern, ignore_case=True).may_fit(path)
    assert process_time() - began < MOST_SECONDS
