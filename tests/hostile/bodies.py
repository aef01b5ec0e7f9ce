"""Bodies: framed so that two readers part, too large, or no JSON that anybody should read."""

from collections.abc import Iterator

from tests.hostile.inputs import HIDDEN, Input, post, refused

CHUNKED = "Transfer-Encoding: chunked\r\n"
JSON = "Content-Type: application/json\r\n"
MEGABYTE = 2**20


def rows() -> Iterator[Input]:
    yield from _lengths()
    yield from _encodings()
    yield from _chunks()
    yield from _hidden()
    yield from _large()
    yield from _json()


def _lengths() -> Iterator[Input]:
    group = "a length that is none (a second request hidden behind it)"
    for value in ("+3", "-1", "0x3", "3.0", "3e0", "3 3", "3, 3", "3,4", "", "three", "\xb2", "\u0663".encode().decode("latin-1"), "1_0",
                  "9" * 19, "9" * 400, "3\x0b", "3;a", '"3"'):  # fmt: skip
        shown = value if len(value) < 25 else f"{len(value)} times 9"
        yield refused(
            group, f"Content-Length: {ascii(shown)[1:-1]}", post(f"Content-Length: {value}\r\n", f"abc{HIDDEN}")
        )
    yield refused(
        group, "two Content-Length, alike", post("Content-Length: 3\r\nContent-Length: 3\r\n", f"abc{HIDDEN}")
    )
    yield refused(
        group, "two Content-Length, unlike", post(f"Content-Length: 0\r\nContent-Length: {len(HIDDEN)}\r\n", HIDDEN)
    )
    yield refused(
        group,
        "Content-Length, and once more in another case",
        post("Content-Length: 3\r\ncontent-length: 30\r\n", f"abc{HIDDEN}"),
    )
    yield refused(group, "Content-Length with a space before its colon", post("Content-Length : 3\r\n", f"abc{HIDDEN}"))
    yield refused(group, "Content-Length folded", post("Content-Length:\r\n 3\r\n", f"abc{HIDDEN}"))


def _encodings() -> Iterator[Input]:
    group = "a Transfer-Encoding that two readers read differently"
    length = f"Content-Length: {len(HIDDEN) + 5}\r\n"
    ended = f"0\r\n\r\n{HIDDEN}"
    yield refused(group, "Content-Length, Transfer-Encoding (CL.TE)", post(f"{length}{CHUNKED}", ended))
    yield refused(group, "Transfer-Encoding, Content-Length (TE.CL)", post(f"{CHUNKED}Content-Length: 4\r\n", ended))
    yield refused(group, "Transfer-Encoding, twice", post(CHUNKED * 2, ended))
    for value in (
        "xchunked", "chunked, identity", "identity, chunked", "identity", "gzip, chunked", "chunked, chunked", "chunkedx", "chunked;q=1",
        '"chunked"', "chunked,", ",chunked", "\x0bchunked", "chunked\x0b", "\xa0chunked", "cow", "", "chun ked", "\nchunked", "chunked\x00",
    ):  # fmt: skip
        yield refused(group, f"Transfer-Encoding: {ascii(value)[1:-1]}", post(f"Transfer-Encoding: {value}\r\n", ended))
    for name in (
        "Transfer-Encoding ",
        " Transfer-Encoding",
        "Transfer_Encoding\x00",
        "X: y\nTransfer-Encoding",
        "X: y\rTransfer-Encoding",
    ):
        yield refused(group, f"{ascii(name)[1:-1]}: chunked", post(f"{length}{name}: chunked\r\n", ended))
    yield refused(group, "Transfer-Encoding: chunked in HTTP/1.0", post(CHUNKED, ended, version="HTTP/1.0"))


def _chunks() -> Iterator[Input]:
    group = "chunks that are none (a second request hidden behind them)"
    for shown, body in (
        ("size 0x5", "0x5\r\nabcde\r\n0\r\n\r\n"),
        ("size -5", "-5\r\nabcde\r\n0\r\n\r\n"),
        ("size +5", "+5\r\nabcde\r\n0\r\n\r\n"),
        ("size ' 5'", " 5\r\nabcde\r\n0\r\n\r\n"),
        ("size 5_0", "5_0\r\nabcde\r\n0\r\n\r\n"),
        ("no size", "\r\nabcde\r\n0\r\n\r\n"),
        ("size xyz", "xyz\r\nabcde\r\n0\r\n\r\n"),
        ("a size of 16 digits", f"{'F' * 16}\r\nabcde\r\n0\r\n\r\n"),
        ("a size of 17 digits that overflows to 5", "10000000000000005\r\nabcde\r\n0\r\n\r\n"),
        ("a size of 400 zeros and 5", f"{'0' * 400}5\r\nabcde\r\n0\r\n\r\n"),
        ("a line that ends in LF", "5\nabcde\r\n0\r\n\r\n"),
        ("an extension with LF in it", "5;a\nb\r\nabcde\r\n0\r\n\r\n"),
        ("an extension with CR in it", "5;a\rb\r\nabcde\r\n0\r\n\r\n"),
        ("an extension of 300 bytes", f"5;{'a' * 300}\r\nabcde\r\n0\r\n\r\n"),
        ("an extension with NUL", "5;a\x00\r\nabcde\r\n0\r\n\r\n"),
        ("a chunk longer than it says", "2\r\nabcde\r\n0\r\n\r\n"),
        ("two other bytes instead of CR LF after a chunk", "5\r\nabcdeXX0\r\n\r\n"),
        ("LF alone after a chunk", "5\r\nabcde\n0\r\n\r\n"),
        ("LF LF after the last chunk", "5\r\nabcde\r\n0\n\n"),
        ("trailers", "5\r\nabcde\r\n0\r\nX-A: b\r\n\r\n"),
        ("a trailer Content-Length", "5\r\nabcde\r\n0\r\nContent-Length: 5\r\n\r\n"),
        ("a request instead of the end", f"5\r\nabcde\r\n0\r\n{HIDDEN}"),
    ):
        # Where nothing takes a body, it is refused before anybody looks into it.
        yield Input(group, shown, (post(CHUNKED, body + HIDDEN),), (400,), (405,))


def _hidden() -> Iterator[Input]:
    group = "a second request in the body of one that is refused"
    length = f"Content-Length: {len(HIDDEN)}\r\n"
    yield refused(group, "POST of another site's page", post(f"Origin: https://evil.example\r\n{length}", HIDDEN), 403)
    foreign = post(length, HIDDEN).replace(b"Host: GATE", b"Host: evil.example", 1)
    yield refused(group, "POST with a foreign Host", foreign, 421)
    yield refused(group, "POST with a bad X-Request-Timeout", post(f"X-Request-Timeout: x\r\n{length}", HIDDEN))
    yield refused(group, "POST to a path that is not there", post(length, HIDDEN, target="/nowhere"), 404)
    yield refused(group, "Expect: something", post(f"Expect: something\r\n{length}", HIDDEN), 417)
    yield Input(group, "POST that nothing takes, with Expect: 100-continue, and sent at once",
                (post(f"Expect: 100-continue\r\n{length}", HIDDEN),), (200,), (405,), answers=2)  # fmt: skip
    body = "a" * 200_000
    yield Input(group, "200 KB and then a request, chunked",
                (post(CHUNKED, f"{len(body):x}\r\n{body}\r\n0\r\n\r\n") + b"GARBAGE",), (200,), (405,), answers=2)  # fmt: skip


def _large() -> Iterator[Input]:
    group = "bodies larger than is taken (here 1 MB, and 4 MB below the mount)"
    yield Input(
        group, "Content-Length: 999999999999, and nothing", (post("Content-Length: 999999999999\r\n"),), (413,), (405,)
    )
    yield Input(
        group,
        "Content-Length of 5 MB, and all of it",
        (post(f"Content-Length: {5 * MEGABYTE}\r\n", bytes(5 * MEGABYTE)),),
        (413,),
        (405,),
    )
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    yield Input(group, "chunks without end", (post(CHUNKED),), (408, 413), (405,), endless=chunk, every_seconds=0.02)
    yield Input(
        group,
        "chunks of one byte without end",
        (post(CHUNKED),),
        (408, 413),
        (405,),
        endless=b"1\r\na\r\n" * 5_000,
        every_seconds=0.02,
    )
    yield Input(
        group,
        "one chunk of 1 PB",
        (post(CHUNKED, b"4000000000000\r\n"),),
        (413,),
        (405,),
        endless=bytes(65_536),
        every_seconds=0.02,
    )


def _json() -> Iterator[Input]:
    group = "JSON to GraphQL, which the gateway looks into"
    for shown, body in (
        ("1 MB of [", b"[" * (MEGABYTE - 100)),
        ("1 MB of {a:", b'{"a":' * ((MEGABYTE - 100) // 5)),
        ("deep lists, closed", b"[" * 100_000 + b"]" * 100_000),
        ("the same key twice", b'{"query":"{a}","query":"mutation {b}"}'),
        ("NaN", b'{"query": NaN}'),
        ("Infinity and 1e999", b'{"query": [Infinity, 1e999, -1e999]}'),
        ("a number of 100,000 digits", b'{"query": ' + b"9" * 100_000 + b"}"),
        ("bytes that are no UTF-8", b'{"query": "\xff\xfe\xc3\x28"}'),
        ("half a surrogate pair", b'{"query": "\\ud800"}'),
        ("UTF-16", '{"query":"{a}"}'.encode("utf-16")),
        ("NUL", b"\x00" * 1_000),
        ("nothing", b""),
        ("a query of 900 KB", b'{"query":"' + b"{a " * 300_000 + b'"}'),
        ("a query of 200,000 braces", b'{"query":"' + b"{" * 200_000 + b'"}'),
        ("a query of comments and commas", b'{"query":"' + b"#,\\n" * 200_000 + b'"}'),
        ("a batch of 50,000", b"[" + b",".join([b'{"query":"{a}"}'] * 50_000) + b"]"),
        ("100,000 keys", b"{" + b",".join(b'"k%d":1' % at for at in range(90_000)) + b"}"),
    ):
        sent = post(f"{JSON}Content-Length: {len(body)}\r\nConnection: close\r\n", body, target="GRAPHQL")
        yield Input(group, shown, (sent,), (200, 400, 403, 405, 413), (405,))
