"""A GraphQL request reads only where that is certain."""

import json

import pytest

from app.clients.github import GitHubDialect
from app.clients.github.graphql import MAX_BYTES, reads_only
from app.transport.exchange import Request

QUERY = "query Mine { viewer { login } }"
MUTATION = 'mutation Star { addStar(input: {starrableId: "x"}) { clientMutationId } }'
FRAGMENT = "query Q { viewer { ...f } } fragment f on User { login }"


def body(query: object, **more: object) -> bytes:
    return json.dumps({"query": query, **more}).encode()


@pytest.mark.parametrize(
    "asked",
    [
        body("{ viewer { login } }"),
        body(QUERY),
        body(QUERY, operationName="Mine"),
        body(QUERY, operationName=None, variables={"n": 1}),
        body(QUERY, operationName=""),
        body(f"{QUERY} {MUTATION}", operationName="Mine"),
        body(FRAGMENT),
        body('query { repository(name: "mutation", owner: "acme") { id } }'),
        body("# mutation\n{ viewer { login } }"),
    ],
)
def test_a_query_reads_only(asked: bytes) -> None:
    assert reads_only(asked)


@pytest.mark.parametrize(
    "asked",
    [
        body(MUTATION),
        body(f"{QUERY} {MUTATION}", operationName="Star"),
        body(f"{QUERY} {MUTATION}"),  # which of them is not said
        body(f"{QUERY} {MUTATION}", operationName="Other"),
        body(f"{QUERY} {QUERY}", operationName="Mine"),
        body(QUERY, operationName=7),
        body("subscription { x }"),
        body("fragment f on User { login }"),
        body("{ viewer { login }"),
        body("{" * 5_000),
        body("{ a " + "b " * 20_000 + "}"),
        body(None),
        body(["{ viewer { login } }"]),
        b"[]",
        b"null",
        b"{",
        b"[" * 100_000,
        b"\xff\xfe",
        b"",
        body(QUERY) + b" " * MAX_BYTES,
        json.dumps([{"query": QUERY}]).encode(),  # several at once
    ],
)
def test_all_else_may_write(asked: bytes) -> None:
    assert not reads_only(asked)


@pytest.mark.parametrize(
    ("method", "target", "sent", "reads", "points"),
    [
        ("POST", "graphql", body(QUERY), True, 1),
        ("POST", "graphql", body(MUTATION), False, 5),
        ("POST", "graphql", None, False, 5),
        ("POST", "repos/acme/rocket/issues", body(QUERY), False, 5),
        ("PUT", "graphql", body(QUERY), False, 5),
        ("GET", "repos/acme/rocket", None, False, 1),
    ],
)
def test_what_the_dialect_makes_of_it(method: str, target: str, sent: bytes | None, reads: bool, points: int) -> None:
    dialect, request = GitHubDialect(), Request(method, target, body=sent)
    assert dialect.reads_only(request) is reads
    assert dialect.pacing_points(request) == points
