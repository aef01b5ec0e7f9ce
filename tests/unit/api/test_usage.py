"""/api/v1/usage: an operator sees everybody's, all others their own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.callers.caller import Caller, Leave
from app.clients.github import FakeGitHubClient
from app.container import Container
from app.server import create_app
from tests.gateway import Ask, asking, container_of, serving_gateway

USAGE = "/api/v1/usage"
ROCKET = "/api/v1/repos/acme/rocket"


@dataclass(frozen=True, slots=True)
class TwoKeys:
    """Everybody needs one of them."""

    any: bool = True

    def caller(self, presented: str, now: float) -> Caller | None:
        return {
            "hg_of_operator": Caller("boss", operator=True, leave=Leave.READ),
            "hg_of_ci": Caller("ci", leave=Leave.READ),
        }.get(presented)

    def refresh(self) -> None:
        """As that of the keys of a file."""


@pytest.fixture
def container() -> Container:
    container = container_of()
    container.github_client.override(FakeGitHubClient(["acme/rocket"]))
    return container


@pytest.fixture
async def ask(container: Container) -> AsyncIterator[Ask]:
    async with serving_gateway(create_app(container)) as url, asking(url) as ask:
        yield ask


async def test_what_was_asked_is_counted(ask: Ask) -> None:
    await ask(ROCKET)
    await ask("/api/v1/nowhere")
    answer = await ask(f"{USAGE}?by=route")

    assert answer.status == 200
    assert {row["name"]: row["requests"] for row in answer.body["rows"]} == {
        "/api/v1/repos/<owner>/<repo>": 1,
        "-": 1,
    }
    assert (answer.body["scope"], answer.body["degraded"], answer.body["only_caller"]) == ("worker", None, None)
    assert answer.body["totals"]["requests"] == 2
    by_caller = await ask(f"{USAGE}/")
    assert {row["name"]: row["requests"] for row in by_caller.body["rows"]} == {"local": 3}


async def test_it_is_never_remembered(ask: Ask) -> None:
    counts = [(await ask(USAGE)).body["totals"]["requests"] for _ in range(3)]
    assert counts == [0, 1, 2]


@pytest.mark.parametrize("query", ["?by=peer", "?since=", "?since=soon", "?since=1h&until=2h", "?sinse=1h"])
async def test_what_cannot_be_meant_is_refused(ask: Ask, query: str) -> None:
    answer = await ask(USAGE + query)
    assert (answer.status, answer.body["code"]) == (400, "invalid_request")


async def test_who_is_elsewhere_sees_what_comes_from_elsewhere(ask: Ask) -> None:
    await ask(ROCKET)
    await ask(ROCKET, X_Forwarded_For="10.0.0.1")
    answer = await ask(USAGE, X_Forwarded_For="10.0.0.1")

    assert answer.body["only_caller"] == "anonymous"
    assert {row["name"]: row["requests"] for row in answer.body["rows"]} == {"anonymous": 1}
    assert answer.body["totals"]["requests"] == 1


async def test_with_keys_an_operator_sees_all_and_another_its_own(container: Container) -> None:
    with container.keys.override(TwoKeys()):
        async with serving_gateway(create_app(container)) as url, asking(url) as ask:
            for _ in range(2):
                await ask(ROCKET, X_API_Key="hg_of_ci")
            await ask(ROCKET, X_API_Key="hg_of_operator")
            own = await ask(USAGE, X_API_Key="hg_of_ci")
            every = await ask(USAGE, X_API_Key="hg_of_operator")
            nobody = await ask(USAGE)

    assert (own.body["only_caller"], [row["name"] for row in own.body["rows"]]) == ("ci", ["ci"])
    assert own.body["totals"]["requests"] == 2
    assert every.body["only_caller"] is None
    assert {row["name"]: row["requests"] for row in every.body["rows"]} == {"ci": 3, "boss": 1}
    assert (nobody.status, nobody.body["code"]) == (401, "key_rejected")


async def test_nobody_asks_for_somebody_elses_by_a_parameter(ask: Ask) -> None:
    assert (await ask(f"{USAGE}?only_caller=ci")).status == 400
