"""From an upstream's settings to its session and its stages: the one place where the names of the settings meet the
arguments of the constructors. The container calls it; nothing else does.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app import __version__
from app.api.passthrough import enterprise
from app.call import Urgency
from app.callers.ring import KeyRing
from app.callers.shared import UseTable
from app.clients.github.urls import uploads_url
from app.errors import NotConfigured
from app.freshness import freshness_policy
from app.identity import ANONYMOUS, Identity
from app.journal.journal import Journal, Reader
from app.logs.access import AccessLines
from app.services.rewriting.rewriting import MountRules, Rewriting
from app.settings import Budget, Credential, FacebookUpstream, HttpUpstream, Settings, UpstreamSettings
from app.settings.keys import entries_of, key_file
from app.transport.access import Access, Offer
from app.transport.breaker.circuit import BreakerRules
from app.transport.budget.ledger import Ledger
from app.transport.budget.rules import BudgetRules
from app.transport.caching.disk import DiskStore
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import Store
from app.transport.credential_forms import BEARER, AsPassword, CredentialForm, InField, InQuery
from app.transport.dialect import Dialect
from app.transport.exchange import Reply, Request
from app.transport.health import Health
from app.transport.pipeline import Tracing, WeatherRules, build_pipeline
from app.transport.retry.rules import RetryRules
from app.transport.session import Connection, UpstreamSession
from app.transport.upstream import Upstream, Upstreams
from app.transport.wire import WireLimits
from app.usage.book import UsageBook

_KIND_OF: Final = {
    **{f"/api/v1/{resource}": "github" for resource in ("repos", "users", "orgs", "search", "compare")},
    "/api/v1/pages": "facebook",
}
"""The kind of upstream that each resource of the typed API asks."""

Dialects = Mapping[str, Callable[[Any], Dialect]]
"""How the dialect of each kind is made from an upstream's settings."""


def keys_of(settings: Settings, uses: UseTable) -> KeyRing:
    """The keys of the configuration and of its key file."""
    mounts = [upstream.mount for upstream in settings.upstreams.values() if upstream.mount is not None]
    aliases = enterprise_aliases(settings)
    bases = ["/api/v1/", *(f"{mount}/" for mount in mounts)]
    bases += [path if path == enterprise.GRAPHQL_PATH else f"{path}/" for path in aliases]
    callers = settings.callers
    return KeyRing(entries_of(callers.keys), key_file(callers.key_file), bases=bases, table=uses)


def store_of(settings: Settings) -> Store:
    """Where replies are kept, still closed."""
    cache = settings.cache
    if cache.store == "memory":
        return MemoryStore(cache.max_bytes)
    return DiskStore(cache.path, cache.max_bytes, cache.memory_bytes)


def usage_book_of(settings: Settings) -> UsageBook:
    """Where usage is kept, still closed."""
    return UsageBook(settings.usage.path, settings.usage.keep_days)


def tracing_of(settings: Settings) -> Tracing:
    """What becomes of the trace of a request."""
    propagate, endpoint = settings.tracing.propagate, settings.tracing.otlp_endpoint
    if endpoint is None:
        return Tracing(propagate)
    from app.spans.otlp import OtlpSpans  # noqa: PLC0415 -- an extra, which takes its time to be imported

    return Tracing(propagate, OtlpSpans(endpoint, __version__))


def readers_of(settings: Settings, *readers: Reader) -> tuple[Reader, ...]:
    """Who reads the journal: `readers`, and what writes a line for each request where that is wanted."""
    return (*readers, AccessLines()) if settings.server.access_log else readers


def assemble(
    settings: Settings,
    dialects: Dialects,
    store: Store,
    ledger: Ledger,
    journal: Journal,
    tracing: Tracing,
) -> Upstreams:
    """Every upstream of the settings, its session still closed."""
    return {
        name: _assembled(name, upstream, dialects[upstream.kind](upstream), store, ledger, journal, tracing)
        for name, upstream in settings.upstreams.items()
    }


def rewriting_of(settings: Settings, upstreams: Upstreams) -> Rewriting:
    """What is rewritten on each mount."""
    aliases = {name: path for path, name in enterprise_aliases(settings).items() if path != enterprise.GRAPHQL_PATH}
    mounts = {
        name: MountRules(upstream.mount, upstream.rewrite, aliases.get(name))
        for name, upstream in settings.upstreams.items()
        if upstream.mount is not None
    }
    return Rewriting(upstreams, mounts)


def kept_share_of(settings: Settings) -> Callable[[Urgency], float]:
    """Gives which part of the quota of the GitHub that serves /api/v1 is kept from callers of a class: 0 to 1."""
    github = settings.serving("github")
    return (BudgetRules() if github is None else _budget(settings.upstreams[github].budget)).kept_share


def enterprise_aliases(settings: Settings) -> dict[str, str]:
    """Under which paths clients of a GitHub Enterprise Server find upstreams, each with the upstream's name: the GitHub that
    serves /api/v1, and where its release assets go, if that is mounted, too. None where it is not mounted itself.
    """
    github = settings.serving("github")
    if github is None or settings.upstreams[github].mount is None:
        return {}
    aliases = {enterprise.REST_PATH: github, enterprise.GRAPHQL_PATH: github}
    base_url = uploads_url(settings.upstreams[github].base_url)
    for name, upstream in settings.upstreams.items():
        if upstream.kind == "github" and upstream.mount is not None and upstream.base_url == base_url:
            aliases.setdefault(enterprise.UPLOADS_PATH, name)
    return aliases


def upstream_of_route(settings: Settings) -> Callable[[str], str | None]:
    """Gives the name of the upstream that a route (`/api/v1/repos/<owner>/<repo>`, `/github/*`) asks; None: it asks none."""
    typed = {path: settings.serving(kind) for path, kind in _KIND_OF.items()}
    mounts = {upstream.mount: name for name, upstream in settings.upstreams.items() if upstream.mount is not None}
    places = {
        path: name for path, name in {**typed, **mounts, **enterprise_aliases(settings)}.items() if name is not None
    }

    def upstream_of(route: str) -> str | None:
        return next((name for path, name in places.items() if f"{route}/".startswith(f"{path}/")), None)

    return upstream_of


def serving(settings: Settings, dialects: Dialects, upstreams: Upstreams) -> Upstreams:
    """By kind the upstream that serves its typed API; where there is none, one that answers NotConfigured."""
    names = {kind: settings.serving(kind) for kind in dialects}
    return {
        kind: upstreams[name] if name is not None else _not_configured(kind, dialects) for kind, name in names.items()
    }


def _not_configured(kind: str, dialects: Dialects) -> Upstream:
    nobody = _NotConfigured(kind)
    return Upstream(
        name=kind,
        kind=kind,
        base_url="http://not-configured.invalid/",
        dialect=dialects["http"](None),
        transport=nobody,
        direct=nobody,
        session=UpstreamSession(kind, Connection("", 1, 1, 1, 1)),
    )


def _assembled(
    name: str,
    settings: UpstreamSettings,
    dialect: Dialect,
    store: Store,
    ledger: Ledger,
    journal: Journal,
    tracing: Tracing,
) -> Upstream:
    timeouts, limits = settings.timeouts, settings.limits
    session = UpstreamSession(
        name,
        Connection(
            user_agent=settings.user_agent or f"headgate/{__version__}",
            connect_seconds=timeouts.connect_seconds,
            read_seconds=timeouts.read_seconds,
            connections=settings.pool.connections,
            keepalive_seconds=settings.pool.keepalive_seconds,
            total_seconds=timeouts.total_seconds,
            proxy=None if settings.proxy is None else settings.proxy.get_secret_value(),
            ca_file=settings.ca_file,
        ),
    )
    wire_limits = WireLimits(
        connect_seconds=timeouts.connect_seconds,
        read_seconds=timeouts.read_seconds,
        total_seconds=timeouts.total_seconds,
        buffered_bytes=limits.buffered_bytes,
        decompressed_bytes=limits.decompressed_bytes,
    )
    health = Health()
    own = _own_identity(name, settings, dialect)
    policy = freshness_policy(settings, dialect.immutable_routes())
    pipeline = build_pipeline(
        session,
        settings.base_url,
        wire_limits,
        dialect,
        own,
        health,
        store,
        policy,
        ledger,
        journal,
        _weather(settings),
        tracing,
    )
    return Upstream(
        name=name,
        kind=settings.kind,
        base_url=settings.base_url,
        dialect=dialect,
        transport=pipeline.entrance,
        direct=pipeline.direct,
        session=session,
        health=health,
        flights=pipeline.flights,
        budget=pipeline.budget,
        access=Access(name, [Offer(frozenset(offer.methods), offer.paths) for offer in settings.allow]),
    )


def _weather(settings: UpstreamSettings) -> WeatherRules:
    retry, breaker = settings.retry, settings.breaker
    return WeatherRules(
        RetryRules(
            attempts=retry.attempts,
            mount_attempts=retry.mount_attempts,
            backoff_seconds=retry.backoff_seconds,
            longest_wait_seconds=retry.longest_wait_seconds,
            budget_percent=retry.budget_percent,
            methods=frozenset(retry.methods),
        ),
        BreakerRules(
            failure_percent=breaker.failure_percent,
            minimum_requests=breaker.minimum_requests,
            window_seconds=breaker.window_seconds,
            open_seconds=breaker.open_seconds,
        ),
        _budget(settings.budget),
    )


def _budget(settings: Budget) -> BudgetRules:
    return BudgetRules(
        in_flight=settings.in_flight,
        points_a_minute=settings.points_a_minute,
        write_pause_seconds=settings.write_pause_seconds,
        queue=settings.queue,
        interactive_percent=settings.reserve.interactive_percent,
        normal_percent=settings.reserve.normal_percent,
    )


def _own_identity(name: str, settings: UpstreamSettings, dialect: Dialect) -> Identity:
    """The partition is the upstream's name and not the token's hash, so that it survives the token's rotation."""
    if settings.token is None:
        return ANONYMOUS
    return Identity(f"gateway:{name}", dialect.credential_form().sealed(settings.token.get_secret_value()))


def app_secret_of(settings: FacebookUpstream) -> str | None:
    """What signs the requests of a Facebook app; None: nothing does."""
    return None if settings.app_secret is None else settings.app_secret.get_secret_value()


def credential_form(settings: UpstreamSettings | None) -> CredentialForm:
    """How a plain upstream takes a credential; None: there is no such upstream."""
    said = settings.credential if isinstance(settings, HttpUpstream) else Credential()
    if said.query is not None:
        return InQuery(said.query)
    if said.basic_user is not None:
        return AsPassword(said.basic_user)
    if said.header is not None:
        return InField(said.header, said.scheme)
    return BEARER if said.scheme is None else InField("Authorization", said.scheme)


class _NotConfigured:
    def __init__(self, kind: str) -> None:
        self._kind = kind

    async def send(self, request: Request) -> Reply:  # noqa: ARG002 -- whatever is asked
        raise NotConfigured(f"this gateway has no upstream of kind {self._kind}")
