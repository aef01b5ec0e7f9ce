"""Records of the journal for tests of usage: what a test does not name is as it mostly is."""

from typing import Any

from app.journal.records import Asked, Served

NOON = 1_780_315_200
"""2026-06-01T12:00:00Z."""


def served(**given: Any) -> Served:
    """A hit on a repository by the caller `ci`, at noon."""
    usual: dict[str, Any] = {
        "at": NOON + 0.5,
        "request_id": "r",
        "caller": "ci",
        "peer": "127.0.0.1",
        "method": "GET",
        "route": "/api/v1/repos/<owner>/<repo>",
        "path": "/api/v1/repos/acme/rocket",
        "status": 200,
        "outcome": "hit",
        "code": "",
        "points": 0,
        "saved": 1,
        "seconds": 0.25,
        "upstream_seconds": 0.0,
        "sent_bytes": 100,
        "trace_id": "",
    }
    return Served(**{**usual, **given})


def asked(**given: Any) -> Asked:
    """A question for the same, answered with 200."""
    usual: dict[str, Any] = {
        "at": NOON + 0.5,
        "request_id": "r",
        "caller": "ci",
        "route": "/api/v1/repos/<owner>/<repo>",
        "upstream": "github",
        "method": "GET",
        "resource": "core",
        "status": 200,
        "code": "",
        "points": 1,
        "seconds": 0.125,
    }
    return Asked(**{**usual, **given})
