"""Hand-written stages to stand below the one under test."""

from collections.abc import AsyncIterator

from multidict import CIMultiDict

from app.errors import HeadgateError
from app.transport.exchange import Buffered, Reply, Request, Streamed


class Scripted:
    """Answers with what it was given, in order, and remembers what it was asked."""

    def __init__(self, *answers: Reply | BaseException) -> None:
        self._answers = list(answers)
        self.asked: list[Request] = []

    async def send(self, request: Request) -> Reply:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def buffered(
    status: int = 200, headers: dict[str, str] | None = None, body: bytes = b"", limit: int = 1_000
) -> Buffered:
    return Buffered("up", status, CIMultiDict(headers or {}), body, limit)


class Stopwatch:
    """Each look is a second later than the one before."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


class Body:
    """A streamed body: pieces, perhaps an error after them, and how often it was closed."""

    def __init__(self, *pieces: bytes, error: HeadgateError | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    async def _chunks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._error is not None:
            raise self._error

    def reply(self, status: int = 200, headers: dict[str, str] | None = None) -> Streamed:
        return Streamed("up", status, CIMultiDict(headers or {}), self._chunks(), self.close)
