"""The Sanic application: blueprints, errors, and the life of a worker."""

import asyncio
from contextlib import ExitStack
from inspect import isawaitable
from math import ceil
from secrets import token_hex
from time import time
from typing import Any, Final, cast
from urllib.parse import urlsplit

from sanic import Request

from app.api import BLUEPRINTS, dashboard
from app.api.admission import Admission
from app.api.answer_memory import AnswerMemory
from app.api.at_once import AtOnce
from app.api.cors import Cors
from app.api.edge import EdgeApp, EdgeRequest
from app.api.error_handler import ProblemErrorHandler
from app.api.hosts import ServedHosts
from app.api.overdue import Overdue
from app.api.own_fields import CLASSES
from app.api.passthrough import enterprise
from app.api.passthrough.errors import MountErrors
from app.api.passthrough.handler import mount
from app.api.proxies import TrustedProxies
from app.api.routing import AnyMethodRouter
from app.api.traces import Traces
from app.assembly import enterprise_aliases
from app.callers.ring import LOOK_SECONDS, KeyRing
from app.callers.shared import DAY_SECONDS, UseTable
from app.container import Container
from app.identity import Identities
from app.journal.journal import FLUSH_SECONDS
from app.metrics.looking import GAUGE_SECONDS, Looking
from app.metrics.loop_lag import TICK_SECONDS
from app.metrics.metrics import Metrics
from app.place import WorkerPlace
from app.rounds import Round, making_rounds
from app.settings import Settings
from app.spans.requests import RequestSpans
from app.transport.budget.ledger import Ledger
from app.usage.book import WRITE_SECONDS, UsageBook
from app.usage.today import spent_today
from app.wiring import Parts, wire

IDLE_READER_SECONDS: Final = 60
"""For so long, at least, may a caller take nothing of an answer. One that reads slowly looks for seconds like one that does
not: what it has read shows here only when there is room for much more.
"""


def create_app(container: Container, name: str | None = None) -> EdgeApp:
    """An application on the container's services.

    A test overrides what it wants to replace before or after (`container.github_client.override(…)`).

    Args:
        container: With its settings given.
        name: In Sanic's registry, which belongs to the process; None: one that nobody else has.

    Raises:
        BadWiring: A handler would not get what it asks for.
    """
    settings: Settings = container.settings()
    mounts = {upstream.mount: name for name, upstream in settings.upstreams.items() if upstream.mount is not None}
    aliases = enterprise_aliases(settings)
    app = EdgeApp(
        name or f"headgate-{token_hex(4)}",
        router=AnyMethodRouter(),
        request_class=cast("type[Request[Any, Any]]", EdgeRequest),
        error_handler=ProblemErrorHandler(MountErrors({**mounts, **aliases}, container.passthrough)),
        configure_logging=False,
    )
    limits = settings.server.limits
    hosts = [*settings.server.hosts, settings.server.host]
    if settings.server.public_url is not None:
        hosts.append(urlsplit(settings.server.public_url).hostname or "")
    app.metrics_are_public = settings.metrics.access == "anyone"
    app.admission = Admission(
        container.keys(),
        ServedHosts(hosts),
        Cors(settings.server.cors_origins),
        header_fields=limits.header_fields,
        url_bytes=limits.url_bytes,
        also_open=[*dashboard.open_paths(), *(["/metrics"] if app.metrics_are_public else [])],
    )
    app.journal = container.journal()
    spans = container.tracing().spans
    request_spans = None if spans is None else RequestSpans(spans)
    app.traces = Traces(request_spans, settings.tracing.recorded_percent / 100)
    app.at_once = AtOnce(limits.requests_at_once)
    app.caller_class = CLASSES[settings.server.caller_class]
    app.deadline_seconds = settings.server.deadline_seconds
    app.longest_bodies = {
        upstream_name: upstream.limits.request_bytes
        for upstream_name, upstream in settings.upstreams.items()
        if upstream.limits.request_bytes is not None
    }
    app.overdue = Overdue()
    app.public_url = settings.server.public_url
    app.trusted_proxies = TrustedProxies(settings.server.trusted_proxies)
    app.answers = AnswerMemory(settings.cache.memory_bytes, Parts(container).of)
    app.ready = False
    app.is_leaving = False
    app.config.ACCESS_LOG = False  # ours tells more, and costs less
    app.config.REQUEST_MAX_HEADER_SIZE = limits.header_bytes
    app.config.REQUEST_TIMEOUT = ceil(limits.request_seconds)
    app.config.KEEP_ALIVE_TIMEOUT = ceil(limits.idle_seconds)
    app.config.REQUEST_MAX_SIZE = settings.server.max_request_bytes
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = settings.server.graceful_shutdown_seconds
    # The call's deadline ends a request with an answer; Sanic's own limit, which answers nothing, comes later.
    # It also ends an answer of which the caller takes nothing; upstream may pause for as long as its own limits say.
    pauses = (max(one.timeouts.read_seconds, one.timeouts.total_seconds) for one in settings.upstreams.values())
    app.config.RESPONSE_TIMEOUT = ceil(max(IDLE_READER_SECONDS, settings.server.deadline_seconds, *pauses)) + 5
    for blueprint in BLUEPRINTS:
        app.blueprint(blueprint)
    for path, upstream_name in mounts.items():
        mount(app, upstream_name, path)
    enterprise.offer(app, aliases)
    wire(app, container)
    _give_life(app, container, settings)
    return app


def worker_app(place: WorkerPlace) -> EdgeApp:
    """What each worker process builds for itself, in the place that it was given: its own container."""
    known = Ledger() if place.ledger is None else Ledger(place.ledger, place.ledger_columns)
    now = time()
    today, spent = int(now) // DAY_SECONDS, spent_today(place.settings.usage.path, now)
    uses = UseTable(
        place.callers_file,
        known.column,
        known.columns,
        spent=lambda name, day: spent.get(name, 0) if day == today else 0,
    )
    container = Container(
        settings=place.settings,
        identities=Identities(place.identity_key),
        ledger=known,
        uses=uses,
        metrics=Metrics(place.metrics_directory),
    )
    return create_app(container, "headgate")


def _give_life(app: EdgeApp, container: Container, settings: Settings) -> None:
    """Opens the sessions before the first byte is served and closes them after the last request has drained."""
    rounds = ExitStack()

    @app.before_server_start
    async def open_resources(app: EdgeApp) -> None:
        wire(app, container)  # once more: another application may have been wired since
        opened = container.init_resources()
        if isawaitable(opened):
            await opened
        book: UsageBook = container.usage_book()
        await book.open()
        keys: KeyRing = container.keys()
        looking = Looking(
            container.metrics(),
            container.upstreams(),
            container.store(),
            app.answers,
            app.at_once,
            workers=settings.server.workers,
        )
        rounds.enter_context(
            making_rounds(
                [
                    Round(FLUSH_SECONDS, app.journal.flush),
                    Round(WRITE_SECONDS, book.write),
                    Round(LOOK_SECONDS, keys.refresh),
                    Round(TICK_SECONDS, looking.lag.tick),
                    Round(GAUGE_SECONDS, looking.look),
                ]
            )
        )
        app.ready = True

    @app.before_server_stop
    async def drain(app: EdgeApp) -> None:
        app.ready = False
        await asyncio.sleep(settings.server.drain_seconds)

    @app.after_server_stop
    async def close_resources(app: EdgeApp) -> None:
        rounds.close()
        closed = container.shutdown_resources()
        if isawaitable(closed):
            await closed
        app.journal.flush()  # also of what was ended just now
        await container.usage_book().close()
        if (spans := container.tracing().spans) is not None:
            await asyncio.to_thread(spans.close)
