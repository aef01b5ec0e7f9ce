"""Every error that crosses a layer. A stage, client or service raises one of these and nothing foreign.

    HeadgateError
    ├── InvalidRequest             the caller's parameters are at fault; names each
    ├── RequestBodyTooLarge        the caller sends more than is taken
    ├── NotConfigured              the upstream that would answer is not in the configuration
    ├── SessionNotOpen             a request before start-up or after shut-down (a bug of ours)
    ├── CertificateAuthorityUnusable  stops the start: an upstream's private CA cannot be read
    ├── DeadlineExceeded           the caller's own time ran out
    ├── OperatorsOnly              only who runs the gateway may do this
    ├── CrossSiteWrite             a web page of another site asks for a change
    ├── HostNotServed              the name by which the gateway was addressed is not one of its own
    ├── HeadTooLarge               too many header fields, or too long
    ├── UrlTooLong
    ├── KeyRejected                no key, or not a good one
    ├── NotForThisKey              the key does not go so far
    ├── CallerLimited              the caller asks more often than it may
    ├── TooManyAtOnce              the caller has too many requests under way
    ├── ReportNotAffordable        the quota cannot bear what a report would cost
    ├── NotCached                  the caller wants a stored reply or none, and there is none
    ├── PathNotOffered             a path of an upstream that the settings do not offer
    ├── MethodNotOffered           nor by this method; names those by which they do
    ├── NotSupported               the caller insists on what a mount cannot pass on
    └── UpstreamError              names the upstream
        ├── NotAsked               upstream was not asked; tells after how many seconds it may be worth while
        │   ├── CircuitOpen        it failed too often a moment ago
        │   └── QueueFull          too many requests wait for their turn already
        ├── TransportError         no usable reply arrived
        │   ├── Unreachable        refused, unroutable, no connection
        │   │   ├── NameNotResolved
        │   │   ├── TlsFailed
        │   │   └── ProxyFailed
        │   ├── Disconnected       cut off before the reply was whole
        │   ├── UpstreamTimeout    upstream took longer than the settings allow
        │   ├── ReplyTooLarge      past the cap on bytes, as sent or once decompressed
        │   ├── RedirectRefused    a redirect that leaves the origin, loops or never ends
        │   └── MalformedUpstreamReply  not HTTP, not the JSON promised, or a field we need is missing
        └── ReplyError             upstream answered, and the answer is not what was asked for
            ├── NotFound           404: does not exist, or this credential may not see it
            ├── Gone               410
            ├── CredentialRejected 401: the credential is wrong, revoked or expired
            ├── Forbidden          403 that is no limit
            ├── RateLimited        tells after how many seconds to ask again; also where we knew that it would be refused
            │   ├── PrimaryLimit   the quota is spent until its reset
            │   │   ├── QuotaReserved  what is left of it is kept for callers of a higher class
            │   │   └── CallerPointsSpent  what this caller may spend of it in a day is spent
            │   └── SecondaryLimit too much at once
            ├── LegallyUnavailable 451
            ├── Conflict           409 (GitHub: the repository is empty)
            ├── RequestRejected    400, 422: upstream does not accept a parameter
            ├── StillComputing     upstream has not finished preparing its answer
            ├── UpstreamFailed     5xx
            └── UnexpectedReply    any other status

`code` is stable: callers may rely on it (it is the `code` of a problem+json answer). `detail` is safe to show: it
never holds a header, a body or a credential. Which HTTP status a caller sees is decided in `app/api/problems.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


class HeadgateError(Exception):
    """The root. `detail` is one sentence for a person, free of secrets."""

    code: ClassVar[str] = "internal"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def fresh(self) -> Self:
        """The same error for another who waits for the same thing: without traceback, context and cause."""
        error = type(self).__new__(type(self), *self.args)
        error.args = self.args
        error.__dict__.update(self.__dict__)
        return error


@dataclass(frozen=True, slots=True)
class ParameterFault:
    """One parameter that was refused: where it stood (`path`, `query`, `header`), its name, what is wrong with it."""

    place: str
    name: str
    detail: str


class InvalidRequest(HeadgateError):
    """The caller's parameters do not fit; each of them is named."""

    code = "invalid_request"

    def __init__(self, faults: Sequence[ParameterFault]) -> None:
        super().__init__("; ".join(f"{fault.name}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


class RequestBodyTooLarge(HeadgateError):
    """The body is larger than what may be sent to this upstream."""

    code = "request_body_too_large"


class NotConfigured(HeadgateError):
    """This gateway has no upstream that could answer."""

    code = "upstream_not_configured"


class SessionNotOpen(HeadgateError):
    """A request was sent before the worker opened its sessions, or after it closed them."""

    code = "session_not_open"


class CertificateAuthorityUnusable(HeadgateError):
    """At start-up: the file with an upstream's private authority cannot be read, or holds no certificate."""

    code = "certificate_authority_unusable"

    def __init__(self, upstream: str, detail: str) -> None:
        super().__init__(detail)
        self.upstream = upstream


class DeadlineExceeded(HeadgateError):
    """The time that the caller gave ran out before there was an answer."""

    code = "deadline_exceeded"


class OperatorsOnly(HeadgateError):
    """Only who runs the gateway may do this: on its own machine, and through no proxy."""

    code = "operators_only"


class CrossSiteWrite(HeadgateError):
    """A page of another site has made a browser ask for a change."""

    code = "cross_site_write"


class HostNotServed(HeadgateError):
    """The gateway was addressed by a name that is not its own: `Host` (RFC 9110 section 7.2). Whoever runs it names those in
    `server.hosts`.
    """

    code = "host_not_served"


class HeadTooLarge(HeadgateError):
    """The request has more header fields than are taken (RFC 6585 section 5)."""

    code = "head_too_large"


class UrlTooLong(HeadgateError):
    """The URL is longer than what is taken."""

    code = "url_too_long"


class KeyRejected(HeadgateError):
    """A key of this gateway is needed, and there is none with the request that is good. What is wrong with it is not told."""

    code = "key_rejected"


class NotForThisKey(HeadgateError):
    """The key is good, but not for this."""

    code = "not_for_this_key"


class CallerLimited(HeadgateError):
    """The caller asks more often than its key may.

    Args:
        retry_after_seconds: When the next request will be taken.
        told: What the answer says of the limit, as header fields.
    """

    code = "caller_limited"

    def __init__(self, detail: str, retry_after_seconds: float, told: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds
        self.told = told


class TooManyAtOnce(HeadgateError):
    """The caller has as many requests under way as it may."""

    code = "too_many_at_once"

    def __init__(self, detail: str, retry_after_seconds: float) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class ReportNotAffordable(HeadgateError):
    """A report would cost more than is left. It was not begun.

    Args:
        retry_after_seconds: When there will be more.
        estimate: What it would cost, as the answer tells it.
    """

    code = "report_not_affordable"

    def __init__(self, detail: str, retry_after_seconds: float, estimate: object) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds
        self.estimate = estimate


class NotCached(HeadgateError):
    """The caller said `only-if-cached`, and no stored reply may answer (RFC 9111 section 5.2.1.7)."""

    code = "not_cached"


class PathNotOffered(HeadgateError):
    """The settings of this gateway do not offer this path of the upstream."""

    code = "path_not_offered"


class MethodNotOffered(HeadgateError):
    """The settings of this gateway offer this path of the upstream by other methods; `allowed` are those."""

    code = "method_not_offered"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{method} is not offered here; {', '.join(allowed)} are.")
        self.allowed = tuple(allowed)


class NotSupported(HeadgateError):
    """The caller insists on what this gateway cannot pass on: another protocol on the same connection, trailers."""

    code = "not_supported"


class UpstreamError(HeadgateError):
    """Something went wrong between us and `upstream` (the name the configuration gives it)."""

    code = "upstream_error"

    def __init__(self, upstream: str, detail: str) -> None:
        super().__init__(detail)
        self.upstream = upstream


class NotAsked(UpstreamError):
    """Upstream was not asked, which would have been in vain; `retry_after_seconds` from now it may not be."""

    code = "upstream_not_asked"

    def __init__(self, upstream: str, detail: str, *, retry_after_seconds: float) -> None:
        super().__init__(upstream, detail)
        self.retry_after_seconds = retry_after_seconds


class CircuitOpen(NotAsked):
    """The upstream failed too often a moment ago: it is left alone for a while, then asked one question at a time."""

    code = "upstream_circuit_open"


class QueueFull(NotAsked):
    """Too many requests to this upstream wait for their turn already."""

    code = "upstream_queue_full"


class TransportError(UpstreamError):
    """No usable reply arrived."""

    code = "upstream_transport"


class Unreachable(TransportError):
    """No connection could be made."""

    code = "upstream_unreachable"


class NameNotResolved(Unreachable):
    """The upstream's host name has no address."""

    code = "upstream_name_not_resolved"


class TlsFailed(Unreachable):
    """The TLS handshake failed, or the certificate is not trusted."""

    code = "upstream_tls_failed"


class ProxyFailed(Unreachable):
    """The outgoing proxy refused or could not be reached."""

    code = "upstream_proxy_failed"


class Disconnected(TransportError):
    """The connection ended before the reply was whole."""

    code = "upstream_disconnected"


class UpstreamTimeout(TransportError):
    """Upstream was slower than its time-outs allow: to connect, between two arrivals of bytes, to take what is sent, or
    in all.
    """

    code = "upstream_timeout"

    def __init__(self, upstream: str, phase: str, limit_seconds: float) -> None:
        super().__init__(upstream, f"{upstream} did not answer in time ({phase}: {limit_seconds:g} s)")
        self.phase = phase
        self.limit_seconds = limit_seconds


class ReplyTooLarge(TransportError):
    """The body is larger than what may be buffered, as it was sent or once decompressed."""

    code = "upstream_reply_too_large"


class RedirectRefused(TransportError):
    """A redirect that we do not follow: out of the upstream's origin, in a circle, or without end."""

    code = "upstream_redirect_refused"


class MalformedUpstreamReply(TransportError):
    """What arrived is not what the upstream promises; where it is one field, its path is named (`owner.login`)."""

    code = "upstream_reply_malformed"

    def __init__(self, upstream: str, detail: str, path: str | None = None) -> None:
        super().__init__(upstream, detail)
        self.path = path


class ReplyError(UpstreamError):
    """Upstream answered `status` with, perhaps, a `message` of its own. None: it was not asked again what it would have
    answered the same.
    """

    code = "upstream_refused"

    def __init__(self, upstream: str, detail: str, *, status: int | None, message: str | None = None) -> None:
        super().__init__(upstream, detail)
        self.status = status
        self.message = message


class NotFound(ReplyError):
    """It does not exist, or the credential in use may not see it: upstreams do not tell which."""

    code = "not_found"


class Gone(ReplyError):
    """It existed and was removed."""

    code = "gone"


class CredentialRejected(ReplyError):
    """The credential is wrong, revoked or expired."""

    code = "upstream_credential_rejected"


class Forbidden(ReplyError):
    """The credential may not do this."""

    code = "upstream_forbidden"


class RateLimited(ReplyError):
    """Upstream refuses for now; `retry_after_seconds` from now, at least."""

    code = "upstream_rate_limited"

    def __init__(
        self,
        upstream: str,
        detail: str,
        *,
        status: int | None,
        retry_after_seconds: float,
        message: str | None = None,
        resource: str | None = None,
        limit: int | None = None,
        reset_epoch_seconds: int | None = None,
    ) -> None:
        """Besides what every ReplyError is told.

        Args:
            resource: Upstream's name of the quota.
            limit: Points in its window, where that is known.
            reset_epoch_seconds: The end of that window in upstream's own words: what is reckoned from the wait may be a
                second off.
        """
        super().__init__(upstream, detail, status=status, message=message)
        self.retry_after_seconds = retry_after_seconds
        self.resource = resource
        self.limit = limit
        self.reset_epoch_seconds = reset_epoch_seconds


class PrimaryLimit(RateLimited):
    """The quota of this credential and resource is spent until its reset."""

    code = "upstream_quota_spent"


class QuotaReserved(PrimaryLimit):
    """What is left of the quota is kept for callers of a higher class than this one's."""

    code = "upstream_quota_reserved"


class CallerPointsSpent(PrimaryLimit):
    """What this caller's key may spend of upstreams' quotas in a day is spent."""

    code = "caller_points_spent"


class SecondaryLimit(RateLimited):
    """Too many requests at once or too quickly."""

    code = "upstream_secondary_limit"


class LegallyUnavailable(ReplyError):
    """Withheld for legal reasons."""

    code = "unavailable_for_legal_reasons"


class Conflict(ReplyError):
    """The thing is in a state that has no answer to this (GitHub: an empty repository has no commits)."""

    code = "conflict"


class RequestRejected(ReplyError):
    """Upstream does not accept the request as it stands."""

    code = "upstream_rejected_request"


class StillComputing(ReplyError):
    """Upstream is preparing the answer; ask again a little later."""

    code = "upstream_still_computing"

    def __init__(self, upstream: str, detail: str, *, status: int, retry_after_seconds: float) -> None:
        super().__init__(upstream, detail, status=status)
        self.retry_after_seconds = retry_after_seconds


class UpstreamFailed(ReplyError):
    """Upstream answered with a server error of its own; `retry_after_seconds` from now it may not, where it says so."""

    code = "upstream_failed"

    def __init__(
        self,
        upstream: str,
        detail: str,
        *,
        status: int | None,
        message: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(upstream, detail, status=status, message=message)
        self.retry_after_seconds = retry_after_seconds


class UnexpectedReply(ReplyError):
    """A status that makes no sense for what was asked."""

    code = "upstream_unexpected_status"
