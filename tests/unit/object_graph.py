"""What an object holds, down to the last value, as far as it is ours."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any


def held_by(root: Any) -> Iterator[tuple[str, Any]]:
    """Every value that `root` holds, with the path of attributes that leads to it; `root` itself is the first."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [(type(root).__name__, root)]
    while waiting:
        path, value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        yield path, value
        waiting += [(f"{path}{step}", part) for step, part in _parts(value)]


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Mapping():
            yield from ((f"[{key!r}]", part) for key, part in value.items())
        case list() | tuple() | set() | frozenset():
            yield from (("[]", part) for part in value)
        case partial():
            yield "()", (value.func, value.args, value.keywords)
        case _ if type(value).__module__.startswith("app."):
            names = {*getattr(value, "__dict__", {}), *_slots(type(value))}
            yield from ((f".{name}", getattr(value, name)) for name in sorted(names) if hasattr(value, name))
        case _ if callable(value):
            yield from (("{}", cell.cell_contents) for cell in getattr(value, "__closure__", None) or ())
            yield ".__self__", getattr(value, "__self__", None)


def _slots(kind: type) -> Iterator[str]:
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots
