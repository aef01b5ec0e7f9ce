"""What the journal is told of a request once it has ended."""

from time import perf_counter
from typing import Any, Final, Protocol

from app.api.admission import Admitted, path_of
from app.api.answer_memory import KnownAnswer
from app.api.presented import stands_in_url
from app.api.written import CACHE, told_by
from app.call import Call
from app.journal.records import Served
from app.trace import TraceContext

LEFT: Final = 499
"""Of a caller who has left before an answer began: no status of HTTP's, but the one that others note, too."""
_HIT: Final = f"{CACHE}; hit"
_LONGEST_METHOD: Final = len("UPDATEREDIRECTREF")
_SAVING: Final = frozenset({"hit", "stale", "collapsed", "revalidated"})


class Ended(Protocol):
    """A request, as far as it is noted."""

    admitted: Admitted
    began: float
    problem_code: str
    sent_bytes: int

    @property
    def request_id(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def raw_url(self) -> bytes: ...
    @property
    def peer(self) -> str: ...
    @property
    def template(self) -> str: ...


def served(request: Ended, call: Call, response: Any, now: float) -> Served:
    """The record of a request.

    Args:
        request: As it was asked.
        call: What was done for it.
        response: Sanic's; None where there was none.
        now: Seconds since the epoch.
    """
    told = told_by(call)
    worth = sum(exchange.worth for exchange in call.exchanges)
    code, status = request.problem_code, LEFT if response is None else response.status
    is_stale = any(source is not None and source.fresh_until <= now for source in call.sources)
    outcome = outcome_of(told, code, status, asked=bool(call.exchanges), is_stale=is_stale)
    return Served(
        now,
        request.request_id,
        request.admitted.caller.name,
        request.peer or "-",
        _shown_method(request.method),
        request.template,
        _shown_path(request.raw_url),
        status,
        outcome,
        code,
        call.points,
        max(0, worth - call.points) if outcome in _SAVING else 0,
        max(0.0, perf_counter() - request.began),  # of what was no request: it never began
        sum(exchange.seconds for exchange in call.exchanges if not exchange.cache.startswith(_HIT)),
        request.sent_bytes or _size(request, response),
        "" if call.trace is None else call.trace.trace_id,
    )


def served_from_memory(
    request: Ended, known: KnownAnswer, response: Any, now: float, trace: TraceContext | None
) -> Served:
    """The record of a request that was answered from memory, for which nothing else was done.

    Args:
        request: As it was asked.
        known: The answer: what it was asked by, and made of, which is what it would have cost.
        response: Sanic's.
        now: Seconds since the epoch.
        trace: Where it stands in one; None: it said nothing of any.
    """
    return Served(
        now,
        request.request_id,
        request.admitted.caller.name,
        request.peer or "-",
        request.method,
        known.route,
        known.path,
        response.status,
        "hit",
        "",
        0,
        len(known.sources),
        perf_counter() - request.began,
        0.0,
        _size(request, response),
        "" if trace is None else trace.trace_id,
    )


def _shown_method(method: str) -> str:
    """Callers may make methods up, and put anything there. No registered one is as long."""
    return method if len(method) <= _LONGEST_METHOD else "OTHER"


def _shown_path(raw_url: bytes) -> str:
    """Without a fragment, too, which no client sends that means well: what comes back from a login stands there."""
    return "/[a key]" if stands_in_url(raw_url) else path_of(raw_url).partition("#")[0]


def outcome_of(told: str, code: str, status: int, *, asked: bool, is_stale: bool = False) -> str:
    """As `Served` has it.

    Args:
        told: What the cache did, as a member of Cache-Status has it (RFC 9211); empty: it had no part in it.
        code: Of the problem that the answer is; empty: it is none.
        status: Of the answer.
        asked: Whether an upstream was to be asked.
        is_stale: Whether what it was made of is no longer fresh.
    """
    if code and not asked:
        return "refused"
    if not told:
        return "failed" if code or status >= 500 else "bypass" if asked else "-"
    if "; collapsed" in told:
        return "collapsed"
    if told.startswith(_HIT):
        return "stale" if is_stale or "; detail=" in told else "hit"
    if "; fwd-status=304" in told:
        return "revalidated"
    if status >= 500:
        return "failed"
    if "; fwd=bypass" in told or "; fwd=method" in told:
        return "bypass"
    if "; fwd=stale" in told and "; stored" not in told and status < 400:
        return "stale"  # upstream failed or refused, and what is stored was given instead
    return "miss"


def _size(request: Ended, response: Any) -> int:
    body = getattr(response, "body", None)
    return len(body) if body and request.method != "HEAD" else 0
