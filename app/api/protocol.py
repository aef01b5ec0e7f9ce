"""One connection of a caller, and how long it may take for what."""

from time import monotonic
from typing import Any, Final

from sanic.exceptions import RequestTimeout, SanicException, ServiceUnavailable
from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

from app.api.http1 import StrictHttp

LONGEST_LOOK_SECONDS: Final = 5.0
"""Between two looks at a connection, at most: so much later than said it may end."""

LAST_SECONDS: Final = 10.0
"""For what is said last. Whatever still holds the connection then is cut off."""


class EdgeProtocol(HttpProtocol):
    """As Sanic's, but that a head must be there as a whole in time.

    To Sanic every byte that arrives is a sign of life. Then whoever sends one in a while holds a connection for days.
    """

    __slots__ = ("head_bytes",)

    HTTP_CLASS = StrictHttp
    head_bytes: int

    def _setup(self) -> None:
        super()._setup()  # type: ignore[no-untyped-call]  # Sanic's
        self.head_bytes = self.app.config.REQUEST_MAX_HEADER_SIZE

    def check_timeouts(self) -> None:
        """Ends what takes longer than it may, and looks again later."""
        http: Any = self.http
        if self._task is None or http is None:
            return
        now = monotonic()
        if http.stage is Stage.IDLE and now - self._time > self.keep_alive_timeout:
            self._end(None)
        elif http.stage is Stage.REQUEST and 0 < http.head_began < now - self.request_timeout:
            self._end(RequestTimeout("The head of the request did not arrive in time."))
        elif http.stage in _ANSWERING and now - self._time > self.response_timeout:
            self._end(ServiceUnavailable("Nothing moved for too long."))
        else:
            shortest = min(self.keep_alive_timeout, self.request_timeout, self.response_timeout)
            later = max(0.1, min(LONGEST_LOOK_SECONDS, shortest / 4))
            self._callback_check_timeouts = self.loop.call_later(later, self.check_timeouts)

    def _end(self, answer: SanicException | None) -> None:
        """Ends the connection; with an answer where there is still room for one."""
        http: Any = self.http
        http.exception = answer
        http.request_body = None  # else Sanic waits for the rest of it, and nobody looks any more
        http.keep_alive = False
        assert self._task is not None  # noqa: S101 -- who looks has one
        self._task.cancel()
        self._callback_check_timeouts = self.loop.call_later(LAST_SECONDS, self.abort)


_ANSWERING: Final = frozenset({Stage.HANDLER, Stage.RESPONSE, Stage.FAILED})
