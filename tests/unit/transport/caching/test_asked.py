"""A reply in the form that its caller asked for."""

import gzip
import zlib

import pytest

from app.errors import MalformedUpstreamReply, ReplyTooLarge
from app.transport.caching.asked import as_asked
from app.transport.caching.entry import Key
from app.transport.exchange import Buffered, Request, Streamed
from tests.unit.transport.caching.cache import ALICE, LIMIT_BYTES, Cache, ok, said
from tests.unit.transport.caching.replies import fields
from tests.unit.transport.stages import Body

PLAIN = b"plain as a pikestaff" * 50
PACKED = gzip.compress(PLAIN, mtime=0)
GZIPPED = ("Content-Encoding: gzip", 'ETag: "one"', "Vary: Accept-Encoding")
TAKES = "Accept-Encoding: gzip"


def asked(*lines: str, method: str = "GET") -> Request:
    return Request(method, "thing", fields(*lines), may_stream=True)


def packed(status: int = 200, *lines: str, body: bytes = PACKED) -> Buffered:
    return said(status, "Content-Encoding: gzip", f"Content-Length: {len(body)}", *lines, body=body)


@pytest.mark.parametrize(
    "accepts",
    ["gzip", "GZIP", "x-gzip", "br, gzip;q=0.5", "*", "br;q=1.0, *;q=0.1", "deflate , gzip", "gzip; q=0.001"],
)
async def test_who_takes_gzip_gets_the_bytes_as_they_came(accepts: str) -> None:
    cache = Cache(ok(PACKED, *GZIPPED))
    for _ in range(2):
        reply = await cache.ask("thing", f"Accept-Encoding: {accepts}")
        assert reply.body is cache.store.glance(Key("up", ALICE.partition, "thing"))[0].content.body
        assert (reply.headers["Content-Encoding"], reply.headers["ETag"]) == ("gzip", '"one"')
    assert cache.upstream.times == 1


@pytest.mark.parametrize(
    "accepts",
    [None, "", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "br, identity;q=0.5"],
)
async def test_who_does_not_gets_them_unpacked(accepts: str | None) -> None:
    cache = Cache(ok(PACKED, *GZIPPED))
    for _ in range(2):
        reply = await cache.ask("thing", *([] if accepts is None else [f"Accept-Encoding: {accepts}"]))
        assert reply.body == PLAIN
        assert reply.headers["ETag"] == 'W/"one"'
        assert not {"Content-Encoding", "Content-Length"} & set(reply.headers)
    assert cache.upstream.times == 1


async def test_it_is_unpacked_once_and_counted() -> None:
    cache = Cache(ok(PACKED, *GZIPPED))
    await cache.ask("thing", TAKES)
    before = (await cache.store.stats()).bytes
    first, second = await cache.ask(), await cache.ask()
    assert first.body is second.body
    assert (await cache.store.stats()).bytes >= before + len(PLAIN)


async def test_a_tag_that_was_made_weak_is_known_again() -> None:
    cache = Cache(ok(PACKED, *GZIPPED))
    tag = (await cache.ask()).headers["ETag"]
    again = await cache.ask("thing", f"If-None-Match: {tag}")
    assert (again.status, again.headers["ETag"]) == (304, tag)
    assert cache.upstream.times == 1


async def test_one_that_is_weak_stays_as_it_is() -> None:
    reply = as_asked(asked(), packed(200, 'ETag: W/"one"'))
    assert reply.headers["ETag"] == 'W/"one"'


async def test_a_range_is_one_of_the_bytes_that_the_caller_gets() -> None:
    cache = Cache(ok(PACKED, *GZIPPED))
    await cache.ask()
    of_packed = await cache.ask("thing", TAKES, "Range: bytes=1-4")
    of_plain = await cache.ask("thing", "Range: bytes=1-4")
    assert (of_packed.body, of_packed.headers["Content-Range"]) == (PACKED[1:5], f"bytes 1-4/{len(PACKED)}")
    assert (of_plain.body, of_plain.headers["Content-Range"]) == (PLAIN[1:5], f"bytes 1-4/{len(PLAIN)}")
    assert "Content-Encoding" not in of_plain.headers


async def test_if_range_needs_the_same_strong_tag() -> None:
    cache = Cache(ok(PACKED, *GZIPPED))
    await cache.ask()
    part = "Range: bytes=1-4"
    assert (await cache.ask("thing", TAKES, part, 'If-Range: "one"')).status == 206
    for other in ('"two"', 'W/"one"'):
        assert (await cache.ask("thing", TAKES, part, f"If-Range: {other}")).body == PACKED
    assert (await cache.ask("thing", part, 'If-Range: W/"one"')).body == PLAIN
    assert (await cache.ask("thing", part, 'If-Range: "one"')).body == PLAIN


async def test_a_condition_comes_before_a_range() -> None:
    cache = Cache(ok("0123456789", 'ETag: "one"'))
    await cache.ask()
    assert (await cache.ask("thing", "Range: bytes=1-4", 'If-None-Match: "one"')).status == 304


async def test_a_head_has_no_range() -> None:
    cache = Cache(ok("0123456789"))
    await cache.ask()
    assert (await cache.ask("thing", "Range: bytes=1-4", method="HEAD")).status == 200


# Replies without a body, or with a part of one, have nothing to unpack.


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 304), ("GET", 204), ("HEAD", 404)])
async def test_what_has_no_body_is_not_unpacked(method: str, status: int) -> None:
    reply = as_asked(asked(method=method), packed(status, 'ETag: "one"', body=b""))
    assert (reply.status, reply.headers["ETag"]) == (status, 'W/"one"')
    assert not {"Content-Encoding", "Content-Length"} & set(reply.headers)


async def test_a_part_of_a_packed_body_goes_on_as_it_came() -> None:
    part = packed(206, "Content-Range: bytes 3-5/99", body=PACKED[3:6])
    assert as_asked(asked("Range: bytes=3-5"), part) is part


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_what_a_write_is_answered_is_unpacked_too(method: str) -> None:
    cache = Cache(packed(201))
    assert (await cache.ask(method=method, body=b"{}")).body == PLAIN
    assert (await cache.ask("thing", TAKES, method=method, body=b"{}")).body == PACKED


async def test_and_what_a_get_with_a_body_is() -> None:
    cache = Cache(packed())
    assert (await cache.ask(body=b"{}")).body == PLAIN


async def test_a_typed_call_gets_it_as_it_came() -> None:
    cache = Cache(ok(PACKED, *GZIPPED))
    assert (await cache.ask(streams=False)).body == PACKED


# Streams, and what is broken.


async def test_a_stream_is_unpacked_on_its_way() -> None:
    body = Body(PACKED[:7], PACKED[7:8], PACKED[8:])
    reply = as_asked(asked(), body.reply(200, {"Content-Encoding": "gzip", "ETag": '"one"'}).told("headgate; fwd=x"))
    assert isinstance(reply, Streamed)
    assert b"".join([piece async for piece in reply.chunks()]) == PLAIN
    assert (reply.headers["ETag"], reply.cache) == ('W/"one"', "headgate; fwd=x")
    assert body.closed == 1


async def test_a_bomb_comes_in_pieces() -> None:
    reply = as_asked(asked(), Body(gzip.compress(bytes(4_000_000))).reply(200, {"Content-Encoding": "gzip"}))
    assert isinstance(reply, Streamed)
    sizes = [len(piece) async for piece in reply.chunks()]
    assert sum(sizes) == 4_000_000
    assert max(sizes) <= 2**18


@pytest.mark.parametrize(
    "pieces", [(b"no gzip at all",), (PACKED[:-9],), (PACKED[:4], b"rubbish, all of it, and more")]
)
async def test_a_broken_stream_says_so(pieces: tuple[bytes, ...]) -> None:
    reply = as_asked(asked(), Body(*pieces).reply(200, {"Content-Encoding": "gzip"}))
    assert isinstance(reply, Streamed)
    with pytest.raises(MalformedUpstreamReply):
        _ = [piece async for piece in reply.chunks()]


async def test_several_gzip_members_are_one_body() -> None:
    """RFC 1952 section 2.2."""
    members = [gzip.compress(b"one"), gzip.compress(b"two"), gzip.compress(b"three")]
    for pieces in (members, [b"".join(members)]):
        reply = as_asked(asked(), Body(*pieces).reply(200, {"Content-Encoding": "gzip"}))
        assert isinstance(reply, Streamed)
        assert b"".join([piece async for piece in reply.chunks()]) == b"onetwothree"
    whole = as_asked(asked(), packed(body=b"".join(members)))
    assert isinstance(whole, Buffered)
    assert whole.body == b"onetwothree"


async def test_but_not_without_end() -> None:
    half = gzip.compress(bytes(LIMIT_BYTES // 2 + 1))
    for body in (half * 2, gzip.compress(b"") * 200):
        with pytest.raises(ReplyTooLarge):
            as_asked(asked(), packed(body=body))


@pytest.mark.parametrize("body", [b"no gzip", PACKED[:-9]])
async def test_a_broken_body_says_so(body: bytes) -> None:
    with pytest.raises(MalformedUpstreamReply):
        as_asked(asked(), packed(200, body=body))


async def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(ReplyTooLarge):
        as_asked(asked(), packed(200, body=zlib.compress(bytes(LIMIT_BYTES + 1), wbits=31)))


async def test_another_coding_goes_on_as_it_came() -> None:
    reply = said(200, "Content-Encoding: br", body=b"brotli")
    assert as_asked(asked(), reply) is reply
