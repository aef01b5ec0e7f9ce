"""What the journal is told of a request."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from app.api.admission import Admitted
from app.api.noting import LEFT, outcome_of, served
from app.call import Call, Exchange
from app.callers.caller import Caller
from app.callers.key import new_key
from app.trace import TraceContext

NOW = 1_800_000_000.0


def test_a_key_in_a_path_is_not_noted() -> None:
    request = Request(raw_url=f"/github/{new_key()}/x".encode())

    assert served(request, Call("r1"), None, NOW).path == "/[a key]"


@dataclass
class Request:
    admitted: Admitted = field(default_factory=lambda: Admitted(Caller("ci")))
    began: float = 0.0
    problem_code: str = ""
    sent_bytes: int = 0
    request_id: str = "r1"
    method: str = "GET"
    raw_url: bytes = b"/api/v1/repos/acme/rocket?token=secret"
    peer: str = "127.0.0.1"
    template: str = "/api/v1/repos/<owner>/<repo>"


@pytest.mark.parametrize(
    ("told", "code", "status", "asked", "outcome"),
    [
        ("headgate; hit", "", 200, True, "hit"),
        ("headgate; hit; detail=upstream_timeout", "", 200, True, "stale"),
        ("headgate; hit", "not_found", 404, True, "hit"),
        ("headgate; fwd=uri-miss; fwd-status=200; stored", "", 200, True, "miss"),
        ("headgate; fwd=uri-miss; fwd-status=404", "", 404, True, "miss"),
        ("headgate; fwd=uri-miss; fwd-status=500", "", 500, True, "failed"),
        ("headgate; fwd=stale; fwd-status=304; stored", "", 200, True, "revalidated"),
        ("headgate; fwd=stale; fwd-status=200; stored", "", 200, True, "miss"),
        ("headgate; fwd=stale; fwd-status=502", "", 200, True, "stale"),
        ("headgate; fwd=stale; detail=upstream_unreachable", "", 200, True, "stale"),
        ("headgate; fwd=stale; fwd-status=502", "", 502, True, "failed"),
        ("headgate; fwd=uri-miss; fwd-status=200; stored; collapsed", "", 200, True, "collapsed"),
        ("headgate; fwd=bypass; fwd-status=201", "", 201, True, "bypass"),
        ("headgate; fwd=method", "", 200, True, "bypass"),
        ("", "upstream_unreachable", 502, True, "failed"),
        ("", "upstream_quota_spent", 429, True, "failed"),
        ("", "key_rejected", 401, False, "refused"),
        ("", "", 200, False, "-"),
    ],
)
def test_the_outcome(told: str, code: str, status: int, asked: bool, outcome: str) -> None:
    assert outcome_of(told, code, status, asked=asked) == outcome


def test_what_is_no_longer_fresh_is_stale() -> None:
    assert outcome_of("headgate; hit", "", 200, asked=True, is_stale=True) == "stale"


class TestSaved:
    """What the cache has spared the quota."""

    @staticmethod
    def saved(points: int, *exchanges: Exchange) -> tuple[int, int]:
        record = served(Request(), Call(exchanges=[*exchanges], points=points), SimpleNamespace(status=200), NOW)
        return record.points, record.saved

    def test_an_answer_of_two_replies_from_memory(self) -> None:
        hit = Exchange("github", "GET", 200, "reply", 0.0, "headgate; hit")
        assert self.saved(0, hit, hit) == (0, 2)

    def test_one_that_upstream_says_still_holds(self) -> None:
        renewed = Exchange("github", "GET", 200, "reply", 0.1, "headgate; fwd=stale; fwd-status=304; stored")
        assert self.saved(0, renewed) == (0, 1)
        assert self.saved(1, renewed) == (1, 0), "where it has cost a point all the same"

    def test_nothing_by_a_miss(self) -> None:
        missed = Exchange("github", "GET", 200, "reply", 0.1, "headgate; fwd=uri-miss; fwd-status=200; stored")
        assert self.saved(1, missed) == (1, 0)


def test_a_record_holds_no_query_and_says_who_and_where() -> None:
    call = Call(trace=TraceContext("ab" * 16, "cd" * 8))
    record = served(Request(), call, None, NOW)
    assert (record.path, record.status, record.caller) == ("/api/v1/repos/acme/rocket", LEFT, "ci")
    assert record.trace_id == "ab" * 16
    assert "secret" not in repr(record)


@pytest.mark.parametrize(
    ("raw_url", "path"), [(b"/a#access_token=secret", "/a"), (b"/a?b#secret", "/a"), (b"http://me:secret@x/a", "/a")]
)
def test_a_record_holds_neither_a_fragment_nor_a_user(raw_url: bytes, path: str) -> None:
    assert served(Request(raw_url=raw_url), Call(), None, NOW).path == path


def test_a_method_that_somebody_made_up_is_not_told() -> None:
    assert served(Request(method="UPDATEREDIRECTREF"), Call(), None, NOW).method == "UPDATEREDIRECTREF"
    assert served(Request(method="GHP_0123456789ABCDEF"), Call(), None, NOW).method == "OTHER"


def test_what_was_sent_of_a_stream_or_of_a_body() -> None:
    whole = SimpleNamespace(status=200, body=b"12345")
    assert served(Request(), Call(), whole, NOW).sent_bytes == 5
    assert served(Request(method="HEAD"), Call(), whole, NOW).sent_bytes == 0
    assert served(Request(sent_bytes=9), Call(), SimpleNamespace(status=200), NOW).sent_bytes == 9
