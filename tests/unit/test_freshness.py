"""From the settings of a cache to transport's policy: which rules hold for which target."""

from math import inf
from typing import Any

import pytest

from app.freshness import freshness_policy
from app.settings import UpstreamSettings
from app.transport.caching.policy import IMMUTABLE_SECONDS, Freshness, FreshnessPolicy
from tests.gateway import settings_of

SHA = "0123456789abcdef0123456789abcdef01234567"
COMMITS = "repos/*/*/commits/{sha}"
COMMIT = f"repos/acme/rocket/commits/{SHA}"
DEFAULT: dict[str, Any] = {"stale_if_error_seconds": 86400.0}


def upstream(kind: str = "http", **cache: Any) -> UpstreamSettings:
    return settings_of(it={"kind": kind, "base_url": "http://it.example/", "cache": cache}).upstreams["it"]


def policy(*patterns: str, **cache: Any) -> FreshnessPolicy:
    return freshness_policy(upstream(**cache), patterns)


def test_the_defaults_leave_it_to_upstream() -> None:
    found = policy().of("anything")
    assert found == Freshness(**DEFAULT)
    assert found.lifetime_seconds(17) == 17


@pytest.mark.parametrize(("kind", "seconds"), [("http", 0), ("facebook", 30), ("github", 30)])
def test_of_a_plain_upstream_nothing_stale_is_served_while_it_is_there(kind: str, seconds: float) -> None:
    assert freshness_policy(upstream(kind)).of("x").stale_while_revalidate_seconds == seconds


@pytest.mark.parametrize(("kind", "stale"), [("http", False), ("facebook", False), ("github", True)])
def test_s_maxage_forbids_nothing_at_github(kind: str, stale: bool) -> None:
    """It comes with every anonymous reply there: without this none of them would outlive an outage."""
    assert freshness_policy(upstream(kind)).of("x").stale_after_s_maxage is stale
    assert freshness_policy(upstream(kind, stale_after_s_maxage=not stale)).of("x").stale_after_s_maxage is not stale


def test_every_rule_arrives_under_transports_name() -> None:
    found = policy(
        fresh_at_least_seconds=1,
        fresh_at_most_seconds=2,
        stale_while_revalidate_seconds=3,
        stale_if_error_seconds=4,
        caller_reload=5,
    )
    assert found.of("x") == Freshness(
        fresh_at_least_seconds=1,
        fresh_at_most_seconds=2,
        stale_while_revalidate_seconds=3,
        stale_if_error_seconds=4,
        reload_after_seconds=5,
    )
    assert policy(fresh_seconds=6).of("x").fresh_seconds == 6
    assert policy(always_validate=True).of("x").always_validate
    assert policy(immutable=True).of("x").immutable


@pytest.mark.parametrize(
    ("kind", "cache", "seconds"),
    [
        ("http", {}, 0),
        ("facebook", {}, 0),
        ("github", {}, 10),
        ("github", {"caller_reload": "always"}, 0),
        ("http", {"caller_reload": "never"}, inf),
        ("http", {"caller_reload": 0}, 0),
    ],
)
def test_how_far_a_callers_reload_is_honoured(kind: str, cache: dict[str, Any], seconds: float) -> None:
    assert freshness_policy(upstream(kind, **cache)).of("x").reload_after_seconds == seconds


def test_the_first_route_that_fits_holds_then_what_never_changes_then_the_default() -> None:
    found = policy(
        COMMITS,
        fresh_seconds=1,
        routes=[
            {"path": "repos/secret/**", "always_validate": True},
            {"path": "repos/**/tags", "fresh_seconds": 2},
            {"path": "/repos/acme/*/tags", "fresh_seconds": 3},
        ],
    )
    assert found.of(f"repos/secret/x/commits/{SHA}").always_validate
    assert found.of("repos/acme/rocket/tags?page=2").lifetime_seconds(9) == 2
    assert found.of(COMMIT).lifetime_seconds(9) == IMMUTABLE_SECONDS
    assert found.of("repos/acme/rocket/commits/main").lifetime_seconds(9) == 1


def test_a_route_inherits_what_it_does_not_say() -> None:
    found = policy(
        stale_if_error_seconds=7,
        caller_reload="never",
        fresh_at_most_seconds=60,
        routes=[{"path": "a", "fresh_at_least_seconds": 5}, {"path": "b", "stale_if_error_seconds": 0}],
    )
    a, b = found.of("a"), found.of("b")
    assert (a.fresh_at_least_seconds, a.fresh_at_most_seconds, a.stale_if_error_seconds) == (5, 60, 7)
    assert (b.fresh_at_most_seconds, b.stale_if_error_seconds, b.reload_after_seconds) == (60, 0, inf)


@pytest.mark.parametrize(
    ("inherited", "own", "seconds"),
    [
        ({"fresh_seconds": 60}, {"fresh_at_most_seconds": 5}, 5),
        ({"fresh_seconds": 60}, {"immutable": True}, IMMUTABLE_SECONDS),
        ({"immutable": True}, {"fresh_seconds": 4}, 4),
        ({"immutable": True}, {"immutable": False}, 17),
        ({"fresh_seconds": 60}, {"fresh_seconds": None}, 17),
        ({"fresh_at_least_seconds": 60}, {"fresh_at_least_seconds": 0}, 17),
        ({"fresh_at_most_seconds": 5}, {"fresh_seconds": 60}, 60),
        ({"fresh_at_most_seconds": 5}, {"caller_reload": "never"}, 5),
    ],
)
def test_what_a_route_says_is_not_undone_by_what_it_inherits(
    inherited: dict[str, Any], own: dict[str, Any], seconds: float
) -> None:
    found = policy(**inherited, routes=[{"path": "a", **own}]).of("a")
    assert found.lifetime_seconds(17) == seconds
    assert not found.always_validate


def test_a_route_that_says_how_long_needs_no_validation_each_time() -> None:
    found = policy(always_validate=True, routes=[{"path": "a", "fresh_seconds": 3}])
    assert not found.of("a").always_validate
    assert found.of("b").always_validate


def test_an_operator_who_has_everything_validated_means_what_never_changes_too() -> None:
    assert policy(COMMITS, always_validate=True).of(COMMIT) == Freshness(always_validate=True, **DEFAULT)
