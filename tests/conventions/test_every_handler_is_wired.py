"""Every endpoint gets from the container what it asks for, and every service is asked for; so does each mount."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from dependency_injector import providers, wiring
from sanic import Sanic
from sanic_routing import Route

from app.api.edge import EdgeApp
from app.api.passthrough.handler import pass_through
from app.container import Container
from app.server import create_app
from app.wiring import _bound, _injected
from tests.gateway import NOWHERE, container_of

API = "api/v1/"


@pytest.fixture(scope="module")
def container() -> Container:
    return container_of(
        github={"kind": "github", "base_url": NOWHERE, "mount": "/github"},
        plain={"kind": "http", "base_url": NOWHERE, "mount": "/plain"},
    )


@pytest.fixture(scope="module")
def app(container: Container) -> Iterator[EdgeApp]:
    made = create_app(container)
    yield made
    Sanic.unregister_app(made)


def api_routes(app: EdgeApp) -> list[Route]:
    return [route for route in app.router.routes if route.path.startswith(API)]


def mount_routes(app: EdgeApp) -> list[Route]:
    return [route for route in app.router.routes if route.handler is pass_through]


def patched(handler: Any) -> Any:
    return wiring._patched_registry.get_callable(handler)


def test_there_are_routes_to_speak_of(app: EdgeApp) -> None:
    assert len(api_routes(app)) >= 27


def test_every_endpoint_asks_for_a_service_and_has_it(app: EdgeApp, container: Container) -> None:
    for route in api_routes(app):
        asked = {parameter: name for parameter, _, name in _injected(route.handler)}
        assert asked, f"{route.path} asks for no service"
        assert _bound(route.handler) == frozenset(asked), route.path
        bound = {name: patched(route.handler).injections[parameter] for parameter, name in asked.items()}
        assert bound == {name: container.providers[name] for name in asked.values()}, route.path


def test_every_mount_has_the_service_that_passes_through(app: EdgeApp, container: Container) -> None:
    assert {route.ctx.upstream for route in mount_routes(app)} == {"github", "plain"}
    for route in mount_routes(app):
        assert [(parameter, name) for parameter, _, name in _injected(route.handler)] == [
            ("passthrough", "passthrough")
        ]
        assert patched(route.handler).injections["passthrough"] is container.passthrough


def test_every_other_parameter_is_a_part_of_the_path(app: EdgeApp) -> None:
    for route in api_routes(app):
        taken = inspect.signature(route.handler).parameters.values()
        required = {each.name for each in taken if each.default is inspect.Parameter.empty}  # others are handed over
        wanted = required - _bound(route.handler) - {"query"}
        assert wanted == {*re.findall(r"<(\w+)", route.path)}, route.path


def test_every_service_is_asked_for(app: EdgeApp) -> None:
    asked = {name for route in (*api_routes(app), *mount_routes(app)) for _, _, name in _injected(route.handler)}
    services = {name for name, provider in Container.providers.items() if isinstance(provider, providers.Factory)}
    assert asked == services
