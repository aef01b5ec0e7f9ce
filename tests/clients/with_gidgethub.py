"""What people do with gidgethub (https://gidgethub.readthedocs.io), on aiohttp. It is told its base URL and a credential."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest
from gidgethub import (
    BadRequest,
    HTTPException,
    InvalidField,
    QueryError,
    RateLimitExceeded,
    sansio,
)
from gidgethub.aiohttp import GitHubAPI

from tests.clients.sent import told_by_aiohttp
from tests.clients.step import Step, Visit

ALL_ISSUES = list(range(95, 0, -1))
VIEWER = "query Viewer { viewer { login } }"
COMMENT = """
mutation Comment($id: ID!) {
  addComment(input: {subjectId: $id, body: "Thick."}) { subject { number } commentEdge { node { body } } }
}
"""


class PatientAPI(GitHubAPI):
    """With the hook that gidgethub has for it: waits until the reset, or as long as Retry-After says, and asks again."""

    async def handle_rate_limit_error(self, *, method: str, url: str, exception: HTTPException, attempt: int) -> bool:
        if attempt > 2:
            return False
        if isinstance(exception, RateLimitExceeded):
            await self.sleep((exception.rate_limit.reset_datetime - datetime.now(UTC)).total_seconds() + 0.1)
            return True
        headers = exception.headers or {}
        if "retry-after" in headers:
            await self.sleep(float(headers["retry-after"]))
            return True
        return False


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes them, and closes them at the end."""

    visit: Visit
    stack: AsyncExitStack

    async def own(self, kind: type[GitHubAPI] = GitHubAPI) -> GitHubAPI:
        """With the caller's own token, as most people do it."""
        return await self.of(kind, oauth_token=self.visit.token)

    async def of(self, kind: type[GitHubAPI] = GitHubAPI, **settings: Any) -> GitHubAPI:
        # One connection at a time, which is kept.
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1), trace_configs=[told_by_aiohttp(self.visit.trail)]
        )
        await self.stack.enter_async_context(session)
        return kind(session, "headgate-tests", base_url=self.visit.base_url, **settings)

    async def of_each_worker(self) -> Sequence[GitHubAPI]:
        """Each keeps one connection, and so one worker."""
        clients = []
        for worker in self.visit.scene.workers:
            with self.visit.scene.only(worker):
                clients.append(await self.own())
                await clients[-1].getitem("/rate_limit")
        return clients


@asynccontextmanager
async def clients_of(visit: Visit) -> AsyncIterator[Clients]:
    async with AsyncExitStack() as stack:
        yield Clients(visit, stack)


async def numbers_of(github: GitHubAPI, url: str) -> list[int]:
    return [item["number"] async for item in github.getiter(url)]


async def repository(visit: Visit, clients: Clients) -> None:
    found = await (await clients.own()).getitem("/repos/acme/rocket")
    assert (found["full_name"], found["stargazers_count"]) == ("acme/rocket", 4_821)
    assert found["url"] == f"{visit.base_url}/repos/acme/rocket"
    assert found["html_url"] == "https://github.com/acme/rocket"


async def releases(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    tags = [release["tag_name"] async for release in github.getiter("/repos/acme/rocket/releases?per_page=10")]
    assert (len(tags), len(set(tags))) == (45, 45)


async def issues(visit: Visit, clients: Clients) -> None:
    listed = await numbers_of(await clients.own(), "/repos/acme/rocket/issues?state=all")
    assert listed == ALL_ISSUES


async def reversed_pages(visit: Visit, clients: Clients) -> None:
    """It has no way to begin with the last page: the order is asked for."""
    url = "/repos/acme/rocket/issues{?state,direction,per_page}"
    wish = {"state": "all", "direction": "asc", "per_page": "10"}
    github = await clients.own()
    assert [issue["number"] async for issue in github.getiter(url, wish)] == ALL_ISSUES[::-1]


async def conditional(visit: Visit, clients: Clients) -> None:
    """It keeps bodies by URL, and asks with their validators."""
    github, path = await clients.of(oauth_token=visit.token, cache={}), "/repos/acme/dossier"
    first = await github.getitem(path)
    assert await github.getitem(path) == first
    assert visit.trail.sent[-1].status == 304
    text = f"Notes of {visit.token}"
    await github.patch(path, data={"description": text})
    assert (await github.getitem(path))["description"] == text
    assert visit.trail.sent[-1].status == 200


async def body_urls(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    rocket = await github.getitem("/repos/acme/rocket")
    assert (await github.getitem(rocket["issues_url"], {"number": "7"}))["number"] == 7
    assert await numbers_of(github, rocket["pulls_url"]) == [
        issue["number"] async for issue in github.getiter(rocket["issues_url"]) if "pull_request" in issue
    ]
    readme = await github.getitem(rocket["contents_url"], {"path": "README.md"})
    assert (await github.getitem(readme["_links"]["self"]))["sha"] == readme["sha"]
    commit = [commit async for commit in github.getiter(rocket["commits_url"])][3]
    assert (await github.getitem(commit["url"]))["stats"]["total"] > 0
    assert (await github.getitem(commit["commit"]["url"]))["sha"] == commit["sha"]
    assert (await github.getitem(commit["author"]["url"]))["login"] == commit["author"]["login"]
    listed = [issue async for issue in github.getiter(rocket["issues_url"])]
    talked_about = max(listed, key=lambda issue: issue["comments"])
    comments = [comment async for comment in github.getiter(talked_about["comments_url"])]
    assert len(comments) == talked_about["comments"]
    assert (await github.getitem(comments[0]["issue_url"]))["number"] == talked_about["number"]
    assert (await github.getitem(talked_about["repository_url"]))["id"] == rocket["id"]
    pull = await anext(github.getiter("/repos/acme/rocket/pulls?state=all"))
    assert (await github.getitem(pull["_links"]["self"]["href"]))["changed_files"] > 0
    assert (await github.getitem(pull["_links"]["issue"]["href"]))["number"] == pull["number"]
    root = await github.getitem("/")
    assert (await github.getitem(root["user_url"], {"user": "acme"}))["type"] == "Organization"


async def searching(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    numbers = await numbers_of(github, "/search/issues?q=repo:acme/rocket+is:issue&per_page=5")
    assert len(numbers) == len(set(numbers)) > 5


async def contents(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    raw = sansio.accept_format(media="raw", json=False)
    entries = await github.getitem("/repos/acme/rocket/contents/docs")
    assert {entry["name"] for entry in entries} == {"guide.md", "Überblick und Ziele.md"}
    for entry in entries:
        assert (await github.getitem(entry["url"]))["content"]
        text = await github.getitem(entry["url"], accept=raw)
        assert str(text).startswith("# ")


async def renamed(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    assert (await github.getitem("/repos/acme/thruster"))["full_name"] == "acme/booster"
    assert 301 in {sent.status for sent in visit.trail.sent}
    assert len(await numbers_of(github, "/repos/acme/thruster/issues?state=all&per_page=10")) == 33
    made = await github.post("/repos/acme/thruster/issues", data={"title": f"Spark {visit.token}"})  # 307
    assert made["url"] == f"{visit.base_url}/repos/acme/booster/issues/{made['number']}"


async def quota_shown(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    told = await github.getitem("/rate_limit")
    assert (told["rate"]["limit"], told["resources"]["search"]["limit"]) == (5_000, 30)
    await github.getitem("/repos/tidewater/pilot")
    reset = visit.scene.leave_points(visit.token, 1_234)
    await github.getitem("/repos/tidewater/charts")
    for _ in range(2):  # then from the cache: the quota is not that of the time when the reply was stored
        assert github.rate_limit is not None
        assert (github.rate_limit.remaining, github.rate_limit.limit) == (1_233, 5_000)
        assert github.rate_limit.reset_datetime.timestamp() == reset
        await github.getitem("/repos/tidewater/pilot")
    assert (await github.getitem("/rate_limit"))["rate"]["remaining"] == 1_233


async def quota_spent(visit: Visit, clients: Clients) -> None:
    """The first time upstream says it; from then on the gateway does, whichever worker is asked."""
    reset = visit.scene.leave_points(visit.token, 0, seconds=60)
    await _is_told_of_it(await clients.own(), "tidewater/pilot", reset)
    for github in await clients.of_each_worker():
        asked = visit.scene.asked().total
        await _is_told_of_it(github, "tidewater/charts", reset)
        assert visit.scene.asked().total == asked


async def _is_told_of_it(github: GitHubAPI, name: str, reset: int) -> None:
    with pytest.raises(RateLimitExceeded) as told:
        await github.getitem(f"/repos/{name}")
    limit = told.value.rate_limit
    assert (limit.remaining, limit.limit, limit.reset_datetime.timestamp()) == (0, 5_000, reset)


async def quota_waited_for(visit: Visit, clients: Clients) -> None:
    github = await clients.own(PatientAPI)
    visit.scene.leave_points(visit.token, 0, seconds=2)
    for name in ("tidewater/pilot", "tidewater/charts"):
        began = time.monotonic()
        assert (await github.getitem(f"/repos/{name}"))["full_name"] == name
        assert time.monotonic() - began < 10
    assert [sent.status for sent in visit.trail.sent] == [403, 200, 200]


async def secondary_limit(visit: Visit, clients: Clients) -> None:
    body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    visit.scene.say("/repos/acme/telemetry", 403, {"Retry-After": "1"}, body, times=1)
    began = time.monotonic()
    assert (await (await clients.own(PatientAPI)).getitem("/repos/acme/telemetry"))["name"] == "telemetry"
    assert 1 <= time.monotonic() - began < 10
    assert [sent.status for sent in visit.trail.sent] == [403, 200]


async def not_found(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    for path in ("/repos/acme/none", "/repos/acme/rocket/issues/9999", "/users/nobody-at-all"):
        with pytest.raises(BadRequest, match="Not Found") as told:
            await github.getitem(path)
        assert told.value.status_code == HTTPStatus.NOT_FOUND


async def refused(visit: Visit, clients: Clients) -> None:
    own = await clients.own()
    with pytest.raises(BadRequest, match="Bad credentials") as told:
        await (await clients.of(oauth_token=f"revoked{visit.token}")).getitem("/repos/acme/rocket")
    assert told.value.status_code == HTTPStatus.UNAUTHORIZED
    with pytest.raises(InvalidField, match="Validation Failed for 'title'"):
        await own.post("/repos/acme/launchpad/issues", data={"title": ""})
    with pytest.raises(BadRequest, match="archived") as told:
        await own.post("/repos/acme/old-faithful/issues", data={"title": "Leak"})
    assert told.value.status_code == HTTPStatus.FORBIDDEN


async def writing(visit: Visit, clients: Clients) -> None:
    """What one worker has written the other one shows at once."""
    one, other = await clients.of_each_worker()
    base = "/repos/acme/launchpad/issues"
    title = f"Leak {visit.token}"

    async def titles_of(state: str) -> list[set[str]]:
        url = f"{base}?state={state}"
        return [{issue["title"] async for issue in github.getiter(url)} for github in (one, other)]

    assert all(title not in titles for titles in await titles_of("open"))
    wish = {"title": title, "body": "Drips.", "labels": ["bug"], "assignees": ["ada-abara"]}
    made = await one.post(base, data=wish)
    assert made["url"] == f"{visit.base_url}{base}/{made['number']}"
    assert all(title in titles for titles in await titles_of("open"))
    seen = await other.getitem(made["url"])
    assert (seen["title"], seen["labels"][0]["name"]) == (title, "bug")

    await other.patch(made["url"], data={"title": f"{title}, mended", "state": "closed"})
    assert all(title not in titles for titles in await titles_of("open"))
    assert all(f"{title}, mended" in titles for titles in await titles_of("closed"))
    for github in (one, other):
        seen = await github.getitem(made["url"])
        assert (seen["state"], seen["title"], seen["body"]) == ("closed", f"{title}, mended", "Drips.")


async def commenting(visit: Visit, clients: Clients) -> None:
    one, other = await clients.of_each_worker()
    issue = await one.post("/repos/acme/telemetry/issues", data={"title": f"Noise {visit.token}"})

    async def said() -> list[str]:
        return [comment["body"] async for comment in other.getiter(issue["comments_url"])]

    assert await said() == []
    made = await one.post(issue["comments_url"], data={"body": "It hums."})
    assert await said() == ["It hums."]
    await one.patch(made["url"], data={"body": "It hummed."})
    assert await said() == ["It hummed."]
    assert (await other.getitem(made["url"]))["body"] == "It hummed."
    await one.delete(made["url"])
    assert await said() == []
    assert await other.getstatus(made["url"]) == HTTPStatus.NOT_FOUND


async def uploading(visit: Visit, clients: Clients) -> None:
    """To where the release says: uploads.github.com, and so an upstream of its own."""
    github = await clients.own()
    release = await github.getitem("/repos/tidewater/harbor-master/releases/latest")
    name, file = f"{visit.token}.bin", bytes(range(256)) * 1_000
    made = await github.post(
        release["upload_url"], {"name": name, "label": "A file"}, data=file, content_type="application/zip"
    )
    assert (made["name"], made["label"], made["size"]) == (name, "A file", len(file))
    assert name in [asset["name"] async for asset in github.getiter(release["assets_url"])]
    await github.delete(made["url"])
    assert name not in [asset["name"] async for asset in github.getiter(release["assets_url"])]


async def credentials(visit: Visit, clients: Clients) -> None:
    github = await clients.of()
    basic = {"authorization": aiohttp.encode_basic_auth("mira-okafor", visit.token)}
    for told in (
        await github.getitem("/user", oauth_token=visit.token),
        await github.getitem("/user", jwt=visit.token),  # Bearer
        await github.getitem("/user", extra_headers=basic),
    ):
        assert told["login"] == "mira-okafor"


async def no_credential(visit: Visit, clients: Clients) -> None:
    """From this machine the gateway's own credential reads, and never writes."""
    github = await clients.of()
    assert (await github.getitem("/user"))["login"] == "mira-okafor"
    assert len([release async for release in github.getiter("/repos/acme/rocket/releases")]) == 45
    with pytest.raises(BadRequest, match="Requires authentication") as told:
        await github.post("/repos/acme/rocket/issues", data={"title": "Leak"})
    assert told.value.status_code == HTTPStatus.UNAUTHORIZED


async def graphql(visit: Visit, clients: Clients) -> None:
    github = await clients.own()
    base_url = visit.base_url
    endpoint = f"{base_url.removesuffix('/v3')}/graphql"
    assert await github.graphql(VIEWER, endpoint=endpoint) == {"viewer": {"login": "mira-okafor"}}
    issue = await github.post("/repos/tidewater/harbor-master/issues", data={"title": "Fog"})
    added = await github.graphql(COMMENT, endpoint=endpoint, id=issue["node_id"])
    assert added == {
        "addComment": {"subject": {"number": issue["number"]}, "commentEdge": {"node": {"body": "Thick."}}}
    }
    with pytest.raises(QueryError, match="Could not resolve"):
        await github.graphql('{ repository(owner: "acme", name: "none") { id } }', endpoint=endpoint)


def _step(name: str, play: Callable[[Visit, Clients], Awaitable[None]]) -> Step:
    async def with_clients(visit: Visit) -> None:
        async with clients_of(visit) as clients:
            await play(visit, clients)

    return Step(name, lambda visit: asyncio.run(with_clients(visit)))


STEPS = (
    _step("a repository", repository),
    _step("releases, all pages", releases),
    _step("issues, all pages", issues),
    _step("pages from the last to the first", reversed_pages),
    _step("conditional update", conditional),
    _step("URLs in bodies, followed", body_urls),
    _step("search, all pages", searching),
    _step("files and directories", contents),
    _step("a renamed repository", renamed),
    _step("what is left of the quota", quota_shown),
    _step("a spent quota is told", quota_spent),
    _step("a spent quota is waited for", quota_waited_for),
    _step("a secondary limit is waited for", secondary_limit),
    _step("404", not_found),
    _step("401, 403 and 422", refused),
    _step("an issue created, listed, edited, read back", writing),
    _step("a comment created, edited, deleted", commenting),
    _step("a release asset uploaded, read, deleted", uploading),
    _step("the credential as token, Bearer and Basic", credentials),
    _step("no credential: reads, and may not write", no_credential),
    _step("GraphQL, a query and a mutation", graphql),
)
