"""Request ids and calls at the edge."""

import re

import pytest

from app.api.edge import EdgeRequest
from app.call import Call, current_call
from app.clients.github import FakeGitHubClient
from app.clients.github.models import Repository
from app.server import create_app
from tests.gateway import Ask, container_of, sent_raw, serving_gateway


async def test_a_request_without_an_id_gets_one_that_nobody_else_has(ask: Ask) -> None:
    first, second = await ask("/health/live"), await ask("/health/live")

    ids = {first.headers["X-Request-ID"], second.headers["X-Request-ID"]}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


async def test_a_harmless_id_from_outside_is_kept(ask: Ask) -> None:
    assert (await ask("/health/live", X_Request_ID="build-7.a_b:c@d")).headers["X-Request-ID"] == "build-7.a_b:c@d"


@pytest.mark.parametrize("given", ["", "a b", 'a"b', "x" * 129, "<script>", "a,b"])
async def test_any_other_id_from_outside_is_replaced(ask: Ask, given: str) -> None:
    answered = (await ask("/health/live", X_Request_ID=given)).headers.getall("X-Request-ID")

    assert len(answered) == 1
    assert re.fullmatch("[0-9a-f]{32}", answered[0])


async def test_the_id_of_a_problem_is_the_id_of_its_answer(ask: Ask) -> None:
    answer = await ask("/no/such/thing", X_Request_ID="mine")

    assert answer.headers["X-Request-ID"] == answer.body["instance"] == "mine"


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"garbage\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n", id="a URL that cannot be read"),
        pytest.param(b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", id="a URL that is no ASCII"),
    ],
)
async def test_a_request_that_cannot_be_read_is_answered_with_an_id(base_url: str, request_bytes: bytes) -> None:
    answer = await sent_raw(base_url, request_bytes)

    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_a_streamed_answer_has_its_id() -> None:
    app = create_app(container_of())

    @app.get("/streamed")
    async def streamed(request: EdgeRequest) -> None:
        answer = await request.respond(content_type="text/plain")
        await answer.send(b"piece by piece")
        await answer.eof()

    async with serving_gateway(app) as base_url:
        answer = await sent_raw(
            base_url, b"GET /streamed HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: mine\r\nConnection: close\r\n\r\n"
        )

    assert answer.status == 200
    assert answer.headers["x-request-id"] == "mine"


class CallSeen(FakeGitHubClient):
    """Notes the call under which it is asked."""

    seen: Call

    async def repository(self, owner: str, repo: str) -> Repository:
        self.seen = current_call()
        return await super().repository(owner, repo)


@pytest.mark.parametrize("github", [CallSeen(["acme/rocket"])])
@pytest.mark.parametrize("server", [{"deadline_seconds": 7}])
async def test_below_the_edge_the_call_knows_the_id_and_the_deadline(github: CallSeen, ask: Ask) -> None:
    await ask("/api/v1/repos/acme/rocket", X_Request_ID="mine")

    assert github.seen.request_id == "mine"
    assert github.seen.deadline < float("inf")
    assert current_call().request_id == ""
