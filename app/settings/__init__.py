"""The configuration: YAML file, environment over it, command line over both. `load_settings` is the way in."""

from app.settings.caching import Cache, CacheRoute, CacheRules, UpstreamCache
from app.settings.faults import InvalidSettings, Origin, SettingsFault, Source
from app.settings.loading import Loaded, load_settings
from app.settings.models import Identity, Server, Settings
from app.settings.offering import Credential, Offer
from app.settings.reference import effective_values, json_schema, settings_table, written
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
    "Credential",
    "FacebookUpstream",
    "GitHubUpstream",
    "HttpUpstream",
    "Identity",
    "InvalidSettings",
    "Limits",
    "Loaded",
    "Offer",
    "Origin",
    "Pool",
    "Retry",
    "Server",
    "Settings",
    "SettingsFault",
    "Source",
    "Timeouts",
    "Upstream",
    "UpstreamCache",
    "UpstreamSettings",
    "effective_values",
    "json_schema",
    "load_settings",
    "settings_table",
    "typed_kinds",
    "upstream_kinds",
    "written",
]
