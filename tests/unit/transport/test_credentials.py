"""The credential is added below everything else, for whom the call says, and shown to nobody."""

import pickle

import pytest
from multidict import CIMultiDict

from app.call import Call, serving
from app.identity import ANONYMOUS, Identity, SealedCredential
from app.transport.credentials import Credentials
from app.transport.exchange import Request
from tests.unit.transport.stages import Scripted, buffered

OWN = Identity("own", SealedCredential({"Authorization": "Bearer own-s3cret"}))
CALLER = Identity("caller", SealedCredential({"Authorization": "Bearer theirs"}))


async def sent(own: Identity, request: Request, call: Call | None = None) -> Request:
    below = Scripted(buffered())
    with serving(call or Call()):
        await Credentials(below, own).send(request)
    return below.asked[0]


async def test_the_upstreams_own_is_used_where_the_call_brings_none() -> None:
    asked = await sent(OWN, Request("GET", "a"))

    assert asked.headers["authorization"] == "Bearer own-s3cret"


async def test_a_callers_own_comes_first() -> None:
    asked = await sent(OWN, Request("GET", "a"), Call(identity=CALLER))

    assert asked.headers.getall("Authorization") == ["Bearer theirs"]


async def test_a_caller_without_one_never_gets_ours() -> None:
    asked = await sent(OWN, Request("GET", "a"), Call(identity=ANONYMOUS))

    assert "Authorization" not in asked.headers


async def test_an_anonymous_upstream_passes_the_request_as_it_is() -> None:
    request = Request("GET", "a")

    assert await sent(ANONYMOUS, request) is request
    assert ANONYMOUS.anonymous
    assert not OWN.anonymous


async def test_nobody_above_ever_holds_it() -> None:
    request = Request("GET", "a", CIMultiDict({"Accept": "x"}))

    await sent(OWN, request)

    assert dict(request.headers) == {"Accept": "x"}


async def test_one_that_slipped_into_the_request_is_replaced() -> None:
    asked = await sent(OWN, Request("GET", "a", CIMultiDict({"authorization": "Bearer smuggled"})))

    assert asked.headers.getall("Authorization") == ["Bearer own-s3cret"]


async def test_everything_else_of_the_request_is_kept() -> None:
    request = Request("POST", "a?b=c", CIMultiDict([("X", "1"), ("X", "2")]), b"body", True, True)

    asked = await sent(OWN, request)

    assert (asked.method, asked.target, asked.body) == ("POST", "a?b=c", b"body")
    assert (asked.follow_redirects, asked.may_stream) == (True, True)
    assert asked.headers.getall("X") == ["1", "2"]


def test_a_seal_shows_nothing() -> None:
    assert "s3cret" not in f"{OWN!r} {OWN} {OWN.credential!r}"
    with pytest.raises(TypeError, match="does not leave"):
        pickle.dumps(OWN)
