"""Where GitHub's replies hold URLs of its API, and where they hold what somebody has entered.

By the schemas of https://github.com/github/rest-api-description.
"""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from app.transport.dialect import UrlFields
from app.transport.exchange import Request

_TO_THE_WEB_SITE: Final = (
    "html_url",
    "clone_url",
    "svn_url",
    "ssh_url",
    "diff_url",
    "patch_url",
    "documentation_url",
)
_ENTERED: Final = (
    "target_url",  # of a status, by whoever reports it
    "details_url",  # of a check run
    "log_url",  # of a deployment's status
    "environment_url",
    "homepage_url",
    "external_url",  # of an app
    "website_url",
    "mirror_url",
    "image_url",
    "vcs_url",  # of an import
    "registry_url",  # of an organization's own
)

NONE: Final = UrlFields(page_relations=("next", "prev", "first", "last"))
ALL: Final = replace(
    NONE,
    names=("url",),
    endings=("_url",),
    exceptions=_TO_THE_WEB_SITE + _ENTERED,
    links=("_links",),
    foreign=("payload", "client_payload", "inputs", "config", "custom_properties", "metadata", "tags"),
)
"""`payload` belongs to who made a deployment or gets a webhook, `inputs` to who started a workflow, `config` to a webhook;
what is in `custom_properties`, `metadata` and `tags` (of a deployment record) its owners have even named themselves.
"""
OF_EVENTS: Final = replace(ALL, foreign=tuple(name for name in ALL.foreign if name != "payload"))
"""There `payload` is GitHub's own: what has happened to which issue."""

_is_of_files = re.compile(r"(?:repos/[^/]+/[^/]+|repositories/[0-9]+)/(?:contents|readme|git/blobs)(?:/|$)").match
_is_raw = re.compile(
    r"application/(?:vnd\.github\.)?(?:[a-z0-9-]+\.)?(?:raw|html|diff|patch|sha)\b", re.IGNORECASE
).search
_is_of_webhooks = re.compile(r"(?:^|/)hooks?/(?:[0-9]+/)?(?:config|deliveries)(?:/|$)").search
_SEGMENTS_OF_EVENTS: Final = frozenset({"events", "received_events"})
_SEGMENTS_OF_OTHERS: Final = frozenset({"deployments", "hooks"})


def uploads_url(base_url: str) -> str:
    """Where the API at `base_url` takes release assets: beside api.github.com at uploads.github.com, on an Enterprise
    Server beside /api/v3 at /api/uploads.
    """
    if base_url.endswith("/api/v3/"):
        return base_url.removesuffix("v3/") + "uploads/"
    url = urlsplit(base_url)
    if url.netloc.startswith("api."):
        return url._replace(netloc="uploads." + url.netloc.removeprefix("api.")).geturl()
    return f"{base_url}uploads/"


def url_fields(request: Request) -> UrlFields:
    """Which fields of the reply to `request` may lead to the API.

    None where it is somebody's own: a file as it is (its type may be that of JSON), what a GraphQL query has chosen and
    named, a webhook's configuration and what was delivered to it.
    """
    path = request.target.partition("?")[0]
    if path == "graphql" or _is_of_webhooks(path) is not None:
        return NONE
    if _is_of_files(path) is not None and any(_is_raw(line) for line in request.headers.getall("Accept", ())):
        return NONE
    if "events" not in path:
        return ALL
    segments = set(path.split("/"))
    is_of_events = not _SEGMENTS_OF_EVENTS.isdisjoint(segments) and _SEGMENTS_OF_OTHERS.isdisjoint(segments)
    return OF_EVENTS if is_of_events else ALL
