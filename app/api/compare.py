"""/api/v1/compare: reports on several repositories, side by side."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.services.answers.report import Comparison
from app.services.queries import CompareQuery
from app.services.reports.comparison import ComparisonService

blueprint = Blueprint("comparisons", url_prefix="/api/v1/compare")

Comparisons = Annotated[ComparisonService, Provide["comparisons"]]


@blueprint.route("/", methods=READ, strict_slashes=False)
@inject
@operation("Repositories compared", answers=Comparison)
async def comparison(query: CompareQuery, comparisons: Comparisons) -> Comparison:
    """The report on each, and a table of numbers. One that cannot be had says why in its place; where there is none at all,
    the whole is an error.
    """
    return await comparisons.compare(query.names, strict=query.strict)
