"""Passing an upstream's own API through: the one use case that is about HTTP itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from app.call import current_call
from app.callers.caller import Leave
from app.errors import PrimaryLimit, RateLimited
from app.identity import ANONYMOUS, Identities, Identity
from app.services.overriding import methods_of
from app.services.rewriting.rewriting import Entrance, Rewriting
from app.transport.dialect import Dialect, Meaning, Quota
from app.transport.exchange import Reply, Request
from app.transport.health import Health
from app.transport.upstream import Upstream, Upstreams

_CREDENTIAL_FIELDS = frozenset({"authorization", "cookie", "x-github-otp", "x-api-key", "api-key"})
_CREDENTIAL_WORDS = frozenset(
    {"auth", "authentication", "authorization", "jwt", "key", "otp", "secret", "sig", "token"}
)
_CREDENTIAL_PARTS = ("apikey", "credential", "passw", "secret", "signature", "token")
_NO_CREDENTIALS = frozenset({"idempotency-key", "x-idempotency-key", "sec-websocket-key", "surrogate-key"})


def authorises(name: str) -> bool:
    """Whether a field (in lower case) is what a caller is known by: it leaves the request, comes back only next to the
    wire, and makes a private corner of the cache.

    An upstream of which nothing is known may take its key in any field, and need not name that in Vary. To take too
    many for one costs a few more requests; to take one too few gives a body to who may not have it.
    """
    if name in _CREDENTIAL_FIELDS:
        return True
    if name in _NO_CREDENTIALS:
        return False
    return any(part in name for part in _CREDENTIAL_PARTS) or not _CREDENTIAL_WORDS.isdisjoint(name.split("-"))


class KnownQuota:
    """What is newest known of a caller's quota: those fields of a stored reply are long past."""

    __slots__ = ("_dialect", "_health", "_partition", "_resource", "_written")

    def __init__(
        self,
        dialect: Dialect,
        health: Health,
        partition: str | None,
        resource: str,
        written: Callable[[Dialect, Quota], str],
    ) -> None:
        """Besides its collaborators.

        Args:
            partition: The caller's; None: the gateway's own.
            resource: The upstream's name of the quota.
            written: A quota's fields as lines.
        """
        self._dialect = dialect
        self._health = health
        self._partition = partition
        self._resource = resource
        self._written = written

    @property
    def news(self) -> int:
        """Another number once something more is known."""
        return self._health.news

    def lines(self, now: float) -> str:
        """As upstream would say it, each after a line end; empty where nothing is known of the window that is open `now` (epoch
        seconds).
        """
        health = self._health
        known = health.quotas if self._partition is None else health.quotas_of.get(self._partition, {})
        quota = known.get(self._resource)
        if quota is None or (quota.reset_epoch_seconds is not None and quota.reset_epoch_seconds <= now):
            return ""
        return self._written(self._dialect, quota)


def _lines(dialect: Dialect, quota: Quota) -> str:
    return "".join(f"\r\n{name}: {value}" for name, value in dialect.quota_fields(quota).items())


@dataclass(frozen=True, slots=True)
class Passed:
    """A reply on its way to the caller.

    Attributes:
        reply: As upstream gave it, or the cache.
        quota: What to say of the caller's quota instead of a stored reply's fields; None where it has none.
        entrance: For whom its URLs are written.
    """

    reply: Reply
    quota: KnownQuota | None = None
    entrance: Entrance | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An error of the gateway's own, in the upstream's form.

    Attributes:
        status: The HTTP status.
        body: As it goes out.
        fields: Content-Type, and what tells a client how long to wait.
    """

    status: int
    body: bytes
    fields: dict[str, str]


class PassThroughService:
    """Sends a caller's request to an upstream, on the caller's own credential or, for who may use it, on ours."""

    def __init__(self, upstreams: Upstreams, identities: Identities, rewriting: Rewriting) -> None:
        self._upstreams = upstreams
        self._identities = identities
        self._rewriting = rewriting
        # Written once for all stored replies of one quota, until more is known of it.
        self._quota_lines: Callable[[Dialect, Quota], str] = lru_cache(maxsize=1_024)(_lines)  # type: ignore[assignment]  # a dialect is hashed by its identity

    def check(self, name: str, request: Request) -> None:
        """Lets pass what may be asked at all, which is known before a body is read.

        Raises:
            PathNotOffered, MethodNotOffered: It may not.
        """
        upstream = self._upstreams[name]
        if upstream.access is not None:
            upstream.access.check(methods_of(request.method, request.headers), request.target)

    async def send(
        self,
        name: str,
        request: Request,
        credentials: dict[str, str],
        *,
        leave: Leave,
        entrance: Entrance | None = None,
    ) -> Passed:
        """The reply to `request`.

        Args:
            name: The upstream's, as the configuration has it.
            request: Without credentials.
            credentials: The fields that authorise the caller.
            leave: How far a caller without a credential may use the gateway's own.
            entrance: How the caller has addressed the mount: where upstream's URLs shall lead to; None: to upstream.
        """
        self.check(name, request)
        upstream = self._upstreams[name]
        request, credentials = upstream.dialect.credential_form().brought(request, credentials)
        call = current_call()
        identity = self._identity(upstream, request, credentials, leave)
        call.identity = identity
        reply = await self._rewriting.send(upstream, request, entrance)
        return Passed(reply, self._quota(upstream, identity, reply), entrance)

    def refused(self, name: str, status: int, code: str, detail: str, error: Exception, now: float) -> Refused | None:
        """An error of the gateway's own as this upstream would tell it; None where it has no form of its own.

        Args:
            name: The upstream's, as the configuration has it.
            status: What the gateway answers elsewhere.
            code: Its word for the error.
            detail: One sentence, safe to show.
            error: What was raised: a limit says of which quota it is, and how long it holds.
            now: Seconds since the epoch.
        """
        upstream = self._upstreams[name]
        limit = _limit(error)
        told = upstream.dialect.error_reply(status, code, detail, limit)
        if told is None:
            return None
        fields = {"Content-Type": told.content_type}
        if limit is Meaning.PRIMARY_LIMIT and isinstance(error, RateLimited):
            fields.update(upstream.dialect.quota_fields(_spent(error, now)))
        return Refused(told.status, told.body, fields)

    def _identity(
        self, upstream: Upstream, request: Request, credentials: dict[str, str], leave: Leave
    ) -> Identity | None:
        """None: the gateway's own."""
        if credentials:
            return self._identities.of(credentials)
        if leave is Leave.READ:
            reads = request.method in {"GET", "HEAD", "OPTIONS"} or upstream.dialect.reads_only(request)
            return None if reads else ANONYMOUS
        return None if leave is Leave.WRITE else ANONYMOUS

    def _quota(self, upstream: Upstream, identity: Identity | None, reply: Reply) -> KnownQuota | None:
        source = reply.source
        if source is None:
            return None
        if "quota" not in source.made:
            quotas = upstream.dialect.quotas(reply.headers)
            partition = None if identity is None else identity.partition
            source.made["quota"] = (
                KnownQuota(upstream.dialect, upstream.health, partition, quotas[0].resource, self._quota_lines)
                if quotas
                else None
            )
        quota: KnownQuota | None = source.made["quota"]
        return quota


def _spent(error: RateLimited, now: float) -> Quota:
    """The quota as who is refused must see it: nothing left for them until then."""
    limit, reset = error.limit or 0, error.reset_epoch_seconds
    return Quota(
        error.resource or "", limit, 0, limit, ceil(now + error.retry_after_seconds) if reset is None else reset
    )


def _limit(error: Exception) -> Meaning | None:
    if isinstance(error, PrimaryLimit):
        return Meaning.PRIMARY_LIMIT
    return Meaning.SECONDARY_LIMIT if isinstance(error, RateLimited) else None
