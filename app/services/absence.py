"""What NotFound means to a caller: which thing there is not, in the caller's own words."""

from types import TracebackType

from app.errors import NotFound


class absence_of:  # noqa: N801 -- reads as the statement that it is: `with absence_of("repository a/b"):`
    """Turns an upstream's NotFound inside the block into one that names what was looked for.

    A class and no generator: the block stands on the path of every cached answer.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, NotFound):
            raise NotFound(
                error.upstream,
                f"there is no {self._what} on {error.upstream}, or the credential in use may not see it",
                status=error.status,
                message=error.message,
            ) from None
