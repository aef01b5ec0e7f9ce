"""The configuration: YAML file, environment over it, command line over both. `load_settings` is the way in."""

from app.settings.caching import Cache, CacheRoute, CacheRules, UpstreamCache
from app.settings.callers import Callers
from app.settings.faults import InvalidSettings, Origin, SettingsFault, Source
from app.settings.listening import RequestLimits, Tls
from app.settings.loading import Loaded, load_settings
from app.settings.models import Identity, Server, Settings
from app.settings.offering import Credential, Offer
from app.settings.reference import effective_values, json_schema, settings_table, written
from app.settings.reports import Reports
from app.settings.sight import Logs, Metrics, Tracing, Usage
from app.settings.upstreams import (
    FacebookUpstream,
    GitHubUpstream,
    HttpUpstream,
    Limits,
    Pool,
    Timeouts,
    Upstream,
    UpstreamSettings,
    typed_kinds,
    upstream_kinds,
)
from app.settings.weather import Breaker, Budget, Retry

__all__ = [
    "Breaker",
    "Budget",
    "Cache",
    "CacheRoute",
    "CacheRules",
    "Callers",
    "Credential",
    "FacebookUpstream",
    "GitHubUpstream",
    "HttpUpstream",
    "Identity",
    "InvalidSettings",
    "Limits",
    "Loaded",
    "Logs",
    "Metrics",
    "Offer",
    "Origin",
    "Pool",
    "Reports",
    "RequestLimits",
    "Retry",
    "Server",
    "Settings",
    "SettingsFault",
    "Source",
    "Timeouts",
    "Tls",
    "Tracing",
    "Upstream",
    "UpstreamCache",
    "UpstreamSettings",
    "Usage",
    "effective_values",
    "json_schema",
    "load_settings",
    "settings_table",
    "typed_kinds",
    "upstream_kinds",
    "written",
]
