"""Heads of requests that are none, too large, or made to deceive."""

from collections.abc import Iterator

from tests.hostile.inputs import CLOSED, HIDDEN, Input, get, post, refused, taken

HOST = "Host: GATE\r\nConnection: close\r\n"


def rows() -> Iterator[Input]:
    yield from _lines()
    yield from _fields()
    yield from _oversize()
    yield from _targets()
    yield from _hosts()
    yield from _no_http()
    yield from _floods()
    yield from _forged()


def _lines() -> Iterator[Input]:
    group = "request lines that are none"
    rest = f"{HOST}\r\n"
    for line in (
        "GET PATH",
        "GET  PATH HTTP/1.1",
        "GET PATH HTTP/1.1 ",
        "GET\tPATH\tHTTP/1.1",
        " GET PATH HTTP/1.1",
        "GET PATH HTTP/1.2",
        "GET PATH HTTP/2.0",
        "GET PATH HTTP/0.9",
        "GET PATH HTTP/1.1.1",
        "GET PATH http/1.1",
        "GET PATH HTTP/1.10",
        "GET PATH HTTPS/1.1",
        "G(T PATH HTTP/1.1",
        "GET\x00 PATH HTTP/1.1",
        "GET PATH\x00 HTTP/1.1",
        "GET PATH\x01 HTTP/1.1",
        "GET PATH#HIDDEN HTTP/1.1",
        "PATH HTTP/1.1",
        "GET",
        "",
    ):
        yield refused(
            group, _seen(line) or "(empty, twice)", f"{line}\r\n{rest}".encode("latin-1") if line else b"\r\n\r\n\r\n"
        )
    yield taken(group, "(one empty line before a request)", b"\r\n" + get())
    for name, end in (("LF", "\n"), ("CR", "\r"), ("LF CR", "\n\r")):
        head = get().decode().replace("\r\n\r\n", "\r\n", 1)
        sent = head.replace("\r\n", end) + f"{end}X: y\r\n\r\n"
        yield refused(group, f"lines that end in {name}", sent.encode())
    yield refused(group, "one line that ends in LF alone", get("A: b\nC: d\r\n"))


def _fields() -> Iterator[Input]:
    group = "fields that are none"
    for field in (
        "Content-Length : 0",
        "Transfer-Encoding : chunked",
        "X-A : b",
        "X-A\t: b",
        " X-A: folded",
        "\tX-A: folded",
        "X-A: b\r\n folded",
        "X-A: b\r\n\tfolded",
        "no colon",
        ": no name",
        ":",
        "X A: b",
        "X(A): b",
        'X"A: b',
        "X\x00A: b",
        "X-A: b\x00c",
        "X-A: b\x01c",
        "X-A: b\x7fc",
        "X-A: b\rc",
        "X-A: b\nc",
        "X-A: b\rHost: EVIL",
        "X-A: b\n\nGET HIDDEN HTTP/1.1",
        "X-\xe9: b",
        "\xef\xbb\xbfX-A: b",
    ):
        yield refused(group, _seen(field), get(f"{field}\r\n"))
    for field in (
        "X-A: \xff\xfe\xfd",
        "X-A: \xc3\x28",
        "X-A: \xed\xa0\x80",
        "User-Agent: \xe2\x80\xa8",
        "X-A:",
        "X-A:\t b \t",
    ):
        yield Input(group, _seen(field), (get(f"{field}\r\n"),), (200, 400), (200,))
    for name in ("Accept", "Accept-Language", "Cookie", "Referer", "Origin", "If-None-Match", "Via", "Cache-Control"):
        yield Input(
            group,
            f"{name}: and bytes that are no UTF-8",
            (get(f"{name}: \xff\xc3\x28\xed\xa0\x80\r\n"),),
            (200, 400),
            (200,),
        )
    for name in ("Authorization", "X-Request-ID", "traceparent", "tracestate", "Range", "Forwarded", "X-Forwarded-For"):
        yield Input(
            group,
            f"{name}: and bytes that are no UTF-8",
            (get(f"{name}: \xff\xc3\x28\xed\xa0\x80\r\n"),),
            (200, 400),
            (200,),
        )
    for name in ("X-Request-Timeout", "X-Request-Class"):
        yield refused(group, f"{name}: and bytes that are no UTF-8", get(f"{name}: \xff\xc3\x28\r\n"))
        yield refused(group, f"{name}, twice", get(f"{name}: 1\r\n{name}: 1\r\n"))
    for value in (
        "nan",
        "inf",
        "-1",
        "0",
        "1e999999",
        "\u0661".encode().decode("latin-1"),
        "0x10",
        "1_0",
        "9" * 4_000 + "x",
    ):
        yield refused(group, _seen(f"X-Request-Timeout: {value}"), get(f"X-Request-Timeout: {value}\r\n"))


def _oversize() -> Iterator[Input]:
    group = "more than is taken"
    yield refused(group, "a URL of 9,000 bytes", get(target="PATH&" + "a" * 9_000), 414)
    yield refused(group, "a URL of 20,000 bytes", get(target="PATH&" + "a" * 20_000), 414)
    yield refused(group, "a URL of 4 MB", get(target="PATH&" + "a" * 4_000_000), 414)
    yield refused(group, "a field of 20,000 bytes", get(f"X-A: {'a' * 20_000}\r\n"), 431)
    yield refused(group, "a field of 4 MB", get(f"X-A: {'a' * 4_000_000}\r\n"), 431)
    yield refused(group, "a name of 20,000 bytes", get(f"{'a' * 20_000}: b\r\n"), 431)
    yield refused(group, "101 fields", get("".join(f"X-{at}: b\r\n" for at in range(101))), 431)
    yield refused(group, "1,000 fields of one name", get("X-A: b\r\n" * 1_000), 431)
    yield refused(group, "100,000 fields", get("".join(f"X-{at}: b\r\n" for at in range(100_000))), 431)
    yield refused(group, "a cookie of 15,000 bytes, twice", get(f"Cookie: {'a=b; ' * 3_000}\r\n" * 2), 431)
    yield refused(
        group,
        "a head without an end",
        b"GET PATH HTTP/1.1\r\nHost: GATE\r\n",
        431,
        endless=b"X-A: b\r\n" * 1_000,
    )
    yield refused(group, "a request line without an end", b"GET PATH", 414, endless=b"a" * 10_000)


def _targets() -> Iterator[Input]:
    group = "targets and methods"
    for target in (
        "//evil.example/x",
        "/..",
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/./",
        "/%00",
        "/%ff%fe",
    ):
        yield Input(group, f"GET {target}", (get(target=target),), (400, 404), (400, 404))
    yield Input(group, "GET //", (get(target="//"),), (200,), (200,))  # the dashboard, which is the same for everybody
    for target in (
        "PATH&%ff=%fe",
        "PATH&a=%c3%28",
        "PATH&%00=%00",
        "PATH&%zz",
        "PATH&%",
        "PATH&&&&==&",
        "PATH&a[]=1&a[b]=2",
    ):
        yield Input(group, f"GET {target}", (get(target=target),), (200,), (400,))
    yield refused(group, "GET PATH and bytes that are no ASCII", get(target="PATH&\xff\xc3\xa9"))
    yield taken(group, "GET http://GATE and a path", get(target="http://GATEPATH"))
    yield refused(group, "GET ftp://GATE and a path", get(target="ftp://GATEPATH"))
    yield refused(group, "GET http://user@GATE and a path", get(target="http://user@GATEPATH"))
    for target in (
        "http://",
        "http:///",
        "https://[::1",
        "GATE",
        "evil.example:443",
        "?",
        "#",
        "**",
        "javascript:alert(1)",
    ):
        yield refused(group, f"GET {target}", get(target=target))
    yield refused(group, "CONNECT evil.example:443", get(target="evil.example:443", method="CONNECT"))
    yield taken(group, "OPTIONS *", get(target="*", method="OPTIONS"), 204, 204)
    for method in ("CONNECT", "TRACE", "TRACK", "DEBUG", "get", "PRI", "X" * 1_000):
        mounted = 200 if method in {"TRACK", "DEBUG", "PRI"} else 405
        yield taken(group, f"{method[:20]} on a resource", get(method=method), mounted, 405)
    for field in (
        "X-HTTP-Method-Override: DELETE",
        "X-HTTP-Method: DELETE",
        "X-Original-URL: /HIDDEN",
        "X-Rewrite-URL: HIDDEN",
    ):
        yield taken(group, field, get(f"{field}\r\n"))


def _hosts() -> Iterator[Input]:
    group = "who is asked, and on whose behalf"
    line = "GET PATH HTTP/1.1\r\nConnection: close\r\n"
    yield refused(group, "no Host", f"{line}\r\n".encode())
    yield refused(group, "two Hosts", f"{line}Host: GATE\r\nHost: GATE\r\n\r\n".encode())
    yield refused(group, "two Hosts, one foreign", f"{line}Host: GATE\r\nHost: evil.example\r\n\r\n".encode())
    for host in (
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "user@localhost",
        "localhost@evil.example",
        "localhost, evil.example",
        "localhost/evil",
        "",
        " ",
        "[::1",
        "127.0.0.1:port",
        "0x7f.1",
        "\xff\xfe",
        "a" * 5_000,
    ):
        yield refused(group, _seen(f"Host: {host}"), f"{line}Host: {host}\r\n\r\n".encode("latin-1"), 421)
    yield taken(group, "no Host in HTTP/1.0", b"GET PATH HTTP/1.0\r\n\r\n")
    for field in ("Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Origin: null"):
        body = "{}"
        sent = post(f"{field}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n", body)
        yield refused(group, f"POST with {field}", sent, 403)


def _no_http() -> Iterator[Input]:
    group = "no HTTP/1.1"
    hello = (
        bytes.fromhex("16030100c8010000c40303")
        + bytes(range(32))
        + b"\x20"
        + bytes(32)
        + b"\x00\x02\x13\x01\x01\x00\r\n\r\n"
    )
    yield refused(group, "a ClientHello of TLS", hello)
    yield refused(group, "a ClientHello of TLS, and nothing more", hello[:-4], 408)
    yield refused(group, "the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
    yield refused(group, "HTTP/0.9", b"GET PATH\r\n\r\n")
    yield refused(group, "another protocol", b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    yield refused(group, "a mail", b"EHLO evil.example\r\nMAIL FROM:<a@b>\r\n\r\n")
    noise = bytes((at * 167 + 13) % 256 for at in range(4_096)).replace(b"\r\n\r\n", b"")
    yield refused(group, "4 KB of noise and an empty line", noise + b"\r\n\r\n")
    yield refused(group, "64 KB of noise", noise * 16, 414, 431)
    yield refused(group, "64 KB of NUL", bytes(65_536), 414)
    yield Input(group, "nothing, and leaves", (), (CLOSED,), (CLOSED,), leaves=True)
    yield Input(group, "half a head, and leaves", (b"GET PATH HT",), (CLOSED,), (CLOSED,), leaves=True)
    yield taken(group, "Upgrade: websocket", get("Upgrade: websocket\r\nSec-WebSocket-Key: a\r\n"), 501, 200)
    yield taken(group, "Upgrade: h2c", get("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"), 200, 200)
    yield refused(
        group,
        "a good request, and noise",
        get().replace(b"close", b"keep-alive") + noise[:100] + b"\r\n\r\n",
        200,
        answers=2,
    )
    yield refused(
        group,
        "a good request, and a hidden one in a bad line",
        get().replace(b"close", b"keep-alive") + b"x" + HIDDEN.encode(),
        200,
        answers=2,
    )


def _floods() -> Iterator[Input]:
    group = "fields that make work"
    ranges = ",".join(f"{at}-{at}" for at in range(1_000))
    yield taken(group, "Range of 1,000 parts", get(f"Range: bytes={ranges}\r\n"))
    tags = ", ".join(f'"{at}"' for at in range(1_600))
    yield taken(group, "If-None-Match of 1,600 tags (as many as a head holds)", get(f"If-None-Match: {tags}\r\n"))
    many = ", ".join(f'"{at}"' for at in range(10_000))
    yield refused(group, "If-None-Match of 10,000 tags", get(f"If-None-Match: {many}\r\n"), 431)
    codings = ", ".join(f"x{at};q=0.{at % 10}" for at in range(1_000))
    yield taken(group, "Accept-Encoding of 1,000 codings", get(f"Accept-Encoding: {codings}\r\n"))
    media = ", ".join(f"a/b{at};q=0.1" for at in range(900))
    yield taken(group, "Accept of 900 types", get(f"Accept: {media}\r\n"))
    yield taken(group, "Accept-Encoding: */*;q=nan, gzip;q=1e999", get("Accept-Encoding: */*;q=nan, gzip;q=1e999\r\n"))
    yield taken(group, "a Cookie of 2,000 pairs", get(f"Cookie: {'a=b; ' * 2_000}\r\n"))
    yield taken(group, "Cache-Control of 1,500 directives", get(f"Cache-Control: {'max-age=1, ' * 1_400}\r\n"))
    yield taken(group, "Cache-Control: max-age of 4,000 digits", get(f"Cache-Control: max-age={'9' * 4_000}\r\n"))
    yield taken(group, "X-Forwarded-For of 1,500 hops", get(f"X-Forwarded-For: {'10.0.0.1, ' * 1_500}\r\n"))
    yield taken(group, "Connection of 3,000 names", get(f"Connection: {'close, ' * 2_000}x\r\n"))
    yield taken(group, "traceparent of 15,000 bytes", get(f"traceparent: {'0' * 15_000}\r\n"))
    yield taken(group, "a quoted string without an end", get('Cache-Control: no-cache="' + "\\" * 10_000 + "\r\n"))
    yield taken(
        group,
        "If-Modified-Since in the year 999999999",
        get("If-Modified-Since: Mon, 01 Jan 999999999 00:00:00 GMT\r\n"),
    )


def _forged() -> Iterator[Input]:
    group = "lines of a log, forged"
    line = '{"level":"error","event":"forged"}'
    for name in ("User-Agent", "X-Request-ID", "Referer", "traceparent"):
        yield taken(group, f"{name}: {line}", get(f"{name}: {line}\r\n"))
        yield refused(
            group, f"{name}: with CR, LF and {line}", get(f"{name}: a\r\n{line}\r\n".replace(":", "", 0)), 200, 400
        )
    yield taken(group, "X-Request-ID of 10 KB", get(f"X-Request-ID: {'a' * 10_000}\r\n"))
    yield taken(group, "X-Request-ID: \\x1b[2J", get("X-Request-ID: %1b[2J\r\n"))
    yield refused(group, "X-Request-ID with ESC", get("X-Request-ID: \x1b[2J\r\n"))
    yield Input(group, "a path with %0a and a forged line", (get(target="PATH&%0aERROR%20forged"),), (200,), (400,))
    yield refused(group, "a path with LF and a forged line", get(target="PATH&\nERROR forged"))
    yield refused(group, "a method that is a forged line", get(method=line))


def _seen(text: str) -> str:
    """With all that cannot be seen escaped, and no longer than a line."""
    shown = "".join(char if " " <= char <= "~" else f"\\x{ord(char):02x}" for char in text)
    return shown if len(shown) <= 60 else f"{shown[:40]}… ({len(text):,} characters)"
