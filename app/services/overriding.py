"""Fields by which a caller makes another method of a request than its first line says."""

from collections.abc import Iterator
from typing import Final

from app.transport.exchange import Headers

OVERRIDING_FIELDS: Final = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})


def methods_of(method: str, headers: Headers) -> Iterator[str]:
    """Every method by which an upstream may take a request."""
    yield method
    for name in OVERRIDING_FIELDS:
        for value in headers.getall(name, ()):
            yield value.strip().upper()
