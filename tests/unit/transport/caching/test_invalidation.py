"""What a write makes doubtful."""

import pytest

from app.transport.caching.invalidation import invalidated
from tests.unit.transport.caching.replies import fields

BASE = "https://api.example/v3/"


def doubtful(*lines: str, method: str = "POST", status: int = 201) -> tuple[str, ...]:
    return invalidated(method, "repos/a?x=1", status, fields(*lines), BASE)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "M-SEARCH"])
@pytest.mark.parametrize("status", [200, 201, 204, 302])
def test_its_own_target(method: str, status: int) -> None:
    assert doubtful(method=method, status=status) == ("repos/a?x=1",)


@pytest.mark.parametrize("status", [103, 400, 404, 409, 500, 503])
def test_not_where_it_failed(status: int) -> None:
    assert doubtful("Location: /v3/b", status=status) == ()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_not_where_nothing_is_written(method: str) -> None:
    assert doubtful("Location: /v3/b", method=method) == ()


@pytest.mark.parametrize("name", ["Location", "Content-Location"])
@pytest.mark.parametrize(
    ("reference", "target"),
    [
        (f"{BASE}issues/7", "issues/7"),
        ("/v3/issues/7?y=2", "issues/7?y=2"),
        ("b", "repos/b"),
        ("HTTPS://API.example:443/v3/b#part", "b"),
    ],
)
def test_what_it_names(name: str, reference: str, target: str) -> None:
    assert doubtful(f"{name}: {reference}") == ("repos/a?x=1", target)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://other.example/v3/b", "http://api.example/v3/b", "/v4/b", "//evil/v3/b", "https://[", "/v3/../b"],
)
def test_never_what_is_elsewhere(elsewhere: str) -> None:
    assert doubtful(f"Location: {elsewhere}", f"Content-Location: {elsewhere}") == ("repos/a?x=1",)


def test_each_once() -> None:
    assert doubtful("Location: /v3/b", "Content-Location: /v3/repos/a?x=1", "Content-Location: /v3/b") == (
        "repos/a?x=1",
        "b",
    )
