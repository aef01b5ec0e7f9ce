"""Bodies: decompressed within a cap, parsed with the fault named, streamed and settled once."""

import gzip
import zlib
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from pydantic import BaseModel, TypeAdapter

from app.clients.github.models import Account
from app.errors import Disconnected, HeadgateError, MalformedUpstreamReply, ReplyTooLarge
from app.transport.exchange import Buffered, Request
from tests.unit.transport.stages import Body, buffered

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP ": gzip.compress,
    "deflate": zlib.compress,
}
LIMIT = 1_000


def compressed(body: bytes, coding: str = "gzip", limit: int = LIMIT) -> Buffered:
    return buffered(headers={"Content-Encoding": coding}, body=body, limit=limit)


class TestContent:
    @pytest.mark.parametrize("coding", CODINGS)
    @given(body=st.binary(max_size=LIMIT))
    def test_is_what_was_compressed(self, coding: str, body: bytes) -> None:
        assert compressed(CODINGS[coding](body), coding).content() == body

    @pytest.mark.parametrize("coding", ["", "identity", " Identity"])
    def test_is_the_body_where_nothing_was_compressed(self, coding: str) -> None:
        assert compressed(b"as it came", coding).content() == b"as it came"
        assert buffered(body=b"as it came").content() == b"as it came"

    @given(extra=st.integers(1, 5_000))
    def test_is_never_larger_than_the_cap(self, extra: int) -> None:
        body = b"\x00" * (LIMIT + extra)

        with pytest.raises(ReplyTooLarge) as caught:
            compressed(gzip.compress(body)).content()
        assert caught.value.detail == "the reply of up is larger than 1000 bytes decompressed"

    def test_may_be_exactly_the_cap(self) -> None:
        for body in (b"\x00" * LIMIT, bytes(range(250)) * 4):
            assert compressed(gzip.compress(body)).content() == body
            assert compressed(zlib.compress(body), "deflate").content() == body

    def test_of_a_bomb_costs_no_more_than_the_cap(self) -> None:
        bomb = gzip.compress(b"\x00" * 50_000_000)
        assert len(bomb) < 100_000

        with pytest.raises(ReplyTooLarge):
            compressed(bomb).content()

    @pytest.mark.parametrize("cut", [1, 4, 8, 20])
    def test_that_is_cut_off_is_malformed(self, cut: int) -> None:
        whole = gzip.compress(bytes(range(256)) * 2)

        with pytest.raises(MalformedUpstreamReply, match="cut off"):
            compressed(whole[:-cut]).content()

    def test_that_is_missing_is_malformed(self) -> None:
        with pytest.raises(MalformedUpstreamReply, match="cut off"):
            compressed(b"").content()

    @pytest.mark.parametrize("body", [b"not gzip at all", b"\x1f\x8b\x08\x00garbage that goes on and on"])
    def test_that_is_broken_is_malformed(self, body: bytes) -> None:
        with pytest.raises(MalformedUpstreamReply) as caught:
            compressed(body).content()
        assert caught.value.__cause__ is None

    def test_with_a_wrong_checksum_is_malformed(self) -> None:
        whole = bytearray(gzip.compress(b"x" * 100))
        whole[-6] ^= 0xFF

        with pytest.raises(MalformedUpstreamReply, match="broken"):
            compressed(bytes(whole)).content()

    @pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
    def test_in_a_coding_that_was_not_asked_for_is_malformed(self, coding: str) -> None:
        with pytest.raises(MalformedUpstreamReply, match="not asked for"):
            compressed(b"x", coding).content()

    @given(body=st.binary(max_size=60), coding=st.sampled_from(["gzip", "deflate"]))
    def test_of_any_bytes_is_bytes_or_a_named_fault(self, body: bytes, coding: str) -> None:
        with suppress(MalformedUpstreamReply, ReplyTooLarge):
            assert isinstance(compressed(body, coding).content(), bytes)


class Wheel(BaseModel):
    size: int


class Cart(BaseModel):
    name: str
    wheels: tuple[Wheel, ...] = ()


class TestParse:
    def test_gives_the_model(self) -> None:
        cart = buffered(body=b'{"name": "a", "wheels": [{"size": 3}]}').parse(Cart)

        assert cart == Cart(name="a", wheels=(Wheel(size=3),))

    def test_gives_what_an_adapter_describes(self) -> None:
        assert buffered(body=b'[{"size": 1}]').parse(TypeAdapter(tuple[Wheel, ...])) == (Wheel(size=1),)

    def test_decompresses_first(self) -> None:
        assert compressed(gzip.compress(b'{"name": "a"}')).parse(Cart).name == "a"

    @pytest.mark.parametrize(
        ("body", "path", "detail"),
        [
            (b"{}", "name", "name is missing in the reply of up"),
            (
                b'{"name": "a", "wheels": [{"size": 1}, {}]}',
                "wheels.1.size",
                "wheels.1.size is missing in the reply of up",
            ),
            (b'{"name": 7}', "name", "name has an unexpected type in the reply of up"),
            (b"[]", None, "the reply has an unexpected type in the reply of up"),
            (b"nope", None, "up answered something that is not JSON"),
            (b"", None, "up answered something that is not JSON"),
        ],
    )
    def test_names_the_first_fault(self, body: bytes, path: str | None, detail: str) -> None:
        with pytest.raises(MalformedUpstreamReply) as caught:
            buffered(body=body).parse(Cart)

        assert (caught.value.path, caught.value.detail) == (path, detail)
        assert caught.value.__cause__ is None

    def test_shows_nothing_of_what_stood_there(self) -> None:
        with pytest.raises(MalformedUpstreamReply) as caught:
            buffered(body=b'{"name": ["s3cret"]}').parse(Cart)

        assert "s3cret" not in repr(caught.value)
        assert caught.value.__suppress_context__


def test_a_request_has_headers_of_its_own() -> None:
    first, second = Request("GET", "a"), Request("GET", "a")

    assert first.headers is not second.headers
    assert (first.follow_redirects, first.may_stream, first.body) == (False, False, None)


class Ends:
    def __init__(self) -> None:
        self.seen: list[HeadgateError | None] = []

    def settle(self, error: HeadgateError | None) -> None:
        self.seen.append(error)


class TestStreamed:
    async def test_gives_its_pieces_and_settles_at_the_end(self) -> None:
        body, ends = Body(b"a", b"b"), Ends()
        reply = body.reply(206, {"Content-Type": "text/plain"})
        reply.on_end(ends.settle)

        assert [chunk async for chunk in reply.chunks()] == [b"a", b"b"]

        assert (reply.upstream, reply.status, reply.headers["content-type"]) == ("up", 206, "text/plain")
        assert (body.closed, ends.seen) == (1, [None])

    async def test_settles_with_the_error_that_ended_it(self) -> None:
        error = Disconnected("up", "cut off")
        body, ends = Body(b"a", error=error), Ends()
        reply = body.reply()
        reply.on_end(ends.settle)

        with pytest.raises(Disconnected):
            [chunk async for chunk in reply.chunks()]

        assert (body.closed, ends.seen) == (1, [error])

    async def test_is_settled_once_however_often_it_is_closed(self) -> None:
        body, ends = Body(b"a"), Ends()
        reply = body.reply()
        reply.on_end(ends.settle)

        reply.close()
        reply.close()
        assert [chunk async for chunk in reply.chunks()] == [b"a"]

        assert (body.closed, ends.seen) == (1, [None])

    async def test_settles_everybody_who_asked(self) -> None:
        body, one, other = Body(), Ends(), Ends()
        reply = body.reply()
        reply.on_end(one.settle)
        reply.on_end(other.settle)

        reply.close()

        assert one.seen == other.seen == [None]

    async def test_settles_when_its_reader_leaves_early(self) -> None:
        body, ends = Body(b"a", b"b"), Ends()
        reply = body.reply()
        reply.on_end(ends.settle)

        chunks = reply.chunks()
        assert await anext(chunks) == b"a"
        await chunks.aclose()  # type: ignore[attr-defined]

        assert (body.closed, ends.seen) == (1, [None])


class Doubted:
    """A source that notes whether it was distrusted."""

    born_at = fresh_until = 0.0
    status = ""
    size_bytes = 0

    def __init__(self) -> None:
        self.made: dict[object, Any] = {}
        self.distrusted = 0

    def is_fresh(self, now: float) -> bool:
        return True

    def distrust(self) -> None:
        self.distrusted += 1

    def derived(self, name: Hashable, make: Callable[[], bytes]) -> bytes:
        return make()

    async def again(self) -> None:
        return None


@pytest.mark.parametrize(
    ("body", "fields", "doubts"),
    [
        (b"<html>sign in first</html>", {}, 1),
        (b"{}", {}, 1),
        (b"cut", {"Content-Encoding": "gzip"}, 1),
        (b'{"login": "ann"}', {}, 0),
    ],
)
def test_what_nobody_can_read_is_not_trusted_for_as_long_as_upstream_says(
    body: bytes, fields: dict[str, str], doubts: int
) -> None:
    source = Doubted()
    reply = Buffered("up", 200, CIMultiDict(fields), body, 1_000, source)
    if doubts:
        with pytest.raises(MalformedUpstreamReply):
            reply.parse(Account)
    else:
        assert reply.parse(Account).login == "ann"
    assert source.distrusted == doubts
