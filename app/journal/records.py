"""The records. Tuples: one is made for every request, also on the path of a hit."""

from typing import NamedTuple


class Served(NamedTuple):
    """A request that was answered, or whose caller has left.

    Attributes:
        at: When it had ended (seconds since the epoch).
        request_id: As in X-Request-ID.
        caller: The name (`Caller.name`); `-` where nobody was recognised.
        peer: The address that the connection comes from.
        method: As the caller gave it.
        route: The template of its route (`/api/v1/repos/<owner>/<repo>`, `/github/*`), which are few; `-` where it has none.
        path: As the caller gave it, without the query, percent-encoded.
        status: Of the answer; 499 where the caller left before one began.
        outcome: What the cache did: `hit`, `revalidated`, `stale`, `collapsed`, `miss`, `bypass` (a write, say); `-` where no
            upstream had a part in it; `refused` (by us, before anything was asked) and `failed` (by an upstream's fault).
        code: Of the problem, where the answer is one (`invalid_request`); else empty.
        points: What it spent of an upstream's quota.
        saved: What it would have spent without the cache.
        seconds: From its head to the end of its answer.
        upstream_seconds: For how long of that it waited for upstreams (0 for a hit).
        sent_bytes: Of the answer's body.
        trace_id: Of its trace, 32 hexadecimal digits; empty where there is none.
    """

    at: float
    request_id: str
    caller: str
    peer: str
    method: str
    route: str
    path: str
    status: int
    outcome: str
    code: str
    points: int
    saved: int
    seconds: float
    upstream_seconds: float
    sent_bytes: int
    trace_id: str


class Asked(NamedTuple):
    """An exchange with an upstream: each attempt, whoever waited for it, also in the background.

    Attributes:
        at: When it had ended (seconds since the epoch).
        request_id: Of the request for which it was made.
        caller: Its caller's name.
        route: Its route.
        upstream: The name in the configuration.
        method: The HTTP method.
        resource: The upstream's name of the quota; `-` where it has none.
        status: Of the reply; None where there was none.
        code: Of the error; empty where there was a reply.
        points: What it spent of the quota.
        seconds: To the end of its body.
    """

    at: float
    request_id: str
    caller: str
    route: str
    upstream: str
    method: str
    resource: str
    status: int | None
    code: str
    points: int
    seconds: float
