"""The answers about the cache."""

from typing import Literal

from pydantic import Field

from app.services.answers.answer import Answer

Scope = Literal["machine", "worker"]


class CacheState(Answer):
    """`machine`: all workers share one cache. `worker`: what the answering worker alone has; each other has its own."""

    store: str = Field(description="`memory` or `disk`, as the setting `cache.store` says.")
    scope: Scope
    entries: int = Field(description="How many replies are kept.")
    bytes: int = Field(description="What they take.")
    max_bytes: int = Field(description="What they may take.")
    memory_entries: int = Field(description="How many of them the answering worker has in memory.")
    memory_bytes: int = Field(description="What those take.")
    evictions: int = Field(description="How many were dropped for want of room since the answering worker started.")
    degraded: str | None = Field(description="Why replies are not kept as they should be; null where all is well.")


class Purged(Answer):
    """`machine`: every worker has forgotten them within a second. `worker`: the answering one alone has."""

    pattern: str = Field(description="As it was given.")
    scope: Scope
    removed: int = Field(description="How many replies were forgotten.")
