"""The settings for an upstream that fails, stalls and limits: asking again, leaving it alone, sharing what it allows."""

from typing import Annotated, Literal

from pydantic import Field

from app.settings.section import Section
from app.settings.values import Attempts, Connections, Count, Expected, Pause, Percent, Seconds

Methods = Annotated[
    tuple[Literal["POST", "PUT", "PATCH", "DELETE"], ...], Expected("a list of POST, PUT, PATCH, DELETE")
]


class Retry(Section):
    """Asking again when upstream fails. What is only read is; a write only where `methods` names its method."""

    attempts: Attempts = Field(default=3, description="How often a request of the typed API is sent at most; 1: once.")
    mount_attempts: Attempts = Field(
        default=1, description="The same for a request on the mount: most clients there ask again by themselves."
    )
    backoff_seconds: Seconds = Field(
        default=0.1, description="About how long to wait before the second attempt; each later wait is twice as long."
    )
    longest_wait_seconds: Pause = Field(
        default=2, description="Where upstream wants a longer wait than this, its answer goes to the caller at once."
    )
    budget_percent: Percent = Field(
        default=10,
        description="How many of the requests of the last ten seconds may be repeated ones, beyond the first ten.",
    )
    methods: Methods = Field(
        default=(),
        strict=False,  # YAML knows no tuples
        description="Methods that are sent again besides GET, HEAD and OPTIONS, as a list: those whose requests are "
        "harmless to repeat at this upstream.",
    )


class Breaker(Section):
    """Leaving an upstream alone that fails too often."""

    failure_percent: Percent | None = Field(
        default=50, description="At which share of failures upstream is left alone; null: never."
    )
    minimum_requests: Count = Field(default=20, description="How many requests it takes to judge.")
    window_seconds: Seconds = Field(default=10, description="How far back requests count.")
    open_seconds: Seconds = Field(
        default=5, description="For how long it is left alone; then one request at a time is let through as a probe."
    )


class Reserve(Section):
    """What is kept for the callers of higher classes."""

    interactive_percent: Percent = Field(
        default=0, description="The last part of a quota that only `interactive` callers may spend."
    )
    normal_percent: Percent = Field(
        default=20, description="The part before it that `batch` callers may not spend, either."
    )


class Budget(Section):
    """How much of upstream is used at once and by whom, by all workers together."""

    in_flight: Connections | None = Field(
        default=None, description="How many requests may be under way at once; null: as many as there are connections."
    )
    points_a_minute: Count | None = Field(
        default=None, description="How many points a credential may spend in a minute; null: not paced."
    )
    write_pause_seconds: Pause = Field(
        default=0, description="How long after a write the next one of the same credential may follow."
    )
    queue: Count = Field(
        default=1000, description="How many requests may wait for their turn, in each worker; more are refused at once."
    )
    reserve: Reserve = Field(default_factory=Reserve, description="What is kept for callers of higher classes.")


class GitHubBudget(Budget):
    """The same with the bounds that GitHub names ("Rate limits for the REST API", secondary limits)."""

    in_flight: Connections | None = Field(default=100, description=Budget.model_fields["in_flight"].description)
    points_a_minute: Count | None = Field(default=900, description=Budget.model_fields["points_a_minute"].description)
    write_pause_seconds: Pause = Field(default=1, description=Budget.model_fields["write_pause_seconds"].description)
