"""What the gateway tells of itself: log lines, metrics, traces, and who used what."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from app.settings.section import Section
from app.settings.values import Count, Expected, FilePath, Flag, Percent

_ENDPOINT: Final = "an http:// or https:// URL without user, query and fragment"


def _endpoint(text: str) -> str:
    if not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?", text):
        raise ValueError(_ENDPOINT)
    return text


Endpoint = Annotated[str, AfterValidator(_endpoint), Expected(_ENDPOINT)]
LogFormat = Annotated[Literal["auto", "json", "text"], Expected("one of auto, json, text")]
MetricsAccess = Annotated[Literal["operators", "anyone"], Expected("operators or anyone")]


class Logs(Section):
    """How log lines look. They go to standard error, one line each."""

    format: LogFormat = Field(default="auto", description="json, text, or auto: text on a terminal, else JSON.")


class Metrics(Section):
    """Who may read /metrics."""

    access: MetricsAccess = Field(
        default="operators",
        description="operators: who has an operator's key (without any keys, who asks on this machine); or anyone.",
    )


class Usage(Section):
    """Who spent the quota, and what was saved."""

    path: FilePath | None = Field(
        default=Path("var/usage.db"),
        description="The SQLite database that keeps it over restarts, for all workers; null: each worker knows its own, "
        "since its start.",
    )
    keep_days: Count = Field(default=35, description="For so many days it is kept.")


class Tracing(Section):
    """W3C trace context. Spans are exported with the extra `headgate[otel]` only."""

    propagate: Flag = Field(
        default=True, description="Whether upstreams are told the trace (`traceparent`) of the request that asks them."
    )
    recorded_percent: Percent = Field(
        default=100,
        description="Of how many requests that come without a trace spans are made. Whether of one that comes with a "
        "trace, its caller says (the flag `sampled`).",
    )
    otlp_endpoint: Endpoint | None = Field(
        default=None,
        description="Where spans go by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; null: none are made. Needs "
        "`headgate[otel]`.",
    )
