"""The settings of the cache: where replies are kept, and for how long they may be used again."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.settings.section import Section
from app.settings.values import (
    Age,
    ByteCount,
    CallerReload,
    DirectoryPath,
    Expected,
    Flag,
    RoutePattern,
)


class Cache(Section):
    """Where answers are kept."""

    store: Annotated[Literal["memory", "disk"], Expected("memory or disk")] = Field(
        default="disk", description="memory: in each worker; disk: shared by all workers, survives restarts."
    )
    path: DirectoryPath = Field(default=Path("var/cache"), description="The directory of the disk store.")
    max_bytes: ByteCount = Field(
        default=512 * 2**20,
        description="How much may be kept: on disk for all workers together; with `store: memory`, by each worker.",
    )
    memory_bytes: ByteCount = Field(
        default=128 * 2**20,
        description="How much of the disk store each worker has in memory, too; and, with either store, how much it keeps of "
        "answers that it has made before.",
    )


class CacheRules(Section):
    """What an upstream and each of its routes may say.

    `fresh_seconds`, the two bounds, `always_validate` and `immutable` are four ways to say how long a reply is fresh;
    one excludes the others (`app/settings/contradictions.py`).
    """

    fresh_seconds: Age | None = Field(
        default=None, description="How long an answer counts as fresh; null: as long as upstream itself says."
    )
    fresh_at_least_seconds: Age = Field(
        default=0, description="A floor: fresh for so long also where upstream says less; 0: none."
    )
    fresh_at_most_seconds: Age | None = Field(
        default=None, description="A ceiling: fresh for no longer also where upstream says more; null: none."
    )
    always_validate: Flag = Field(
        default=False,
        description="Whether upstream is asked at each use if it still holds; GitHub's 304 costs nothing.",
    )
    immutable: Flag = Field(
        default=False, description="Whether an answer never changes: fresh for a year, and no reload asks upstream."
    )
    stale_while_revalidate_seconds: Age = Field(
        default=30, description="How long after that it may still be served while a new one is being fetched."
    )
    stale_if_error_seconds: Age = Field(
        default=86_400, description="How long after that it may still be served while upstream fails."
    )
    stale_after_s_maxage: Flag = Field(
        default=False,
        description="Whether those two hold for what all callers share, too, where upstream says `s-maxage`: RFC 9111 "
        "forbids it there, and GitHub says it in every reply to callers without a credential.",
    )
    caller_reload: CallerReload = Field(
        default="always",
        description="How far a caller's `Cache-Control: no-cache` makes upstream be asked: `always`, `never`, or only "
        "when the answer is at least so many seconds old.",
    )


class RoutePath(Section):
    """Which targets a route is about. A class of its own only so that it stands before the rules."""

    path: RoutePattern = Field(
        description="Which paths below base_url, without their query: `*` stands for characters of one step, `**` for "
        "any, `{sha}` for a full SHA (`repos/*/*/commits/{sha}`)."
    )


class CacheRoute(CacheRules, RoutePath):
    """What holds for the targets that fit a pattern. What is left out is as the upstream has it."""


class UpstreamCache(CacheRules):
    """How long answers may be used again."""

    routes: tuple[CacheRoute, ...] = Field(
        default=(),
        strict=False,  # YAML knows no tuples; what is in it stays strict
        description="What holds for single routes, as a list: `{path: 'search/**', fresh_seconds: 60}`. The first path "
        "that fits counts.",
    )


class GitHubCache(UpstreamCache):
    """The same with GitHub's defaults: its points are few, dashboards reload often, and in an outage an old answer is
    better than none, also for callers without a credential.
    """

    stale_after_s_maxage: Flag = Field(
        default=True, description=CacheRules.model_fields["stale_after_s_maxage"].description
    )
    caller_reload: CallerReload = Field(default=10, description=CacheRules.model_fields["caller_reload"].description)


class HttpCache(UpstreamCache):
    """The same for an upstream of which nothing is known: what is stale waits for upstream unless that says otherwise
    (RFC 9111 section 4.2.4).
    """

    stale_while_revalidate_seconds: Age = Field(
        default=0, description=CacheRules.model_fields["stale_while_revalidate_seconds"].description
    )
