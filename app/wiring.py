"""Wires the container into the handlers, and proves at start-up that every one of them got what it asks for.

dependency-injector wires in silence: a name that does not exist or decorators in the wrong order leave the handler with a
marker instead of a service, and the answer is garbage.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast, get_args

from dependency_injector import containers, providers, wiring
from sanic import Sanic


class BadWiring(RuntimeError):
    """A mistake in the code, never in the configuration. Lists every fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("handlers that would not get what they ask for:\n  " + "\n  ".join(faults))


def wire(app: Sanic[Any, Any], container: containers.Container) -> None:
    """Wires every handler of `app` to `container`. Wiring belongs to the process: the last one wired wins.

    Raises:
        BadWiring: A name is unknown, what it names has another type than annotated, or a handler was left unwired.
    """
    handlers = [route.handler for route in app.router.routes]
    # Signatures do not change while a process runs: reading them anew is over half the work, and a worker wires twice.
    container.wire(modules={handler.__module__ for handler in handlers}, keep_cache=True)
    faults = [fault for handler in handlers for fault in _faults(handler, container)]
    if faults:
        raise BadWiring(dict.fromkeys(faults))


class Parts:
    """Of which objects the container would make a service now, without making it: that is asked at every hit.

    Args:
        container: Its services are factories of other providers.
    """

    def __init__(self, container: containers.Container) -> None:
        self._providers: Mapping[str, Any] = cast(dict[str, Any], container.providers)
        self._arguments: dict[str, tuple[Callable[[], object], ...]] = {}

    def of(self, name: str) -> list[object]:
        """Under the name of a service. In the place of one that is overridden itself, what overrides it."""
        provider = self._providers[name]
        if provider.last_overriding is not None:
            return [provider.last_overriding]
        arguments = self._arguments.get(name)
        if arguments is None:
            given = getattr(provider, "args", ())
            arguments = tuple(argument for argument in given if isinstance(argument, providers.Provider))
            self._arguments[name] = arguments
        return [argument() for argument in arguments]


def _faults(handler: Any, container: containers.Container) -> Iterator[str]:
    where = f"{handler.__module__}.{handler.__qualname__}"
    for parameter, kind, name in _injected(handler):
        provider = cast(dict[str, Any], container.providers).get(name)
        if provider is None:
            yield f'{where}: {parameter} asks for "{name}", which the container does not have'
        elif not isinstance(kind, type):
            yield f"{where}: {parameter} is annotated {kind}, which is no class"
        elif not isinstance(value := provider(), kind):
            yield f'{where}: {parameter} is annotated {kind.__name__}, and "{name}" is a {type(value).__name__}'
        elif parameter not in _bound(handler):
            yield (
                f"{where}: {parameter} was left unwired (the order is: route, then @inject; annotations are no text)"
            )


def _injected(handler: Any) -> Iterator[tuple[str, Any, str]]:
    """Each parameter that a handler wants injected: its name, its type, the name in the container."""
    for parameter in inspect.signature(handler, eval_str=True).parameters.values():
        noted = getattr(parameter.annotation, "__metadata__", ())
        for marker in (*noted, parameter.default):
            if isinstance(marker, type(wiring.Provide[""])):
                kind = get_args(parameter.annotation)[0] if noted else parameter.annotation
                yield parameter.name, kind, str(marker.provider)


def _bound(handler: Any) -> frozenset[str]:
    """The parameters that wiring has bound. The library has no public way to ask; a test pins this one."""
    registry = cast(Any, wiring._patched_registry)  # noqa: SLF001 -- said in the docstring
    patched = registry.get_callable(handler)
    return frozenset() if patched is None else frozenset(patched.injections)
