"""The rows of one reply, in the order of its life: what is no HTTP, what stalls, what is cut, what never ends."""

import asyncio
import gzip
from collections.abc import Sequence

from tests import faulty_upstream as scripts
from tests.faults import replies
from tests.faults.fault import Fault, Memory, Wait
from tests.faults.profile import ATTEMPTS, MEBIBYTE, Profile
from tests.faults.scene import Act, Scene, beside, playing, well
from tests.faulty_upstream import Connection, Script

DISCONNECTED = "502 upstream_disconnected"
MALFORMED = "502 upstream_reply_malformed"
TIMEOUT = "504 upstream_timeout"
LATE_SECONDS = 0.03
UNPACKING_SECONDS = 0.02
"""For a mebibyte."""
TOO_LARGE = "502 upstream_reply_too_large"


async def well_a_moment_later(scene: Scene) -> None:
    """What comes so late that the next question is on its way already is that one's answer, as far as anybody can tell:
    replies have no names, only an order (RFC 9112 section 9.3.2). The bench asks no sooner.
    """
    await asyncio.sleep(2 * LATE_SECONDS)
    await well(scene)


def rows(profile: Profile) -> Sequence[Fault]:
    return (*_cut(), *_stalling(profile), *_no_http(), *_too_much(profile), *_unreadable(), *_harmless())


def _row(name: str, script: Script, answer: str, wait: Wait = Wait.NOTHING) -> Fault:
    return Fault(name=name, begin=playing(script), answer=answer, wait=wait)


def _cut() -> Sequence[Fault]:
    return (
        _row("closed before the reply", scripts.close_before_reply, DISCONNECTED),
        _row("reset before the reply", scripts.reset_before_reply, DISCONNECTED),
        _row("closed in the headers", scripts.close_in_headers, DISCONNECTED),
        _row("reset in the headers", scripts.reset_in_headers, DISCONNECTED),
        _row("reset after the headers", scripts.reset_after_headers, DISCONNECTED),
        _row("body cut, Content-Length", scripts.cut_by_length, DISCONNECTED),
        _row("body cut, chunked", scripts.cut_by_chunks, DISCONNECTED),
        _row("reset in a body until close", scripts.reset_until_close, DISCONNECTED),
    )


def _stalling(profile: Profile) -> Sequence[Fault]:
    return (
        _row("stall before the headers", scripts.stall_before_reply, TIMEOUT, Wait.READ),
        _row("stall in the headers", scripts.stall_in_headers, TIMEOUT, Wait.READ),
        _row("stall after the headers", scripts.stall_after_headers, TIMEOUT, Wait.READ),
        _row("stall in the body", scripts.stall_in_body, TIMEOUT, Wait.READ),
        _row("headers drip", replies.dripping_headers(profile.drip_seconds), TIMEOUT, Wait.TOTAL),
        _row("body drips", replies.dripping_body(profile.drip_seconds), TIMEOUT, Wait.TOTAL),
        _row("Content-Length too long", replies.too_long_a_length, TIMEOUT, Wait.READ),
        Fault(
            name="stall before the headers, and the caller is in a hurry",
            begin=playing(scripts.stall_before_reply),
            answer="504 deadline_exceeded",
            wait=Wait.READ,
            caller_seconds=profile.read_seconds / 2,
            repeated=False,
        ),
        Fault(
            name="endless 100 Continue",
            begin=playing(scripts.endless_continue),
            answer=f"{TIMEOUT} | {MALFORMED}",  # a gateway may have enough of them sooner
            wait=Wait.TOTAL,
            sooner=True,
        ),
    )


def _no_http() -> Sequence[Fault]:
    return (
        _row("garbage, text", scripts.garbage, MALFORMED),
        _row("garbage, binary", scripts.binary_garbage, MALFORMED),
        _row("Content-Length twice, different", scripts.two_lengths, MALFORMED),
        _row("Content-Length below zero", scripts.negative_length, MALFORMED),
        _row("Content-Length and chunked", scripts.length_and_chunks, MALFORMED),
        _row("bad chunk", scripts.bad_chunk, MALFORMED),
        _row("bad chunk, a moment later", scripts.bad_chunk_later, MALFORMED),
        _row("101 unasked", scripts.switching_protocols, MALFORMED),
        _row("header of 1 MB", scripts.huge_header, MALFORMED),
        _row("10,000 header lines", scripts.many_headers, MALFORMED),
        _row("endless headers", scripts.endless_headers, MALFORMED),
    )


def _too_much(profile: Profile) -> Sequence[Fault]:
    bomb = replies.bomb(2 * profile.decompressed_bytes // MEBIBYTE)

    def endless(name: str, script: Script) -> Fault:
        return Fault(
            name=name,
            begin=playing(script),
            answer=TOO_LARGE,
            mount="200 stream",
            repeated=False,
            memory=Memory.BODY,
        )

    return (
        endless("endless body, chunked", scripts.endless_chunks),
        endless("endless body, until close", scripts.endless_until_close),
        Fault(
            name="endless body, tiny chunks",
            begin=playing(scripts.tiny_chunks),
            answer=f"{TOO_LARGE} | {TIMEOUT}",  # they take so long to read that time may run out first
            mount=f"200 stream | 200 broken off | {TIMEOUT}",
            wait=Wait.TOTAL,
            sooner=True,
            memory=Memory.BODY,
            fewest=1,
            most=ATTEMPTS,
        ),
        Fault(
            name="large body, then reset",
            begin=playing(replies.large(profile.buffered_bytes, Connection.reset)),
            answer=TOO_LARGE,
            mount="200 broken off",
            slow_seconds=replies.TAKING_SECONDS,
            sooner=True,
            repeated=False,
            memory=Memory.BODY,
        ),
        Fault(
            name="large body, then stall",
            begin=playing(replies.large(profile.buffered_bytes, Connection.stall)),
            answer=TOO_LARGE,
            mount="200 broken off",
            wait=Wait.READ,
            slow_seconds=replies.TAKING_SECONDS,
            sooner=True,
            repeated=False,
            memory=Memory.BODY,
        ),
        Fault(
            name="gzip bomb",
            begin=playing(replies.answering("200 OK", bomb, "Content-Encoding: gzip")),
            answer=TOO_LARGE,
            stale=TOO_LARGE,
            mount="200 as sent",
            repeated=False,
            work_seconds=UNPACKING_SECONDS * profile.decompressed_bytes / MEBIBYTE,
            memory=Memory.UNPACKED,
            sent=(200, bomb),
        ),
    )


def _unreadable() -> Sequence[Fault]:
    """Replies that are right as far as HTTP goes, with a body that is not what was promised. A mount relays them.

    Nor is a stale copy shown: upstream says that there is something new, and only above the cache is it seen that nobody
    can read it. The next question goes to upstream all the same.
    """
    cut = gzip.compress(b'{"cut": 1}')[:-8]
    no_gzip = b"this is no gzip at all"

    def row(name: str, script: Script, body: bytes, *, kept_on_mount: bool = False) -> Fault:
        return Fault(
            name=name,
            begin=playing(script),
            answer=MALFORMED,
            stale=MALFORMED,
            mount="200 as sent",
            repeated=False,
            kept_on_mount=kept_on_mount,
            sent=(200, body),
        )

    return (
        row("Content-Length too short", replies.too_short_a_length, replies.TOO_SHORT),
        row("gzip cut", replies.answering("200 OK", cut, "Content-Encoding: gzip"), cut),
        row("gzip that is none", replies.answering("200 OK", no_gzip, "Content-Encoding: gzip"), no_gzip),
        row("200 with a page instead of JSON", replies.showing("200 OK", replies.NO_JSON), replies.NO_JSON),
        row(
            "200 with a page, fresh for a minute",
            replies.showing("200 OK", replies.NO_JSON, "Cache-Control: private, max-age=60, s-maxage=60"),
            replies.NO_JSON,
            kept_on_mount=True,
        ),
    )


def _harmless() -> Sequence[Fault]:
    """What goes wrong beside a reply that is right."""

    def row(name: str, begin: Act) -> Fault:
        return Fault(name=name, begin=begin, answer="200", repeated=False)

    stray = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"stray": true}'
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    return (
        row("100 Continue and 103 first", beside(before=interim)),
        row("garbage after the reply", beside(after=b"<html>and more</html>\r\n\r\n")),
        row("a second reply at once", beside(after=stray)),
        Fault(
            name="a second reply a moment later",
            begin=beside(after=stray, after_seconds=LATE_SECONDS),
            end=well_a_moment_later,
            answer="200",
            repeated=False,
        ),
    )
