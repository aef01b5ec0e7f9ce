"""The credential is added below everything else, for whom the call says, and shown to nobody."""

import gzip
import os
import pickle

import pytest
from multidict import CIMultiDict

from app.call import Call, serving
from app.identity import ANONYMOUS, QUERY, Identity, SealedCredential
from app.transport.credentials import Credentials, extended
from app.transport.exchange import Buffered, Reply, Request
from tests.unit.transport.stages import Body, Scripted, buffered

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


class TestInTheQuery:
    OWN = Identity("own", SealedCredential({QUERY: "api_key=own-s3cret"}))
    CALLER = Identity("caller", SealedCredential({QUERY: "api_key=their-s3cret", "cookie": "a=1"}))

    @staticmethod
    async def exchanged(reply: Reply, identity: Identity | None = None) -> tuple[Request, Reply]:
        below = Scripted(reply)
        with serving(Call(identity=identity)):
            got = await Credentials(below, TestInTheQuery.OWN).send(Request("GET", "a?b=c%2F"))
        return below.asked[0], got

    @pytest.mark.parametrize(
        ("target", "there"),
        [
            ("a", "a?x=1"),
            ("a?b=c", "a?b=c&x=1"),
            ("", "?x=1"),
            ("a?", "a?x=1"),
            ("a?b&", "a?b&&x=1"),
            ("a?b?", "a?b?x=1"),
        ],
    )
    def test_it_stands_behind_the_rest(self, target: str, there: str) -> None:
        assert extended(target, "x=1") == there

    async def test_ours_is_added_where_the_call_brings_none(self) -> None:
        asked, _ = await self.exchanged(buffered())

        assert asked.target == "a?b=c%2F&api_key=own-s3cret"
        assert asked.headers == {"Accept-Encoding": "identity"}
        assert "s3cret" not in repr(asked)

    async def test_a_callers_own_comes_first_with_what_else_authorises(self) -> None:
        asked, _ = await self.exchanged(buffered(), self.CALLER)

        assert asked.target == "a?b=c%2F&api_key=their-s3cret"
        assert asked.headers == {"cookie": "a=1"}

    async def test_who_has_none_gets_none(self) -> None:
        asked, _ = await self.exchanged(buffered(), ANONYMOUS)

        assert asked.target == "a?b=c%2F"

    async def test_what_upstream_repeats_of_ours_goes_no_further(self) -> None:
        _, reply = await self.exchanged(buffered(301, {"Location": "/b?api_key=own-s3cret"}, b"to api_key=own-s3cret"))

        assert isinstance(reply, Buffered)
        assert reply.headers["Location"] == "/b?api_key=**********"
        assert reply.body == b"to api_key=**********"

    async def test_also_in_a_stream(self) -> None:
        _, reply = await self.exchanged(Body(b"to api_key=own-", b"s3cret!").reply())

        assert not isinstance(reply, Buffered)
        assert b"".join([piece async for piece in reply.chunks()]) == b"to api_key=**********!"

    async def test_what_it_repeats_of_a_callers_is_theirs_and_kept_nowhere(self) -> None:
        location = {"Location": "/b?api_key=their-s3cret", "Cache-Control": "max-age=60"}
        _, reply = await self.exchanged(buffered(301, location, b"x"), self.CALLER)

        assert reply.headers["Location"] == "/b?api_key=their-s3cret"
        assert reply.headers.getall("Cache-Control") == ["max-age=60", "no-store"]

    async def test_what_repeats_nothing_may_be_kept(self) -> None:
        there = buffered(200, {"Cache-Control": "max-age=60"}, b"x")

        assert (await self.exchanged(there, self.CALLER))[1] is there


class TestInAField:
    @staticmethod
    async def exchanged(reply: Reply, identity: Identity | None = None) -> Reply:
        with serving(Call(identity=identity)):
            return await Credentials(Scripted(reply), OWN, ["of-the-proxy"]).send(Request("GET", "a"))

    async def test_where_upstream_repeats_it_in_good_answers_large_ones_are_looked_through(self) -> None:
        packed = gzip.compress(os.urandom(40_000) + b"own-s3cret")
        headers = CIMultiDict({"Content-Encoding": "gzip"})
        below = Scripted(Buffered("up", 200, headers, packed, 100_000))

        reply = await Credentials(below, OWN, repeated=True).send(Request("GET", "a"))

        assert isinstance(reply, Buffered)
        assert reply.content().endswith(b"**********")
        assert below.asked[0].headers["Accept-Encoding"] == "identity"

    async def test_what_upstream_repeats_of_ours_goes_no_further(self) -> None:
        reply = await self.exchanged(buffered(404, {}, b"Bearer own-s3cret, of-the-proxy"))

        assert isinstance(reply, Buffered)
        assert reply.body == b"Bearer **********, ************"

    @pytest.mark.parametrize("identity", [ANONYMOUS, Identity("caller", SealedCredential({"X-Key": "their-s3cret"}))])
    async def test_nor_what_is_said_on_the_way_whoever_asks(self, identity: Identity) -> None:
        reply = await self.exchanged(buffered(403, {"X-Via": "of-the-proxy"}), identity)

        assert reply.headers["X-Via"] == "************"

    async def test_what_it_repeats_of_a_callers_is_theirs_and_kept_nowhere(self) -> None:
        theirs = Identity("caller", SealedCredential({"X-Key": "their-s3cret"}))
        reply = await self.exchanged(buffered(200, {}, b"their-s3cret"), theirs)

        assert isinstance(reply, Buffered)
        assert (reply.body, reply.headers["Cache-Control"]) == (b"their-s3cret", "no-store")
