"""One worker process: builds its application and serves until the pipe to the main process ends."""

import asyncio
import gc
import socket
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from sanic.application.constants import ServerStage
from sanic.server import serve

from app.api.edge import EdgeApp
from app.api.protocol import EdgeProtocol
from app.cli.workers import LISTENS
from app.errors import HeadgateError
from app.logs.configuration import configure_logs
from app.logs.logger import logger_of
from app.server import worker_app
from app.settings import Settings

logger = logger_of(__name__)

BACKLOG = 1024
GC_YOUNG_OBJECTS = 50_000


def work(
    settings: Settings, identity_key: bytes, ledger: Path | None, listener: socket.socket, line: Connection
) -> None:
    """The life of a worker process, until `line` ends."""
    configure_logs(settings.logs.format)
    try:
        _serve_until_end(worker_app(settings, identity_key, ledger), listener, line)
    except (OSError, HeadgateError) as error:
        reason = str(error)
    except Exception as error:
        logger.exception("a worker ended by an error that nobody foresaw")
        reason = f"{type(error).__name__} in a worker; the log tells more"
    else:
        return
    _tell(line, reason)
    warnings.simplefilter("ignore", RuntimeWarning)  # Sanic leaves a coroutine behind that was never awaited
    raise SystemExit(1)


def _serve_until_end(app: EdgeApp, listener: socket.socket, line: Connection) -> None:
    async def heed_the_main_process(_: object) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(line.fileno(), loop.stop)
        _calm_collector()
        _tell(line, LISTENS)

    async def end_heeding(_: object) -> None:
        asyncio.get_running_loop().remove_reader(line.fileno())

    async def refuse_connections(_: object) -> None:
        with suppress(OSError):  # another worker was first
            listener.shutdown(socket.SHUT_RDWR)

    app.after_server_start(heed_the_main_process)
    app.before_server_stop(end_heeding)
    app.before_server_stop(refuse_connections, priority=1)  # at a stop the highest comes last: after the drain
    app.prepare(
        sock=listener,
        backlog=BACKLOG,
        protocol=EdgeProtocol,
        register_sys_signals=False,
        single_process=True,
        motd=False,
    )
    app.setup_loop()
    prepared = app.state.server_info[0]
    prepared.stage = ServerStage.SERVING
    serve(**{name: value for name, value in prepared.settings.items() if name not in {"main_start", "main_stop"}})


def _tell(line: Connection, message: str) -> None:
    with suppress(OSError):  # the main process is gone
        line.send_bytes(message.encode())


def _calm_collector() -> None:
    """Keeps the cyclic garbage collector from walking what never dies, and from walking too often what dies by itself.

    A decoded reply is hundreds of objects without a cycle; at the default threshold (700) collecting took a fifth of a
    worker's time (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_YOUNG_OBJECTS, 20, 50)
