"""How reports are made."""

from pydantic import Field

from app.settings.section import Section
from app.settings.values import Count, Seconds


class Reports(Section):
    """How answers that are made of many are asked together."""

    at_once: Count = Field(default=10, description="How many parts of one report are asked for at a time.")
    organization_seconds: Seconds = Field(
        default=600,
        description="How long the report on an organization may take where it streams; else as long as any request.",
    )
