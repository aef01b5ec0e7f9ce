"""Passing an upstream's own API through: the one use case that is about HTTP itself."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from app.call import current_call
from app.identity import ANONYMOUS, Identities, Identity
from app.transport.exchange import Reply, Request
from app.transport.upstream import Upstream, Upstreams

CREDENTIAL_FIELDS = ("authorization", "cookie", "x-github-otp")
"""What authorises a caller; it leaves the request here, and comes back only next to the wire."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A reply on its way to the caller.

    Attributes:
        reply: As upstream gave it, or the cache.
        quota_fields: What is newest known of the caller's quota; those fields of a stored reply are long past.
    """

    reply: Reply
    quota_fields: tuple[tuple[str, str], ...] = ()


class PassThroughService:
    """Sends a caller's request to an upstream, on the caller's own credential or, for who may use it, on ours."""

    def __init__(self, upstreams: Upstreams, identities: Identities, clock: Callable[[], float]) -> None:
        """`clock` gives seconds since the epoch."""
        self._upstreams = upstreams
        self._identities = identities
        self._clock = clock

    async def send(self, name: str, request: Request, credentials: dict[str, str], *, trusted: bool) -> Passed:
        """The reply to `request`.

        Args:
            name: The upstream's, as the configuration has it.
            request: Without credentials.
            credentials: The fields that authorise the caller.
            trusted: Whether a caller without a credential may use the gateway's own, to read.
        """
        upstream = self._upstreams[name]
        call = current_call()
        identity = self._identity(request, credentials, trusted=trusted)
        call.identity = identity
        reply = await upstream.transport.send(request)
        return Passed(reply, self._quota_fields(upstream, identity, reply))

    def _identity(self, request: Request, credentials: dict[str, str], *, trusted: bool) -> Identity | None:
        """None: the gateway's own."""
        if credentials:
            return self._identities.of(credentials)
        return None if trusted and request.method in {"GET", "HEAD", "OPTIONS"} else ANONYMOUS

    def _quota_fields(self, upstream: Upstream, identity: Identity | None, reply: Reply) -> tuple[tuple[str, str], ...]:
        if reply.source is None:
            return ()
        resources = reply.source.made.get("quota")
        if resources is None:
            resources = reply.source.made["quota"] = tuple(
                quota.resource for quota in upstream.dialect.quotas(reply.headers)
            )
        if not resources:
            return ()
        health = upstream.health
        known = health.quotas if identity is None else health.quotas_of.get(identity.partition, {})
        quota = known.get(resources[0])
        if quota is None or (quota.reset_epoch_seconds or inf) <= self._clock():
            return ()
        return tuple(upstream.dialect.quota_fields(quota).items())
