"""What a client has sent, as the HTTP library below it tells: urllib3's log lines, aiohttp's trace events. Neither
client is changed for it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp

URLLIB3 = "urllib3.connectionpool"


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    url: str
    status: int


@dataclass(slots=True)
class Trail:
    """The requests of one client in the order of their answers."""

    sent: list[Sent] = field(default_factory=list)

    def past(self, origin: str) -> list[Sent]:
        """Those that went somewhere else than to `origin`."""
        return [sent for sent in self.sent if not f"{sent.url}/".startswith(f"{origin.rstrip('/')}/")]


@contextmanager
def told_by_urllib3(trail: Trail) -> Iterator[None]:
    """Notes what urllib3 sends, whoever asks it to (requests does, for PyGithub)."""
    logger, handler = logging.getLogger(URLLIB3), _Notes(trail)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


class _Notes(logging.Handler):
    """Its line for an answer is `http://host:port "GET /path HTTP/1.1" 200 None`."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(logging.DEBUG)
        self._trail = trail

    def emit(self, record: logging.LogRecord) -> None:
        match record.args:
            case (str(scheme), str(host), port, str(method), str(target), str(), int(status), _):
                self._trail.sent.append(Sent(method, f"{scheme}://{host}:{port}{target}", status))


def told_by_aiohttp(trail: Trail) -> aiohttp.TraceConfig:
    """For a session: notes what it sends, each redirect that it follows too."""

    async def note(_: aiohttp.ClientSession, __: SimpleNamespace, parameters: Any) -> None:
        trail.sent.append(Sent(parameters.method, str(parameters.url), parameters.response.status))

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(note)
    trace.on_request_end.append(note)
    return trace
