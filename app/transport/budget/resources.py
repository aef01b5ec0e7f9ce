"""Which of an upstream's quotas a request counts against."""

from typing import Final

from app.transport.dialect import Dialect
from app.transport.exchange import Request

KNOWN_TARGETS: Final = 10_000


class Resources:
    """As the dialect says, until a reply has told otherwise: upstreams have more quotas than their documents name."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._told: dict[tuple[str, str], str] = {}

    def of(self, request: Request) -> str:
        """The upstream's name for it."""
        if self._told:
            told = self._told.get(_name(request))
            if told is not None:
                return told
        return self._dialect.quota_resource(request)

    def learn(self, request: Request, resource: str) -> None:
        """A reply has told that `request` counts against `resource`, which is not what was thought."""
        name = _name(request)
        if resource == self._dialect.quota_resource(request):
            self._told.pop(name, None)
            return
        if len(self._told) >= KNOWN_TARGETS:
            self._told.clear()
        self._told[name] = resource


def _name(request: Request) -> tuple[str, str]:
    return request.method, request.target.partition("?")[0]
