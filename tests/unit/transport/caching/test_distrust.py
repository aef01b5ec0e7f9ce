"""A stored reply that nobody could read is asked about again, and upstream's 304 does not make it trusted for long."""

from app.transport.exchange import Buffered
from tests.unit.transport.caching.cache import Cache, ok, said


async def test_what_is_distrusted_is_validated_before_each_use() -> None:
    cache = Cache(ok("<html>", 'ETag: "page"'), said(304), ok("{}", 'ETag: "well"'))
    bodies = []
    for times_asked in (1, 2, 3):
        reply = await cache.ask()
        assert isinstance(reply, Buffered)
        assert len(cache.upstream.asked) == times_asked
        bodies.append(reply.body)
        if reply.body == b"<html>":
            assert reply.source is not None
            reply.source.distrust()
    assert bodies == [b"<html>", b"<html>", b"{}"]
    assert (await cache.ask()).body == b"{}"
    assert len(cache.upstream.asked) == 3, "what can be read is fresh for as long as upstream says"
