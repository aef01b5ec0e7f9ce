"""An answer as bytes: which lines go out, when they are written anew, and who gets 304."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from multidict import CIMultiDict

from app.api.written import JsonAnswer, WrittenAnswer, WrittenResponse, timed_fields, told_by
from app.call import Call, Exchange
from tests.unit.api.test_answer_memory import NOW, FakeSource

BODY = b'{"name":"rocket"}'
LINK = '<http://a/b?page=2>; rel="next"'


def asked(*if_none_match: str, method: str = "GET") -> Any:
    return SimpleNamespace(method=method, headers=CIMultiDict(("If-None-Match", line) for line in if_none_match))


def head_of(response: WrittenResponse) -> list[str]:
    """The lines that Sanic writes, with the fields that it and the edge set."""
    response.headers["X-Request-ID"] = "mine"
    response.headers["connection"] = "keep-alive"
    return b"\r\n".join(b": ".join(pair) for pair in response.processed_headers).decode("latin-1").split("\r\n")


class TestJsonAnswer:
    def test_its_lines_are_these_and_no_others(self) -> None:
        answer = JsonAnswer(BODY, LINK)

        response = answer.response(asked(), timed_fields("headgate; hit", [FakeSource()], NOW))

        assert (response.status, response.body) == (200, BODY)
        assert head_of(response) == [
            "content-type: application/json",
            f"content-length: {len(BODY)}",
            f"etag: {answer.etag}",
            "cache-control: private, no-cache",
            f"link: {LINK}",
            "cache-status: headgate; hit; ttl=60",
            "age: 0",
            "x-request-id: mine",
            "connection: keep-alive",
        ]

    def test_without_neighbours_there_is_no_link(self) -> None:
        assert not any(line.startswith("link") for line in head_of(JsonAnswer(BODY).response(asked(), b"")))

    def test_its_tag_is_strong_and_of_its_body_alone(self) -> None:
        tags = {JsonAnswer(body, link).etag for body in (b"1", b"2") for link in (None, LINK)}
        assert len(tags) == 2
        assert all(tag.startswith('"') and tag.endswith('"') and len(tag) == 34 for tag in tags)

    def test_who_has_it_gets_its_lines_without_those_of_the_body(self) -> None:
        answer = JsonAnswer(BODY, LINK)

        response = answer.response(asked(answer.etag), b"\r\nage: 3")

        assert (response.status, response.body) == (304, b"")
        assert head_of(response) == [
            f"etag: {answer.etag}",
            "cache-control: private, no-cache",
            f"link: {LINK}",
            "age: 3",
            "x-request-id: mine",
            "connection: keep-alive",
        ]

    @pytest.mark.parametrize(
        ("lines", "status"),
        [
            (['"x"'], 200),
            (['"x", {tag}'], 304),
            (['"x"', "{tag}"], 304),
            (["W/{tag}"], 304),
            ([" {tag} ,"], 304),
            (["*"], 304),
            ([""], 200),
            (['"*"'], 200),
            (["W/"], 200),
        ],
    )
    def test_any_tag_of_any_line_counts_by_weak_comparison(self, lines: list[str], status: int) -> None:
        answer = JsonAnswer(BODY)
        assert answer.response(asked(*(line.format(tag=answer.etag) for line in lines)), b"").status == status

    @pytest.mark.parametrize(("method", "status"), [("GET", 304), ("HEAD", 304), ("DELETE", 200), ("POST", 200)])
    def test_what_was_done_is_told_whatever_the_caller_has(self, method: str, status: int) -> None:
        answer = JsonAnswer(BODY)
        assert answer.response(asked(answer.etag, method=method), b"").status == status

    def test_its_size_covers_its_body(self) -> None:
        assert JsonAnswer(b"x" * 5_000).size_bytes - JsonAnswer(b"").size_bytes == 5_000


class TestWrittenAnswer:
    def test_is_given_as_it_is(self) -> None:
        answer = WrittenAnswer(404, b"no", (b"content-type", b"text/plain\r\nx-more: 1"))

        response = answer.response(asked("*"), b"\r\nvia: 1.1 headgate")

        assert (response.status, response.body) == (404, b"no")
        assert head_of(response)[:3] == ["content-type: text/plain", "x-more: 1", "via: 1.1 headgate"]

    def test_the_lines_of_the_moment_are_written_once_a_second(self) -> None:
        @dataclass
        class Counting:
            written: list[float] = field(default_factory=list)

        counting = Counting()

        class Answer(WrittenAnswer):
            __slots__ = ()

            def said(self, sources: Any, now: float) -> bytes:
                counting.written.append(now)
                return super().said(sources, now)

        answer, sources = Answer(200, BODY, (b"a", b"b")), (FakeSource(),)

        lines = [answer.lines(sources, NOW + tenths / 10) for tenths in (0, 3, 9, 10, 19, 35)]

        assert counting.written == [NOW, NOW + 1, NOW + 3.5]
        assert [int(line.rpartition(b"age: ")[2]) for line in lines] == [0, 0, 0, 1, 1, 3]

    def test_and_whenever_it_stands_on_other_replies(self) -> None:
        answer = WrittenAnswer(200, BODY, (b"a", b"b"))

        one, other = (answer.lines((FakeSource(NOW + seconds),), NOW) for seconds in (10, 20))

        assert (one, other) == (
            b"\r\ncache-status: headgate; hit; ttl=10\r\nage: 0",
            b"\r\ncache-status: headgate; hit; ttl=20\r\nage: 0",
        )


class TestTimedFields:
    @pytest.mark.parametrize(
        ("sources", "lines"),
        [
            ([FakeSource(NOW + 60, NOW)], "ttl=60\r\nage: 0"),
            ([FakeSource(NOW + 60, NOW - 7.9)], "ttl=60\r\nage: 7"),
            ([FakeSource(NOW + 0.5, NOW - 0.5)], "ttl=0\r\nage: 0"),
            ([FakeSource(NOW - 0.5, NOW - 60)], "ttl=-1\r\nage: 60"),
            ([FakeSource(NOW + 9, NOW - 1), FakeSource(NOW + 5, NOW - 30)], "ttl=5\r\nage: 30"),
            ([FakeSource(NOW + 9, NOW - 1), None], "ttl=9\r\nage: 1"),
            ([FakeSource(NOW + 60, NOW + 100)], "ttl=60\r\nage: 0"),
        ],
    )
    def test_the_oldest_tells_the_age_and_the_first_to_end_the_freshness(
        self, sources: list[FakeSource | None], lines: str
    ) -> None:
        assert timed_fields("headgate; hit", sources, NOW) == f"\r\ncache-status: headgate; hit; {lines}".encode()

    @pytest.mark.parametrize("sources", [(), (None, None)])
    def test_what_no_cache_remembers_has_no_age(self, sources: tuple[None, ...]) -> None:
        assert timed_fields("headgate; fwd=bypass", sources, NOW) == b"\r\ncache-status: headgate; fwd=bypass"

    def test_where_the_cache_had_no_part_it_says_nothing(self) -> None:
        assert timed_fields("", (), NOW) == b""


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([], ""),
        ([""], ""),
        (["headgate; hit"], "headgate; hit"),
        (
            ["headgate; hit", "headgate; fwd=stale; fwd-status=304; stored"],
            "headgate; fwd=stale; fwd-status=304; stored",
        ),
        (["", "headgate; fwd=uri-miss", "headgate; fwd=stale"], "headgate; fwd=uri-miss"),
        (["headgate; hit", "headgate; hit"], "headgate; hit"),
    ],
)
def test_the_first_question_that_went_further_is_told(told: list[str], said: str) -> None:
    call = Call(exchanges=[Exchange("github", "GET", 200, "reply", 0.1, cache) for cache in told])
    assert told_by(call) == said


def test_a_status_that_nobody_has_registered_goes_out_again_as_it_did_at_first() -> None:
    response = WrittenAnswer(299, b"{}", (b"content-length", b"2")).response(asked(), b"")

    written = response.whole("mine", keep_alive=True, bodiless=False)

    assert written.startswith(b"HTTP/1.1 299 UNKNOWN\r\ncontent-length: 2\r\n")
    assert written.endswith(b"\r\n\r\n{}")
