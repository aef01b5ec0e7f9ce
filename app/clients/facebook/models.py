"""Graph API objects, as far as we rely on them. Frozen; unknown fields are kept."""

from pydantic import BaseModel, ConfigDict


class Page(BaseModel):
    """https://developers.facebook.com/docs/graph-api/reference/page/. Only `id` and what was asked for is sent."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    id: str
    name: str
    username: str | None = None
    about: str | None = None
    category: str | None = None
    link: str | None = None
    website: str | None = None
    fan_count: int | None = None
    followers_count: int | None = None
    verification_status: str | None = None
