"""The answer about how all is going, at a glance."""

from datetime import datetime

from pydantic import Field

from app.services.answers.answer import Answer
from app.services.answers.cache import CacheState
from app.services.answers.upstream import UpstreamState
from app.services.answers.usage import UsageRow, UsageSums


class Overview(Answer):
    """Of all callers for an operator; else `last_hour` and `last_day` are the caller's own (`only_caller`)."""

    at: datetime
    version: str
    upstreams: tuple[UpstreamState, ...]
    cache: CacheState
    only_caller: str | None = Field(description="Whose usage alone it is; null: everybody's.")
    last_hour: UsageSums
    last_day: UsageSums
    upstreams_last_day: tuple[UsageRow, ...] = Field(
        description="The last day of each upstream by its name, where something was asked of it. A route that asks several "
        "counts for one."
    )
