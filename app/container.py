"""The composition root: settings → sessions → transports → clients → services. Read it from top to bottom."""

from dependency_injector import containers, providers

from app.assembly import (
    app_secret_of,
    assemble,
    credential_form,
    kept_share_of,
    keys_of,
    readers_of,
    rewriting_of,
    serving,
    store_of,
    tracing_of,
    upstream_of_route,
    usage_book_of,
)
from app.callers.shared import UseTable
from app.clients.facebook import FacebookClient, FacebookDialect
from app.clients.github import GitHubClient, GitHubDialect
from app.clients.http import PlainDialect
from app.identity import Identities
from app.journal.journal import Journal
from app.metrics.metrics import Metrics
from app.services.cache import CacheService
from app.services.commits import CommitService
from app.services.issues import IssueService
from app.services.organizations import OrganizationService
from app.services.overview import OverviewService
from app.services.pages import PageService
from app.services.passthrough import PassThroughService
from app.services.reports.comparison import ComparisonService
from app.services.reports.organization import OrganizationReportService
from app.services.reports.repository import RepositoryReportService
from app.services.repositories import RepositoryService
from app.services.search import SearchService
from app.services.upstreams import UpstreamService
from app.services.usage import UsageService
from app.services.users import UserService
from app.settings import Settings
from app.transport.budget.ledger import Ledger
from app.transport.upstream import open_sessions


class Container(containers.DeclarativeContainer):
    """One per worker. Nothing depends on the one async resource, so that everything resolves synchronously."""

    settings = providers.Dependency(instance_of=Settings)
    identities = providers.Singleton(Identities)  # of callers with a credential of their own
    uses = providers.Singleton(UseTable)  # of callers with a key of ours
    keys = providers.Singleton(keys_of, settings, uses)
    dialects = providers.Object(  # of each kind of upstream: how it is made from the settings
        {
            "github": lambda upstream: GitHubDialect(upstream.api_version),
            "facebook": lambda upstream: FacebookDialect(app_secret_of(upstream)),
            "http": lambda upstream: PlainDialect(credential_form(upstream)),
        }
    )

    # One store and one ledger for all; one session and one transport per upstream of the configuration.
    store = providers.Singleton(store_of, settings)
    ledger = providers.Singleton(Ledger)
    usage_book = providers.Singleton(usage_book_of, settings)
    metrics = providers.Singleton(Metrics)
    readers = providers.Singleton(readers_of, settings, usage_book, metrics)
    journal = providers.Singleton(Journal, readers)
    tracing = providers.Singleton(tracing_of, settings)
    upstreams = providers.Singleton(assemble, settings, dialects, store, ledger, journal, tracing)
    sessions = providers.Resource(open_sessions, upstreams, store)

    # A typed client sends through the upstream that the configuration gives it. Tests override these.
    typed = providers.Singleton(serving, settings, dialects, upstreams)
    github_client = providers.Singleton(GitHubClient, typed.provided["github"])
    facebook_client = providers.Singleton(FacebookClient, typed.provided["facebook"])

    # Services are factories: cheap to make, and an override of a client reaches them whatever was resolved before.
    repositories = providers.Factory(RepositoryService, github_client)
    commits = providers.Factory(CommitService, github_client)
    issues = providers.Factory(IssueService, github_client)
    users = providers.Factory(UserService, github_client)
    organizations = providers.Factory(OrganizationService, github_client)
    search = providers.Factory(SearchService, github_client)
    repository_reports = providers.Factory(RepositoryReportService, github_client, settings.provided.reports.at_once)
    kept_share = providers.Singleton(kept_share_of, settings)
    organization_reports = providers.Factory(
        OrganizationReportService,
        github_client,
        settings.provided.reports.at_once,
        settings.provided.reports.organization_seconds,
        kept_share,
    )
    comparisons = providers.Factory(ComparisonService, github_client, settings.provided.reports.at_once)
    pages = providers.Factory(PageService, facebook_client)
    rewriting = providers.Singleton(rewriting_of, settings, upstreams)
    passthrough = providers.Factory(PassThroughService, upstreams, identities, rewriting)
    upstream_states = providers.Factory(UpstreamService, upstreams)
    cache = providers.Factory(CacheService, store, upstreams)
    usage = providers.Factory(UsageService, usage_book, journal)
    routes = providers.Singleton(upstream_of_route, settings)
    overview = providers.Factory(OverviewService, upstream_states, cache, usage, routes)
