"""The life of a worker, in one process: ready when its sessions are open, unready while it drains."""

from app.api.edge import EdgeApp
from app.clients.github import FakeGitHubClient
from app.container import Container
from app.errors import SessionNotOpen, Unreachable
from app.server import create_app
from tests.gateway import NOWHERE, asking, container_of, serving_gateway

GITHUB = {"kind": "github", "base_url": NOWHERE}
PLAIN = {"kind": "http", "base_url": NOWHERE}
ROCKET = "/api/v1/repos/acme/rocket"


def open_sessions(container: Container) -> list[str]:
    names = []
    for name, upstream in container.upstreams().items():
        try:
            names += [] if upstream.session.client.closed else [name]
        except SessionNotOpen:
            continue
    return names


async def test_sessions_are_open_while_it_serves_and_it_is_ready_just_then() -> None:
    container = container_of(github=GITHUB, one=PLAIN, two=PLAIN)
    app = create_app(container)
    assert (open_sessions(container), app.ready) == ([], False)
    async with serving_gateway(app) as url, asking(url) as ask:
        assert open_sessions(container) == ["github", "one", "two"]
        assert (await ask("/health/ready")).status == 200
    assert (open_sessions(container), app.ready) == ([], False)


async def test_it_is_alive_but_not_ready_while_it_drains() -> None:
    app = create_app(container_of())
    seen: list[tuple[int, int]] = []

    async with serving_gateway(app) as url, asking(url) as ask:

        async def look(_: EdgeApp) -> None:
            seen.append(((await ask("/health/ready")).status, (await ask("/health/live")).status))

        app.ready = False
        await look(app)
    assert seen == [(503, 200)]


async def test_applications_of_one_process_each_see_their_own_container_one_after_the_other() -> None:
    made = []
    for owner in ("one", "other"):
        container = container_of(github=GITHUB, **{owner: PLAIN})
        container.github_client.override(FakeGitHubClient([f"{owner}/rocket"]))
        made.append((owner, create_app(container)))  # both exist before either serves
    for owner, app in made:
        async with serving_gateway(app) as url, asking(url) as ask:
            assert (await ask(f"/api/v1/repos/{owner}/rocket")).body["full_name"] == f"{owner}/rocket"
            states = (await ask("/api/v1/upstreams")).body["items"]
            assert [state["name"] for state in states] == ["github", owner]


async def test_an_override_reaches_handlers_that_were_served_before_and_is_undone() -> None:
    container = container_of()
    async with serving_gateway(create_app(container)) as url, asking(url) as ask:
        assert (await ask(ROCKET)).body["code"] == Unreachable.code
        for stars in (1, 2):
            fake = FakeGitHubClient([{"full_name": "acme/rocket", "stargazers_count": stars}])
            with container.github_client.override(fake):
                assert (await ask(ROCKET)).body["stars"] == stars
        assert (await ask(ROCKET)).body["code"] == Unreachable.code


async def test_what_no_upstream_answers_is_a_problem_that_says_so() -> None:
    async with serving_gateway(create_app(container_of(plain=PLAIN))) as url, asking(url) as ask:
        for path in (ROCKET, f"{ROCKET}/issues", "/api/v1/search/repos?q=x", "/api/v1/pages/acmerockets"):
            answer = await ask(path)
            assert (answer.status, answer.body["code"]) == (404, "upstream_not_configured"), path
        assert (await ask("/api/v1/upstreams/github")).body["code"] == "upstream_not_configured"
        assert [state["name"] for state in (await ask("/api/v1/upstreams")).body["items"]] == ["plain"]
