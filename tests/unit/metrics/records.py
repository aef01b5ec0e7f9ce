"""Records, of which a test says only what it is about."""

from typing import Any

from app.journal.records import Asked, Served

SERVED = Served(
    at=1_700_000_000.0,
    request_id="r",
    caller="ci",
    peer="127.0.0.1",
    method="GET",
    route="/api/v1/users/<login>",
    path="/api/v1/users/octocat",
    status=200,
    outcome="hit",
    code="",
    points=0,
    saved=1,
    seconds=0.0004,
    upstream_seconds=0.0,
    sent_bytes=100,
    trace_id="",
)
ASKED = Asked(
    at=1_700_000_000.0,
    request_id="r",
    caller="ci",
    route="/api/v1/users/<login>",
    upstream="github",
    method="GET",
    resource="core",
    status=200,
    code="",
    points=1,
    seconds=0.04,
)


def served(**said: Any) -> Served:
    return SERVED._replace(**said)


def asked(**said: Any) -> Asked:
    return ASKED._replace(**said)
