"""Keys that are none, sent to a gateway that wants one."""

from base64 import b64encode
from collections.abc import Iterator

from tests.hostile.inputs import HIDDEN, Input, get, post, refused, taken

GROUP = "keys that are none"


def rows() -> Iterator[Input]:
    bad = "hg_" + "A" * 40
    yield Input(GROUP, "a good key", (get("X-API-Key: KEY\r\n"),), (200,), (200,), keyed=True)
    for field in (
        "X-A: no key at all",
        f"Authorization: Bearer {bad}",
        f"Authorization: bearer  {bad}",
        f"Authorization: token {bad}",
        f"X-API-Key: {bad}",
        "X-API-Key:",
        "X-API-Key: hg_",
        "X-API-Key: KEYx",
        "X-API-Key: KEY, KEY",
        "X-API-Key: hg_\xff\xfe\xc3\x28",
        "X-API-Key: hg_\xd9\xa3\xed\xa0\x80",
        f"X-API-Key: hg_{'A' * 15_000}",
        "Authorization:",
        "Authorization: Bearer",
        "Authorization: \xff\xfe",
        f"Authorization: Bearer hg_{'A' * 15_000}",
        "Authorization: Basic",
        "Authorization: Basic !!!!",
        "Authorization: Basic aGdf",
        "Authorization: Basic " + "A" * 10_001,
        f"Authorization: Basic {b64encode(b'x' + bytes([0xFF]) + b':hg_' + bytes([0, 255])).decode()}",
        "Authorization: Basic \xff\xfe",
        "Authorization: Negotiate hg_",
        "Cookie: X-API-Key=KEY",
    ):
        shown = field if len(field) < 60 else f"{field[:36]}… ({len(field):,} characters)"
        shown = "".join(char if " " <= char <= "~" else f"\\x{ord(char):02x}" for char in shown)
        yield refused(GROUP, shown, get(f"{field}\r\n"), 401, keyed=True)
    yield refused(GROUP, "Authorization of 64 KB", get(f"Authorization: Bearer {'A' * 65_536}\r\n"), 431, keyed=True)
    yield refused(GROUP, "a good key in the query", get(target="PATH&access_token=KEY"), 401, keyed=True)
    yield refused(GROUP, "a good key in the path", get(target="/KEY"), 401, keyed=True)
    yield refused(GROUP, "1,000 bad keys in one field", get(f"X-API-Key: {(bad + ', ') * 300}\r\n"), 401, keyed=True)
    yield taken(
        GROUP, "X-API-Key, twice, a good one and a bad one", get(f"X-API-Key: KEY\r\nX-API-Key: {bad}\r\n"), keyed=True
    )
    hidden = f"Content-Length: {len(HIDDEN)}\r\n"
    yield refused(GROUP, "no key, and a request in the body", post(hidden, HIDDEN), 401, keyed=True)
    yield refused(GROUP, "no key, and chunks without end", post("Transfer-Encoding: chunked\r\n"), 401, keyed=True,
                  endless=b"400\r\n" + b"a" * 1024 + b"\r\n", every_seconds=0.02)  # fmt: skip
