"""What an upstream repeats of a URL with our credential in it reaches nobody."""

import gzip
import json
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.transport.credential_forms import InQuery
from app.transport.echoes import Echo
from app.transport.exchange import Buffered
from tests.unit.transport.stages import Body, buffered

SECRET = "s3cret/Key+1"
QUERY = InQuery("api_key").sealed(SECRET).reveal_query()
ECHO = Echo(QUERY)


@pytest.mark.parametrize(
    "writing",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote(SECRET, safe="").lower().replace("s3cret", "s3cret"),
        json.dumps(SECRET),
    ],
)
@pytest.mark.parametrize("name", ["Location", "Link", "X-Anything"])
def test_a_field_that_repeats_it(name: str, writing: str) -> None:
    writing = writing.replace("key", "Key")
    value = f"<https://up.example/list?page=2&api_key={writing}>; rel=next"
    reply = ECHO.covered(buffered(200, {name: value, "X": "1"}, b"{}"))

    assert SECRET not in reply.headers[name]
    assert quote(SECRET, safe="") not in reply.headers[name]
    assert reply.headers[name].startswith("<https://up.example/list?page=2&api_key=")
    assert len(reply.headers[name]) == len(value)
    assert reply.headers["X"] == "1"


def test_a_body_that_repeats_it_keeps_its_length_and_all_else() -> None:
    body = json.dumps({"next": f"/list?page=2&{QUERY}", "said": SECRET, "text": "key"}).encode()
    reply = ECHO.covered(buffered(200, {"Content-Length": str(len(body)), "ETag": '"1"'}, body))

    assert isinstance(reply, Buffered)
    assert SECRET.encode() not in reply.body
    assert QUERY.partition("=")[2].encode() not in reply.body
    assert len(reply.body) == len(body)
    assert reply.headers == {"Content-Length": str(len(body)), "ETag": '"1"'}
    assert json.loads(reply.body)["text"] == "key"


def test_what_repeats_nothing_is_as_it_was() -> None:
    reply = buffered(200, {"A": "b"}, b"api_key=other")
    covered = ECHO.covered(reply)

    assert isinstance(covered, Buffered)
    assert (covered.headers, covered.body) == (reply.headers, reply.body)
    assert covered.headers is reply.headers
    assert not ECHO.is_in(reply)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_an_upstream_that_compresses_unasked(coding: str) -> None:
    packed = gzip.compress(f'"{SECRET}"'.encode())
    reply = ECHO.covered(buffered(200, {"Content-Encoding": coding, "Content-Length": "9"}, packed))

    assert isinstance(reply, Buffered)
    assert reply.body == f'"{"*" * len(SECRET)}"'.encode()
    assert dict(reply.headers) == {}


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_what_cannot_be_decompressed_stays(coding: str) -> None:
    reply = ECHO.covered(buffered(200, {"Content-Encoding": coding}, b"\x1f\x8bnonsense"))

    assert isinstance(reply, Buffered)
    assert reply.body == b"\x1f\x8bnonsense"
    assert reply.headers == {"Content-Encoding": coding}


def test_a_short_one_counts_behind_its_name_only() -> None:
    echo = Echo("api_key=a1")
    reply = echo.covered(buffered(200, {"Location": "/a1?api_key=a1"}, b'{"a1": "?api_key=a1&x", "xapi_key": "a1"}'))

    assert isinstance(reply, Buffered)
    assert reply.headers["Location"] == "/a1?api_key=**"
    assert reply.body == b'{"a1": "?api_key=**&x", "xapi_key": "a1"}'


def test_bytes_that_are_no_text_are_left() -> None:
    reply = ECHO.covered(buffered(200, {"X": f"\udcff{SECRET}\udcfe"}, b"\xff" + SECRET.encode()))

    assert isinstance(reply, Buffered)
    assert reply.headers["X"] == f"\udcff{'*' * len(SECRET)}\udcfe"
    assert reply.body == b"\xff" + b"*" * len(SECRET)


@pytest.mark.parametrize("query", ["", "api_key", "api_key="])
def test_nothing_is_nowhere(query: str) -> None:
    assert not Echo(query).is_in(buffered(200, {"A": "api_key="}, b"api_key"))


@given(st.data())
async def test_a_stream_is_covered_wherever_its_pieces_end(data: st.DataObject) -> None:
    secret = data.draw(st.text('abé/+"<', min_size=1, max_size=12))
    form = InQuery("k").sealed(secret).reveal_query()
    pieces = data.draw(st.lists(st.sampled_from([form, secret, "k=", "a", "b&", escape(secret)]), max_size=12))
    whole = "".join(pieces).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    echo = Echo(form)
    body = Body(*(whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)))

    reply = echo.covered(body.reply())
    assert not isinstance(reply, Buffered)
    got = b"".join([piece async for piece in reply.chunks()])

    in_one = echo.covered(Buffered("up", 200, CIMultiDict(), whole, 1_000))
    assert isinstance(in_one, Buffered)
    assert len(got) == len(whole)
    assert not echo.is_in(Buffered("up", 200, CIMultiDict(), got, 1_000))
    assert body.closed == 1


async def test_a_stream_that_is_given_up_is_closed() -> None:
    body = Body(b"x" * 100, b"y" * 100)
    reply = ECHO.covered(body.reply(206, {"Location": f"/?{QUERY}"}))
    assert not isinstance(reply, Buffered)
    assert reply.status == 206
    assert SECRET not in reply.headers["Location"]

    reply.close()

    assert body.closed == 1
