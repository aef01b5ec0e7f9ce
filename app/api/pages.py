"""/api/v1/pages/{page}: Facebook pages."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import PageName
from app.services.answers.answer import CursorSlice
from app.services.answers.page import Page
from app.services.answers.post import Post
from app.services.pages import PageService
from app.services.queries import PostQuery

blueprint = Blueprint("pages", url_prefix="/api/v1/pages")

Pages = Annotated[PageService, Provide["pages"]]


@blueprint.route("/<page>", methods=READ)
@inject
@operation("A Facebook page", answers=Page)
async def page(page: PageName, pages: Pages) -> Page:
    """404 with `upstream_not_configured` where the configuration has no upstream of kind facebook."""
    return await pages.page(page)


@blueprint.route("/<page>/posts", methods=READ)
@inject
@operation("Its posts", answers=CursorSlice[Post])
async def posts(page: PageName, query: PostQuery, pages: Pages) -> CursorSlice[Post]:
    """What the page has published, newest first. The pages of this list are turned by cursors, which `next` and `previous`
    hold.
    """
    return await pages.posts(page, query)
