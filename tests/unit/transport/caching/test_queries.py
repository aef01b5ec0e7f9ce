"""Identical GraphQL queries of one identity share a reply while they are under way; nothing of them is kept."""

import asyncio
import json

import pytest
from multidict import CIMultiDict

from app.call import Call, serving
from app.clients.github import GitHubDialect
from app.errors import Unreachable
from app.identity import Identity, SealedCredential
from app.transport.caching.coalescing import Coalescing
from app.transport.caching.filling import CacheFilling
from app.transport.caching.lookup import CacheLookup
from app.transport.caching.memory import MemoryStore
from app.transport.caching.policy import Freshness, FreshnessPolicy
from app.transport.caching.queries import Queries
from app.transport.caching.remembered import Shelf
from app.transport.exchange import Reply, Request
from tests.unit.transport.caching.cache import BASE, OWN, Upstream, said

QUERY = "query Mine { viewer { login } }"
MUTATION = 'mutation Star { addStar(input: {starrableId: "x"}) { clientMutationId } }'
REPLY = said(200, "Content-Type: application/json", body=b'{"data": {"viewer": {"login": "ann"}}}')
ANN, BOB = (Identity(name, SealedCredential({"Authorization": name})) for name in ("ann", "bob"))


class Rig:
    def __init__(self, *answers: object) -> None:
        self.upstream = Upstream(*answers)  # type: ignore[arg-type]
        store, dialect = MemoryStore(1_000_000), GitHubDialect()
        shelf = Shelf("up", store, 1_000_000)
        queries = Queries(self.upstream, "up", store, dialect, OWN, flight_seconds=30.0)
        flights = Coalescing(CacheFilling(self.upstream, shelf, dialect), "up", store, flight_seconds=30.0)
        self.lookup = CacheLookup(flights, shelf, BASE, dialect, OWN, FreshnessPolicy(Freshness()), queries)

    async def ask(self, text: str, identity: Identity | None = ANN, accept: str = "*/*", **more: object) -> Reply:
        body = json.dumps({"query": text, **more}).encode()
        headers = CIMultiDict({"Content-Type": "application/json", "Accept": accept})
        with serving(Call(identity=identity)):
            return await self.lookup.send(Request("POST", "graphql", headers, body, may_stream=True))

    async def together(self, *asking: "asyncio.Task[Reply]") -> list[Reply]:
        for _ in range(5):
            await asyncio.sleep(0)
        self.upstream.gate.set()
        return await asyncio.gather(*asking)


@pytest.fixture
async def rig() -> Rig:
    rig = Rig(REPLY)
    rig.upstream.gate.clear()
    return rig


async def test_those_that_are_the_same_ask_once(rig: Rig) -> None:
    asking = [asyncio.create_task(rig.ask(QUERY)) for _ in range(20)]
    replies = await rig.together(*asking)
    assert {reply.status for reply in replies} == {200}
    assert len(rig.upstream.asked) == 1
    assert sum("collapsed" in reply.cache for reply in replies) == 19
    assert rig.upstream.asked[0].ticket is None


async def test_nothing_is_kept(rig: Rig) -> None:
    rig.upstream.gate.set()
    for _ in range(3):
        reply = await rig.ask(QUERY)
        assert (reply.cache, reply.source) == ("headgate; fwd=method", None)
    assert len(rig.upstream.asked) == 3


async def test_what_differs_asks_for_itself(rig: Rig) -> None:
    asking = [
        asyncio.create_task(rig.ask(QUERY)),
        asyncio.create_task(rig.ask(QUERY, BOB)),
        asyncio.create_task(rig.ask(QUERY, None)),
        asyncio.create_task(rig.ask(QUERY, variables={"n": 1})),
        asyncio.create_task(rig.ask(QUERY, accept="application/json")),
    ]
    await rig.together(*asking)
    assert len(rig.upstream.asked) == 5


async def test_mutations_are_each_sent(rig: Rig) -> None:
    asking = [asyncio.create_task(rig.ask(MUTATION)) for _ in range(3)]
    asking += [asyncio.create_task(rig.ask("{ broken")) for _ in range(2)]
    await rig.together(*asking)
    assert len(rig.upstream.asked) == 5


async def test_a_query_after_a_mutation_does_not_join_one_from_before_it(rig: Rig) -> None:
    before = asyncio.create_task(rig.ask(QUERY))
    await asyncio.sleep(0)
    rig.upstream.gate.set()
    await rig.ask(MUTATION)
    rig.upstream.gate.clear()
    after = asyncio.create_task(rig.ask(QUERY))
    await rig.together(before, after)
    assert ["mutation" in str(request.body) for request in rig.upstream.asked].count(False) == 2


async def test_each_who_waits_gets_an_error_of_its_own() -> None:
    rig = Rig(Unreachable("up", "refused"))
    failed = await asyncio.gather(*(rig.ask(QUERY) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(error, Unreachable) for error in failed)
    assert len({id(error) for error in failed}) == 3
