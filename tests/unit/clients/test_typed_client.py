"""Model in: what a typed client makes of replies. Redirects, pages and waiting included."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.call import Call, serving
from app.clients.facebook import FacebookClient
from app.clients.github import GitHubClient
from app.errors import (
    CircuitOpen,
    DeadlineExceeded,
    HeadgateError,
    MalformedUpstreamReply,
    PrimaryLimit,
    QueueFull,
    QuotaReserved,
    RedirectRefused,
    SecondaryLimit,
    StillComputing,
    Unreachable,
)
from app.transport.exchange import Reply, Request, Streamed
from app.transport.stage import send_buffered
from app.transport.upstream import Upstream
from tests.aioresponses_shim import Answers
from tests.unit.clients.asked import headers, urls
from tests.waits import Waits

API = "https://api.github.example"
REPO = f"{API}/repos/acme/rocket"
WHOLE = {
    "id": 1,
    "name": "rocket",
    "full_name": "acme/rocket",
    "owner": {"login": "acme", "type": "Organization", "node_id": "O_1"},
    "html_url": "https://github.com/acme/rocket",
    "license": {"spdx_id": "MIT", "key": "mit"},
    "created_at": "2026-01-02T03:04:05Z",
    "mirror_url": None,
    "brand_new": {"nobody": "knows"},
}


class TestModels:
    async def test_a_reply_becomes_a_model(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(REPO, payload=WHOLE)

        repository = await github.repository("acme", "rocket")

        assert repository.full_name == "acme/rocket"
        assert repository.owner.type == "Organization"
        assert repository.license is not None
        assert repository.license.spdx_id == "MIT"
        assert repository.stargazers_count == 0

    async def test_fields_that_we_do_not_name_are_kept(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(REPO, payload=WHOLE)

        repository = await github.repository("acme", "rocket")

        assert repository.model_extra == {"mirror_url": None, "brand_new": {"nobody": "knows"}}
        assert repository.owner.model_extra == {"node_id": "O_1"}

    @pytest.mark.parametrize(
        ("payload", "path", "problem"),
        [
            ({**WHOLE, "owner": {"type": "User"}}, "owner.login", "is missing"),
            ({**WHOLE, "owner": None}, "owner", "has an unexpected type"),
            ({name: value for name, value in WHOLE.items() if name != "id"}, "id", "is missing"),
            ({**WHOLE, "stargazers_count": "many s3cret"}, "stargazers_count", "has an unexpected type"),
            ([WHOLE], None, "has an unexpected type"),
        ],
    )
    async def test_a_field_that_we_need_is_named_when_it_is_missing(
        self, github: GitHubClient, answers: Answers, payload: object, path: str | None, problem: str
    ) -> None:
        answers.get(REPO, payload=payload)

        with pytest.raises(MalformedUpstreamReply) as caught:
            await github.repository("acme", "rocket")

        assert caught.value.path == path
        assert caught.value.detail == f"{path or 'the reply'} {problem} in the reply of github"
        assert caught.value.__cause__ is None

    async def test_a_field_of_an_item_is_named_with_its_place(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(f"{REPO}/tags?page=1&per_page=30", payload=[{"name": "a", "commit": {"sha": "1"}}, {"name": "b"}])

        with pytest.raises(MalformedUpstreamReply) as caught:
            await github.tags("acme", "rocket")

        assert caught.value.path == "1.commit"

    @pytest.mark.parametrize("body", ["", "<html>", "{", b"\xff\xfe", '{"id": 1} trailing'])
    async def test_what_is_not_json_is_malformed(
        self, github: GitHubClient, answers: Answers, body: str | bytes
    ) -> None:
        answers.get(REPO, body=body)

        with pytest.raises(MalformedUpstreamReply) as caught:
            await github.repository("acme", "rocket")

        assert caught.value.detail == "github answered something that is not JSON"
        assert caught.value.path is None

    async def test_facebook_is_asked_for_the_fields_of_the_model(
        self, facebook: FacebookClient, answers: Answers
    ) -> None:
        fields = (
            "id%2Cname%2Cusername%2Cabout%2Ccategory%2Clink%2Cwebsite%2Cfan_count%2Cfollowers_count"
            "%2Cverification_status"
        )
        answers.get(f"https://graph.example/v23.0/acme?fields={fields}", payload={"id": "1", "name": "Acme", "new": 1})

        page = await facebook.page("acme")

        assert (page.id, page.fan_count, page.model_extra) == ("1", None, {"new": 1})
        assert headers(answers)["Authorization"] == "Bearer EAAinvented"


class TestRedirects:
    async def test_a_renamed_repository_is_followed_inside_the_origin(
        self, github: GitHubClient, answers: Answers
    ) -> None:
        answers.get(f"{API}/repos/acme/old", status=301, headers={"Location": f"{API}/repositories/1"})
        answers.get(f"{API}/repositories/1", payload=WHOLE)

        assert (await github.repository("acme", "old")).name == "rocket"
        assert urls(answers) == [f"GET {API}/repos/acme/old", f"GET {API}/repositories/1"]

    async def test_each_hop_carries_what_the_first_request_did(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(f"{API}/repos/acme/old", status=307, headers={"Location": "/repositories/1"})
        answers.get(f"{API}/repositories/1", payload=WHOLE)

        await github.repository("acme", "old")

        for (call,) in answers.requests.values():
            assert call.kwargs["headers"]["X-GitHub-Api-Version"] == "2022-11-28"
            assert call.kwargs["headers"]["Authorization"] == "Bearer ghp_invented"

    @pytest.mark.parametrize(
        "location",
        [
            "https://elsewhere.example/repositories/1",
            "http://api.github.example/x",
            "https://api.github.example:8443/x",
        ],
    )
    async def test_another_origin_never_sees_the_request(
        self, github: GitHubClient, answers: Answers, location: str
    ) -> None:
        answers.get(REPO, status=301, headers={"Location": location})

        with pytest.raises(RedirectRefused):
            await github.repository("acme", "rocket")

        assert urls(answers) == [f"GET {REPO}"]

    async def test_nor_does_what_lies_beside_the_api(self, enterprise: GitHubClient, answers: Answers) -> None:
        there = "https://ghe.example/api/v3/users/a"
        answers.get(there, status=302, headers={"Location": "https://ghe.example/login"})

        with pytest.raises(RedirectRefused):
            await enterprise.user("a")

        assert urls(answers) == [f"GET {there}"]


class TestComputing:
    async def test_is_asked_again_until_it_is_there(self, github: GitHubClient, answers: Answers, waits: Waits) -> None:
        for _ in range(2):
            answers.get(f"{REPO}/stats/participation", status=202, payload={})
        answers.get(f"{REPO}/stats/participation", payload={"all": [1, 2]})

        assert (await github.participation("acme", "rocket")).all == (1, 2)
        assert waits.seconds == [0.5, 1.0]

    async def test_is_given_up_after_a_few_times(self, github: GitHubClient, answers: Answers, waits: Waits) -> None:
        answers.get(f"{REPO}/stats/participation", status=202, payload={}, repeat=True)

        with pytest.raises(StillComputing) as caught:
            await github.participation("acme", "rocket")

        assert (caught.value.status, caught.value.retry_after_seconds) == (202, 1.0)
        assert waits.seconds == [0.5, 1.0, 2.0]
        assert len(urls(answers)) == 4

    async def test_is_not_waited_for_past_the_callers_deadline(
        self, github: GitHubClient, answers: Answers, waits: Waits
    ) -> None:
        answers.get(f"{REPO}/stats/participation", status=202, payload={}, repeat=True)
        deadline = asyncio.get_running_loop().time() + 0.4

        with serving(Call(deadline=deadline)), pytest.raises(StillComputing):
            await github.participation("acme", "rocket")

        assert waits.seconds == []
        assert len(urls(answers)) == 1

    async def test_is_not_waited_for_when_nobody_would_be_left_to_wait(
        self, github: GitHubClient, answers: Answers, waits: Waits
    ) -> None:
        answers.get(f"{REPO}/stats/participation", status=202, payload={}, repeat=True)
        leaves_at = asyncio.get_running_loop().time() + 0.4

        with serving(Call(wanted_until=leaves_at)), pytest.raises(StillComputing):
            await github.participation("acme", "rocket")

        assert waits.seconds == []

    @pytest.mark.parametrize(
        ("told", "waited"), [("0", [0.5, 1, 2]), ("2", [2, 2, 2]), ("3", []), ("3600", []), ("soon", [0.5, 1, 2])]
    )
    async def test_is_asked_again_no_sooner_than_upstream_says_and_soon_or_not_at_all(
        self, github: GitHubClient, answers: Answers, waits: Waits, told: str, waited: list[float]
    ) -> None:
        there = f"{REPO}/stats/participation"
        answers.get(there, status=202, payload={}, headers={"Retry-After": told}, repeat=True)

        with pytest.raises(StillComputing) as caught:
            await github.participation("acme", "rocket")

        assert waits.seconds == waited
        assert caught.value.retry_after_seconds == (float(told) if told.isdigit() else 1)

    async def test_what_was_computed_is_stored_and_what_was_not_is_never(
        self, github: GitHubClient, answers: Answers, waits: Waits
    ) -> None:
        there, fresh = f"{REPO}/stats/participation", {"Cache-Control": "private, max-age=60"}
        answers.get(there, status=202, payload={}, headers=fresh)
        answers.get(there, payload={"all": [1, 2]}, headers=fresh)

        for _ in range(2):
            assert (await github.participation("acme", "rocket")).all == (1, 2)

        assert len(urls(answers)) == 2
        assert waits.seconds == [0.5]

    async def test_an_error_while_waiting_is_raised(self, github: GitHubClient, answers: Answers, waits: Waits) -> None:
        answers.get(f"{REPO}/stats/participation", status=202, payload={})
        answers.get(f"{REPO}/stats/participation", body="[]")

        with pytest.raises(MalformedUpstreamReply):
            await github.participation("acme", "rocket")

        assert waits.seconds == [0.5]


class TestPages:
    async def test_the_neighbours_are_those_of_the_link_field(self, github: GitHubClient, answers: Answers) -> None:
        there = f"{API}/repositories/1/tags?page="
        answers.get(
            f"{REPO}/tags?page=2&per_page=1",
            payload=[{"name": "b", "commit": {"sha": "1"}}],
            headers={"Link": f'<{there}1>; rel="prev", <{there}3>; rel="next", <{there}9>; rel="last"'},
        )
        answers.get(f"{there}3", payload=[{"name": "c", "commit": {"sha": "1"}}])

        page = await github.tags("acme", "rocket", page=2, per_page=1)
        after = await page.following()

        assert (page.previous, page.next) == ("repositories/1/tags?page=1", "repositories/1/tags?page=3")
        assert after is not None
        assert ([tag.name for tag in after.items], after.next) == (["c"], None)
        assert await after.following() is None

    async def test_an_iteration_fetches_a_page_when_its_first_item_is_due(
        self, github: GitHubClient, answers: Answers
    ) -> None:
        answers.get(
            f"{API}/search/users?q=a&page=1&per_page=2",
            payload={"total_count": 3, "items": [{"login": "a"}, {"login": "b"}], "incomplete_results": True},
            headers={"Link": f'<{API}/search/users?q=a&page=2&per_page=2>; rel="next"'},
        )
        answers.get(f"{API}/search/users?q=a&page=2&per_page=2", payload={"total_count": 3, "items": [{"login": "c"}]})

        page = await github.search_users("a", per_page=2)
        assert (page.total, page.incomplete) == (3, True)
        seen = [(user.login, len(urls(answers))) async for user in page.each()]

        assert seen == [("a", 1), ("b", 1), ("c", 2)]

    async def test_a_link_out_of_the_upstream_counts_as_none(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(
            f"{REPO}/actions/runs?page=1&per_page=30",
            payload={"total_count": 0, "workflow_runs": []},
            headers={"Link": '<https://elsewhere.example/steal?page=2>; rel="next"'},
        )

        page = await github.workflow_runs("acme", "rocket")

        assert page.next is None
        assert await page.following() is None

    async def test_no_content_is_an_empty_page(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(f"{REPO}/contributors?page=1&per_page=30", status=204)

        assert (await github.contributors("acme", "rocket")).items == ()


class TestErrorsOfTransport:
    """Whatever transport raises goes up as it is: the same object, with all that it tells."""

    @pytest.mark.parametrize(
        "error",
        [
            PrimaryLimit("github", "spent", status=None, retry_after_seconds=900, resource="core"),
            QuotaReserved("github", "kept for others", status=None, retry_after_seconds=9, resource="core"),
            SecondaryLimit("github", "too much", status=None, retry_after_seconds=60),
            CircuitOpen("github", "left alone", retry_after_seconds=5),
            QueueFull("github", "too many wait", retry_after_seconds=1),
            DeadlineExceeded("no time left"),
            Unreachable("github", "no connection"),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_pass_through_untouched(self, github_upstream: Upstream, waits: Waits, error: HeadgateError) -> None:
        client = GitHubClient(replace(github_upstream, transport=RaisingStage(error)), sleep=waits.sleep)
        told = dict(vars(error))

        with pytest.raises(type(error)) as caught:
            await client.repository("acme", "rocket")

        assert caught.value is error
        assert vars(error) == told
        assert waits.seconds == []


class RaisingStage:
    """Knows without asking what would come of it."""

    def __init__(self, error: HeadgateError) -> None:
        self._error = error

    async def send(self, request: Request) -> Reply:
        raise self._error


class StreamingStage:
    """Streams what was to be buffered: a stage that does its part wrongly."""

    def __init__(self) -> None:
        self.closed = 0

    async def send(self, request: Request) -> Reply:
        return Streamed("github", 200, request.headers, self._nothing(), self._close)

    def _close(self) -> None:
        self.closed += 1

    @staticmethod
    async def _nothing() -> AsyncIterator[bytes]:
        yield b""


async def test_a_stream_that_nobody_allowed_is_closed_and_a_bug() -> None:
    stage = StreamingStage()

    with pytest.raises(TypeError, match="streamed"):
        await send_buffered(stage, Request("GET", "x"))

    assert stage.closed == 1
