"""One worker process: builds its application and serves until the main process says that it is enough."""

import asyncio
import gc
import logging
import socket
from multiprocessing.connection import Connection

from app.cli.supervision.line import CANNOT, Line
from app.cli.supervision.stacks import answer_with_stacks
from app.cli.worker.serving import serve
from app.errors import HeadgateError
from app.logs.configuration import configure_logs
from app.logs.logger import logger_of
from app.logs.uncaught import log_uncaught
from app.place import WorkerPlace
from app.server import worker_app
from app.settings.certificates import UnusableCertificate

logger = logger_of(__name__)

GC_YOUNG_OBJECTS = 50_000


def work(place: WorkerPlace, listener: socket.socket, line: Line, stack: Connection) -> None:
    """The life of a worker process, until `line` ends or says that it shall retire.

    Args:
        place: What it was given.
        listener: Bound, and shared with all others.
        line: To the main process.
        stack: Where its stacks are written when they are asked for.
    """
    gc.freeze()  # what was imported before the fork stays shared with all others
    answer_with_stacks(stack)
    configure_logs(place.settings.logs.format)
    log_uncaught()
    try:
        app = worker_app(place)
        app.setup_loop()
        asyncio.run(serve(app, place, listener, line, when_ready=calm_collector))
    except (OSError, HeadgateError, UnusableCertificate) as error:
        reason = str(error)
    except Exception as error:
        logger.exception("a worker ended by an error that nobody foresaw")
        reason = f"{type(error).__name__} in a worker; the log tells more"
    else:
        return
    finally:
        # multiprocessing ends a process past Python's own end of it: nobody else would wait for the last lines.
        logging.shutdown()
    line.tell(CANNOT + reason)
    raise SystemExit(1)


def calm_collector() -> None:
    """Keeps the cyclic garbage collector from walking what never dies, and from walking too often what dies by itself.

    A decoded reply is hundreds of objects without a cycle; at the default threshold (700) collecting took a fifth of a
    worker's time (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_YOUNG_OBJECTS, 20, 50)
