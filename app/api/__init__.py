"""The web API: one blueprint per resource. Each parses the request, calls one service and writes the answer."""

from sanic import Blueprint

from app.api import (
    cache,
    commits,
    compare,
    dashboard,
    docs,
    health,
    issues,
    metrics,
    organizations,
    overview,
    pages,
    pulls,
    repositories,
    search,
    upstreams,
    usage,
    users,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    repositories.blueprint,
    commits.blueprint,
    issues.blueprint,
    pulls.blueprint,
    users.blueprint,
    organizations.blueprint,
    search.blueprint,
    compare.blueprint,
    pages.blueprint,
    overview.blueprint,
    upstreams.blueprint,
    cache.blueprint,
    usage.blueprint,
    health.blueprint,
    metrics.blueprint,
    docs.blueprint,
    dashboard.blueprint,
)
