"""An application is made from its container's settings, and leaves nothing behind in the process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sanic import Sanic

from app.api import BLUEPRINTS
from app.api.edge import EdgeApp
from app.place import WorkerPlace
from app.server import create_app, worker_app
from tests.gateway import container_of, settings_of

Make = Callable[..., EdgeApp]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[EdgeApp] = []

    def make_app(name: str | None = None, **server: Any) -> EdgeApp:
        made.append(create_app(container_of(server), name))
        return made[-1]

    yield make_app
    for app in made:
        Sanic.unregister_app(app)


def test_the_settings_of_the_server_reach_sanic(make: Make) -> None:
    app = make(
        access_log=False, max_request_bytes="2KiB", graceful_shutdown_seconds=7, deadline_seconds=2.5, drain_seconds=3
    )
    assert app.config.ACCESS_LOG is False
    assert app.config.REQUEST_MAX_SIZE == 2_048
    assert app.config.GRACEFUL_SHUTDOWN_TIMEOUT == 7
    assert app.deadline_seconds == 2.5


def test_sanics_own_limit_comes_after_the_deadline(make: Make) -> None:
    app = make(deadline_seconds=2.5)
    assert app.deadline_seconds + 4 < app.config.RESPONSE_TIMEOUT


@pytest.mark.parametrize("public_url", [None, "https://headgate.example"])
def test_it_knows_what_it_is_called_outside(public_url: str | None, make: Make) -> None:
    assert make(public_url=public_url).public_url == public_url


def test_it_is_not_ready_before_its_sessions_are_open(make: Make) -> None:
    assert make().ready is False


def test_every_blueprint_is_there(make: Make) -> None:
    assert {*make().blueprints} == {blueprint.name for blueprint in BLUEPRINTS}


def test_two_without_a_name_live_side_by_side(make: Make) -> None:
    assert make().name != make().name


def test_a_name_that_was_given_is_kept(make: Make) -> None:
    assert make("mine").name == "mine"


def test_what_a_worker_builds_for_itself_is_called_headgate(quiet_logs: None) -> None:
    app = worker_app(WorkerPlace(settings=settings_of({"deadline_seconds": 4}), identity_key=b"of this test"))
    try:
        assert (app.name, app.deadline_seconds) == ("headgate", 4)
    finally:
        Sanic.unregister_app(app)
