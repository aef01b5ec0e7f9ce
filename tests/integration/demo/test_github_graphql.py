"""The stand-in's GraphQL: a few types over the same world, and errors as GitHub tells them."""

from typing import Any

import pytest

from app.demo.github import GitHubStandIn

TOKEN = "ghp_one"
PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String) {
  repository(owner: "acme", name: "rocket") {
    issues(first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { number } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    }
  }
}
"""


async def ask(get: Any, query: str, *, at: str = "/graphql", **variables: Any) -> Any:
    answer = await get(at, "POST", token=TOKEN, sent={"query": query, "variables": variables})
    assert (answer.status, answer.headers["x-ratelimit-resource"]) == (200, "graphql")
    return answer.body


@pytest.mark.parametrize("at", ["/graphql", "/api/graphql"])
async def test_it_knows_the_same_world(get: Any, github: GitHubStandIn, at: str) -> None:
    query = '{ viewer { login } repository(owner: "acme", name: "rocket") { nameWithOwner stargazerCount } }'
    rocket = {"nameWithOwner": "acme/rocket", "stargazerCount": 4_821}
    assert await ask(get, query, at=at) == {"data": {"viewer": {"login": "mira-okafor"}, "repository": rocket}}
    limit = (await ask(get, "{ rateLimit { limit cost remaining } }", at=at))["data"]["rateLimit"]
    assert limit == {"limit": 5_000, "cost": 1, "remaining": 4_998}
    assert github.log.requests["POST", at] == 2


async def test_its_pages_meet(get: Any, github: GitHubStandIn) -> None:
    rocket = github.world.repositories[40_000_000]
    wanted = [number for number, issue in sorted(rocket.issues.items()) if not issue.pull]
    forward: list[int] = []
    after = None
    while True:
        page = (await ask(get, PAGE, first=30, after=after))["data"]["repository"]["issues"]
        forward += [node["number"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert (forward, page["totalCount"]) == (wanted, len(wanted))
    last = (await ask(get, PAGE, last=10))["data"]["repository"]["issues"]
    before = (await ask(get, PAGE, last=10, before=last["pageInfo"]["startCursor"]))["data"]["repository"]["issues"]
    assert [node["number"] for page in (before, last) for node in page["nodes"]] == wanted[-20:]


async def test_a_mutation_is_seen_by_rest(get: Any) -> None:
    issue = (await get("/repos/acme/rocket/issues", "POST", token=TOKEN, sent={"title": "Leak"})).body
    mutation = "mutation($input: AddCommentInput!) { addComment(input: $input) { commentEdge { node { body } } } }"
    added = await ask(get, mutation, input={"subjectId": issue["node_id"], "body": "Drips."})
    assert added == {"data": {"addComment": {"commentEdge": {"node": {"body": "Drips."}}}}}
    assert [comment["body"] for comment in (await get(issue["comments_url"], token=TOKEN)).body] == ["Drips."]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ('{ repository(owner: "acme", name: "none") { name } }', "NOT_FOUND"),
        ('{ repository(owner: "acme", name: "rocket") { issue(number: 5) { id } } }', "NOT_FOUND"),
        ('mutation { addComment(input: {subjectId: "x", body: "y"}) { clientMutationId } }', "NOT_FOUND"),
        ('{ repository(owner: "acme", name: "rocket") { issues { totalCount } } }', None),
        ("{ nothing }", None),
        ("{", None),
        ("", None),
    ],
)
async def test_errors_come_as_a_200(get: Any, query: str, kind: str | None) -> None:
    told = await ask(get, query)
    assert [error.get("type") for error in told["errors"]] == [kind]
    assert "extensions" not in told["errors"][0]


async def test_nobody_asks_without_a_credential(get: Any) -> None:
    refused = await get("/graphql", "POST", sent={"query": "{ viewer { login } }"})
    assert (refused.status, refused.headers["x-ratelimit-limit"]) == (403, "0")
