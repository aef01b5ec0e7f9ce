"""A fake stands for its client in everything: a call that it forgot would go out to nowhere."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from app.clients.facebook import FacebookClient, FakeFacebookClient
from app.clients.failing import FailsOnDemand
from app.clients.github import FakeGitHubClient, GitHubClient
from app.clients.typed import TypedClient
from app.errors import UpstreamFailed

Fakes = list[tuple[type[TypedClient], Callable[[], Any]]]
FAKES: Fakes = [(GitHubClient, FakeGitHubClient), (FacebookClient, FakeFacebookClient)]


def calls(client: type) -> dict[str, Callable[..., Any]]:
    """The public coroutines, inherited ones included."""
    methods = inspect.getmembers(client, inspect.iscoroutinefunction)
    return {name: method for name, method in methods if not name.startswith("_")}


CALLS = [
    pytest.param(client, fake, name, id=f"{client.__name__}.{name}") for client, fake in FAKES for name in calls(client)
]


def test_every_typed_client_has_its_fake() -> None:
    assert {client for client, _ in FAKES} == set(TypedClient.__subclasses__())


@pytest.mark.parametrize(("client", "fake", "name"), CALLS)
def test_every_call_is_overridden_with_the_same_signature(client: type, fake: type, name: str) -> None:
    assert name in vars(fake), f"{fake.__name__} does not answer {name}"
    assert inspect.signature(calls(fake)[name]) == inspect.signature(calls(client)[name])


@pytest.mark.parametrize(("client", "fake", "name"), CALLS)
async def test_every_call_fails_when_the_fake_is_told_to(client: type, fake: Callable[[], Any], name: str) -> None:
    failing: FailsOnDemand = fake()
    failing.failures[name] = UpstreamFailed("github", "github failed to answer (503)", status=503)
    needed = [
        parameter
        for parameter in inspect.signature(calls(client)[name]).parameters.values()
        if parameter.default is parameter.empty and parameter.name != "self"
    ]

    with pytest.raises(UpstreamFailed):
        await getattr(failing, name)(*("x" for _ in needed))
