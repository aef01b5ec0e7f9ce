"""Who asks the gateway, and in which words the bench tells what came back."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy

from tests.faults.profile import SECRET
from tests.faults.scene import languages

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how it ended.

    Attributes:
        status: The HTTP status; None: there was no answer.
        headers: Its fields.
        body: Its body, or what came of it.
        ending: `whole`; `left`: the caller had enough; `broken off`; `silence`: it gave up waiting.
        seconds: Until the end, but for a body that was left: until its first byte.
    """

    status: int | None
    headers: CIMultiDictProxy[str]
    body: bytes
    ending: str
    seconds: float


async def asked(url: str, most_bytes: int, within_seconds: float | None = None) -> Answer:
    """Asks once, on a connection of its own, and takes at most so much of a body.

    Args:
        url: Of what.
        most_bytes: How much.
        within_seconds: What it says in `X-Request-Timeout`; None: nothing.
    """
    said = {} if within_seconds is None else {"X-Request-Timeout": f"{within_seconds:g}"}
    started = time.monotonic()
    body = bytearray()
    first_at = None
    status, headers = None, CIMultiDictProxy[str](CIMultiDict())
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session:
        try:
            async with session.get(url, headers=said, allow_redirects=False) as response:
                status, headers = response.status, response.headers
                async for piece in response.content.iter_any():
                    first_at = first_at or time.monotonic()
                    body += piece
                    if len(body) >= most_bytes:
                        return Answer(status, headers, bytes(body), "left", first_at - started)
                ending = "whole"
        except TimeoutError:
            ending = "silence"
        except aiohttp.ClientError:
            ending = "broken off"
    return Answer(status, headers, bytes(body), ending, time.monotonic() - started)


def typed(repo: str, version: int) -> bytes:
    """What the typed API makes of `languages`."""
    answer = {"items": [{"name": repo, "bytes": version, "share": 1.0}], "next": None, "previous": None}
    return json.dumps(answer, separators=(",", ":")).encode()


def is_stale(answer: Answer) -> bool:
    """Whether the answer says that it is old: upstream was asked in vain (RFC 9211 section 2.2), or not at all."""
    status = answer.headers.get("Cache-Status", "")
    in_vain = "; fwd=stale" in status and "; stored" not in status
    return in_vain or ("; hit" in status and "; ttl=-" in status)


def words_for(answer: Answer, repo: str, version: int, sent: tuple[int, bytes] | None, *, mount: bool) -> str:
    """What the answer is, in a few words: the same in what is expected, in what is found and in the table.

    Args:
        repo: What was asked for.
        version: What upstream has to say now; what it said before is one less.
        sent: The status and the body that a fault sent.
    """
    if answer.status is None:
        return f"no answer ({answer.ending})"
    told = str(answer.status)
    if any(SECRET in text for text in (answer.body.decode("latin-1"), *answer.headers.values())):
        return f"{told} with the credential in it"
    if answer.ending in {"broken off", "silence"}:
        return f"{told} {answer.ending}"
    if answer.ending == "left":
        return f"{told} stream"
    if (code := _code(answer)) is not None:
        return f"{told} {code}"
    right = languages if mount else typed
    if answer.body == right(repo, version) and answer.status == 200:
        return told
    if answer.body == right(repo, version - 1) and answer.status == 200:
        return f"{told} stale" if is_stale(answer) else f"{told} old, unmarked"
    if sent == (answer.status, answer.body):
        return f"{told} as sent"
    return f"{told} with another body ({len(answer.body)} bytes)"


def _code(answer: Answer) -> str | None:
    """What the gateway calls its own error, in whichever form it tells it: problem+json, or on a mount its upstream's."""
    if answer.status is None or answer.status < 400 or "json" not in answer.headers.get("Content-Type", ""):
        return None
    with suppress(ValueError):
        told = json.loads(answer.body)
        return told.get("code") if isinstance(told, dict) else None
    return None
