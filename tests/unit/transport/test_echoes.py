"""What an upstream repeats of a URL with our credential in it reaches nobody."""

import gzip
import json
from hashlib import sha256
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


class TestInFields:
    """Pages for debugging, and errors, repeat the fields of a request."""

    TOKEN = "ghs_0123456789abcdef"
    ECHO = Echo(fields={"Authorization": f"Bearer {TOKEN}"})

    def test_the_token_goes_and_its_word_stays(self) -> None:
        reply = self.ECHO.covered(buffered(404, {"X-Said": f"Bearer {self.TOKEN}"}, f'"{self.TOKEN}"'.encode()))

        assert isinstance(reply, Buffered)
        assert (reply.headers["X-Said"], reply.body) == ("Bearer " + "*" * 20, b'"' + b"*" * 20 + b'"')

    def test_a_field_that_is_called_so_is_left_out(self) -> None:
        reply = self.ECHO.covered(buffered(200, {f"X-{self.TOKEN.upper()}": "1", "X": "2"}))

        assert dict(reply.headers) == {"X": "2"}

    def test_what_repeats_nothing_is_the_same_object(self) -> None:
        reply = buffered(200, {"A": "b"}, b"Bearer ghs_")

        assert self.ECHO.covered(reply) is reply

    @pytest.mark.parametrize(
        ("fields", "secrets"),
        [
            ({"Authorization": "Basic bWU6bXktcGFzc3dvcmQ="}, ["bWU6bXktcGFzc3dvcmQ=", "my-password"]),
            ({"Authorization": "Basic no-base64"}, ["no-base64"]),
            ({"cookie": 'a=1; session="0123456789"; other=abcdefghij'}, ["0123456789", "abcdefghij"]),
            ({"X-Api-Key": "alone-in-its-field"}, ["alone-in-its-field"]),
        ],
    )
    def test_what_of_a_field_is_secret(self, fields: dict[str, str], secrets: list[str]) -> None:
        echo = Echo(fields=fields)

        assert all(echo.is_in(buffered(200, {}, f"x {secret} y".encode())) for secret in secrets)
        assert not echo.is_in(buffered(200, {}, b"Basic a=1 me session other"))

    def test_a_short_one_stands_anywhere(self) -> None:
        assert not Echo(fields={"X-Key": "abc"}).is_in(buffered(200, {}, b"abc"))

    def test_a_password_for_the_way_is_sought_too(self) -> None:
        echo = Echo(passwords=["of-the-proxy"])

        assert echo.is_in(buffered(200, {}, b"of-the-proxy"))
        assert not Echo().is_in(buffered(200, {}, b"of-the-proxy"))

    def test_a_body_may_end_in_the_middle_of_it(self) -> None:
        for length in range(len(self.TOKEN)):
            told = self.TOKEN[:length].encode()
            reply = self.ECHO.covered(buffered(200, {}, b"x" + told))
            assert isinstance(reply, Buffered)
            assert reply.body == b"x" + (told if length < 8 else b"*" * length)

    async def test_so_may_a_stream_and_what_cannot_be_it_does_not_wait(self) -> None:
        reply = self.ECHO.covered(Body(b"data: 1\n\n", self.TOKEN[:12].encode()).reply())
        assert not isinstance(reply, Buffered)

        assert [piece async for piece in reply.chunks()] == [b"data: 1\n\n", b"*" * 12]

    def test_a_compressed_body_that_is_cut_is_read_as_far_as_it_can_be(self) -> None:
        packed = gzip.compress(f'{{"said": "{self.TOKEN}", "more": "{"x" * 50}"}}'.encode())[:-12]
        reply = self.ECHO.covered(buffered(200, {"Content-Encoding": "gzip"}, packed))

        assert isinstance(reply, Buffered)
        assert reply.body.startswith(b'{"said": "' + b"*" * 20)
        assert "Content-Encoding" not in reply.headers

    @pytest.mark.parametrize(("status", "looked_into"), [(200, False), (404, True)])
    def test_a_large_compressed_answer_is_looked_into_where_it_is_an_error(
        self, status: int, looked_into: bool
    ) -> None:
        noise = "".join(sha256(b"%d" % at).hexdigest() for at in range(600))
        packed = gzip.compress(f"{self.TOKEN}{noise}".encode())
        reply = buffered(status, {"Content-Encoding": "gzip"}, packed, limit=100_000)

        assert (self.ECHO.covered(reply) is not reply) is looked_into
