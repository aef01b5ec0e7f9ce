"""Graph API objects, as far as we rely on them. Frozen; unknown fields are kept."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class GraphModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)


class Page(GraphModel):
    """https://developers.facebook.com/docs/graph-api/reference/page/. Only `id` and what was asked for is sent."""

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


class Shares(GraphModel):
    count: int = 0


class Post(GraphModel):
    """https://developers.facebook.com/docs/graph-api/reference/post/. One without text has no `message`."""

    id: str
    created_time: datetime
    message: str | None = None
    permalink_url: str | None = None
    status_type: str | None = None
    shares: Shares | None = None


class Cursors(GraphModel):
    before: str | None = None
    after: str | None = None


IsThere = Annotated[bool, BeforeValidator(lambda url: url is not None)]


class Paging(GraphModel):
    """As "Paginated Results" has it (https://developers.facebook.com/docs/graph-api/results). Whether a page follows, `next` says
    alone. It is a URL with the access token in it, of which nothing is kept but that it is there.
    """

    cursors: Cursors = Cursors()
    next: IsThere = False
    previous: IsThere = False


class Posts(GraphModel):
    data: tuple[Post, ...]
    paging: Paging = Paging()
