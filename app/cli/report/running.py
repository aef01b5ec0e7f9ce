"""The services in this process: settings in, a report out, everything closed again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from inspect import isawaitable

from pydantic import BaseModel

from app.call import Call, Urgency, serving
from app.cli.report.wanted import Wanted
from app.container import Container
from app.services.answers.organization_report import Progress
from app.services.reports.comparison import ComparisonService
from app.services.reports.organization import OrganizationReportService
from app.services.reports.repository import RepositoryReportService
from app.settings import Settings


async def made(settings: Settings, wanted: Wanted, seen: Callable[[Progress], None]) -> BaseModel:
    """The report.

    Args:
        settings: As for a worker.
        wanted: What it is about.
        seen: Is told how far it has come.

    Raises:
        HeadgateError: It could not be had.
    """
    async with _opened(settings) as container:
        with serving(_call(settings)):
            match wanted.kind:
                case "repo":
                    owner, name = wanted.repositories[0]
                    repositories: RepositoryReportService = container.repository_reports()
                    return await repositories.report(owner, name, strict=wanted.strict)
                case "compare":
                    comparisons: ComparisonService = container.comparisons()
                    return await comparisons.compare(wanted.repositories, strict=wanted.strict)
                case "org":
                    organizations: OrganizationReportService = container.organization_reports()
                    async with aclosing(organizations.report(wanted.names[0])) as steps:
                        async for step in steps:
                            if not isinstance(step, Progress):
                                return step
                            seen(step)
        raise AssertionError(wanted.kind)


def _call(settings: Settings) -> Call:
    """Somebody waits for it, as long as a report on an organization may take."""
    deadline = asyncio.get_running_loop().time() + settings.reports.organization_seconds
    return Call("headgate-report", deadline=deadline, urgency=Urgency.NORMAL, caller_name="report")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Container]:
    container = Container(settings=settings)
    try:
        opened = container.init_resources()
        if isawaitable(opened):
            await opened
        yield container
    finally:
        closed = container.shutdown_resources()
        if isawaitable(closed):
            await closed
