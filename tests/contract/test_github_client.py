"""What every GitHub client promises, the fake and the real one alike: paging, renames, absence, refusals."""

from typing import TypeVar

import pytest

from app.clients.github import GitHubClient
from app.clients.github.fake_parts import moment
from app.clients.paging import Page
from app.errors import Conflict, InvalidRequest, NotFound, ReplyError, RequestRejected

T = TypeVar("T")

ROCKET = ("acme", "rocket")
RELEASES = 45


async def all_pages(page: Page[T] | None) -> list[Page[T]]:
    pages: list[Page[T]] = []
    while page is not None:
        pages.append(page)
        page = await page.following()
    return pages


class TestPaging:
    async def test_the_first_page_has_a_next_and_no_previous(self, github: GitHubClient) -> None:
        page = await github.releases(*ROCKET, per_page=20)

        assert len(page.items) == 20
        assert page.next is not None
        assert page.previous is None

    async def test_pages_follow_each_other_to_the_last(self, github: GitHubClient) -> None:
        pages = await all_pages(await github.releases(*ROCKET, per_page=20))

        assert [len(page.items) for page in pages] == [20, 20, 5]
        assert pages[-1].next is None
        assert pages[-1].previous is not None

    async def test_the_way_back_leads_to_the_page_before(self, github: GitHubClient) -> None:
        second = await github.releases(*ROCKET, page=2, per_page=20)
        assert second.previous is not None

        first = await second.turn(second.previous)

        assert first.items == (await github.releases(*ROCKET, page=1, per_page=20)).items

    async def test_each_gives_every_item_once(self, github: GitHubClient) -> None:
        tags = [release.tag_name async for release in (await github.releases(*ROCKET, per_page=7)).each()]

        assert len(tags) == len(set(tags)) == RELEASES

    async def test_each_begins_at_the_page_it_is_asked_of(self, github: GitHubClient) -> None:
        last = await github.releases(*ROCKET, page=3, per_page=20)

        assert len([release async for release in last.each()]) == 5

    async def test_past_the_end_there_is_nothing_but_a_way_back(self, github: GitHubClient) -> None:
        page = await github.releases(*ROCKET, page=99, per_page=20)

        assert page.items == ()
        assert page.next is None
        assert page.previous is not None
        assert len((await page.turn(page.previous)).items) == 5

    async def test_a_page_holds_thirty_unless_told_and_a_hundred_at_most(self, github: GitHubClient) -> None:
        assert len((await github.releases(*ROCKET)).items) == 30
        assert len((await github.issues(*ROCKET, state="all", per_page=500)).items) == 95
        assert len((await github.releases(*ROCKET, page=0, per_page=0)).items) == 30

    async def test_filters_hold_on_the_pages_that_follow(self, github: GitHubClient) -> None:
        pages = await all_pages(await github.issues(*ROCKET, state="closed", sort="updated", per_page=10))

        assert len(pages) > 2
        assert {issue.state for page in pages for issue in page.items} == {"closed"}
        moments = [moment(issue.updated_at) for page in pages for issue in page.items]
        assert moments == sorted(moments, reverse=True)

    @pytest.mark.parametrize(
        ("method", "arguments"),
        [
            ("contributors", ROCKET),
            ("tags", ROCKET),
            ("branches", ROCKET),
            ("commits", ROCKET),
            ("issues", ROCKET),
            ("pulls", ROCKET),
            ("workflow_runs", ROCKET),
            ("user_repositories", ("acme",)),
            ("organization_repositories", ("acme",)),
            ("organization_members", ("acme",)),
            ("search_repositories", ("rocket",)),
            ("search_issues", ("retry",)),
            ("search_code", ("engine",)),
            ("search_users", ("ada",)),
        ],
    )
    async def test_every_list_turns_its_pages(
        self, github: GitHubClient, method: str, arguments: tuple[str, ...]
    ) -> None:
        ask = getattr(github, method)
        first = await ask(*arguments, per_page=1)
        second = await first.following()

        assert second is not None
        assert second.items == (await ask(*arguments, per_page=1, page=2)).items != first.items
        assert second.total == first.total

    async def test_searches_and_workflow_runs_know_their_total(self, github: GitHubClient) -> None:
        assert (await github.workflow_runs(*ROCKET, per_page=2)).total == 35
        assert (await github.search_repositories("rust", per_page=1)).total == 2
        assert (await github.releases(*ROCKET)).total is None


class TestRenamedRepositories:
    async def test_answer_by_their_former_name(self, github: GitHubClient) -> None:
        assert (await github.repository("acme", "thruster")).full_name == "acme/booster"

    async def test_and_so_do_their_lists_page_after_page(self, github: GitHubClient) -> None:
        page = await github.issues("acme", "thruster", state="all", per_page=10)

        numbers = {issue.number async for issue in page.each()}

        assert numbers == set(range(1, 34))

    async def test_and_their_files(self, github: GitHubClient) -> None:
        file = await github.readme("acme", "thruster")

        assert (file.decoded() or b"").startswith(b"# booster")


class TestAbsence:
    @pytest.mark.parametrize(
        ("method", "arguments"),
        [
            ("repository", ("acme", "nothing")),
            ("repository", ("nobody", "rocket")),
            ("repository_by_id", (1,)),
            ("languages", ("acme", "nothing")),
            ("topics", ("acme", "nothing")),
            ("contributors", ("acme", "nothing")),
            ("releases", ("acme", "nothing")),
            ("latest_release", ("acme", "dossier")),
            ("tags", ("acme", "nothing")),
            ("branches", ("acme", "nothing")),
            ("commits", ("acme", "nothing")),
            ("commit", ("acme", "nothing", "main")),
            ("issues", ("acme", "nothing")),
            ("issue", (*ROCKET, 9_999)),
            ("pulls", ("acme", "nothing")),
            ("pull", (*ROCKET, 1)),
            ("readme", ("acme", "blank")),
            ("contents", (*ROCKET, "no/such/file")),
            ("contents", ("acme", "blank")),
            ("community_profile", ("acme", "nothing")),
            ("commit_activity", ("acme", "nothing")),
            ("participation", ("acme", "nothing")),
            ("workflow_runs", ("acme", "nothing")),
            ("user", ("nobody",)),
            ("user_repositories", ("nobody",)),
            ("organization", ("nobody",)),
            ("organization", ("mira-okafor",)),
            ("organization_repositories", ("mira-okafor",)),
            ("organization_members", ("nobody",)),
        ],
    )
    async def test_is_told_as_not_found(self, github: GitHubClient, method: str, arguments: tuple[object, ...]) -> None:
        with pytest.raises(NotFound) as caught:
            await getattr(github, method)(*arguments)

        assert caught.value.status == 404
        assert caught.value.upstream == "github"
        assert caught.value.detail == ("github does not know this, or does not show it to the credential in use (404)")

    async def test_holds_for_a_branch_that_there_is_not(self, github: GitHubClient) -> None:
        with pytest.raises(NotFound):
            await github.commits(*ROCKET, sha="no-such-branch")
        with pytest.raises(NotFound):
            await github.readme(*ROCKET, ref="no-such-branch")
        with pytest.raises(NotFound):
            await github.contents(*ROCKET, "README.md", ref="no-such-branch")


class TestRefusals:
    async def test_an_empty_repository_has_no_commits_to_list(self, github: GitHubClient) -> None:
        with pytest.raises(Conflict) as caught:
            await github.commits("acme", "blank")
        assert (caught.value.status, caught.value.message) == (409, "Git Repository is empty.")

        with pytest.raises(Conflict):
            await github.commit("acme", "blank", "main")

    async def test_a_commit_that_there_is_not_is_a_rejected_request(self, github: GitHubClient) -> None:
        with pytest.raises(RequestRejected) as caught:
            await github.commit(*ROCKET, "0123456789")

        assert (caught.value.status, caught.value.message) == (422, "No commit found for SHA: 0123456789")

    @pytest.mark.parametrize("kind", ["repositories", "issues", "code", "users"])
    async def test_a_search_for_nothing_is_a_rejected_request(self, github: GitHubClient, kind: str) -> None:
        with pytest.raises(RequestRejected):
            await getattr(github, f"search_{kind}")("")

    @pytest.mark.parametrize("name", ["", ".", ".."])
    async def test_names_that_would_name_something_else_are_never_sent(self, github: GitHubClient, name: str) -> None:
        for asked in (
            github.repository("acme", name),
            github.user(name),
            github.organization_members(name),
            github.commit(*ROCKET, f"feature/{name}"),
            github.contents(*ROCKET, f"docs/{name}/guide.md"),
        ):
            with pytest.raises(InvalidRequest):
                await asked

    async def test_no_error_shows_more_than_a_sentence(self, github: GitHubClient) -> None:
        with pytest.raises(ReplyError) as caught:
            await github.commits("acme", "blank")

        assert "ghp_" not in f"{caught.value!r} {vars(caught.value)}"
        assert caught.value.__cause__ is None


class TestFiles:
    async def test_a_file_is_decoded(self, github: GitHubClient) -> None:
        file = await github.contents(*ROCKET, "docs/Überblick und Ziele.md")

        assert not isinstance(file, tuple)
        assert file.name == "Überblick und Ziele.md"
        assert (file.decoded() or b"").decode() == "# Überblick\n\nWohin es geht.\n"

    async def test_what_is_no_text_comes_as_it_is(self, github: GitHubClient) -> None:
        file = await github.contents(*ROCKET, "assets/logo.png")

        assert not isinstance(file, tuple)
        assert (file.decoded() or b"").startswith(b"\x89PNG")
        assert file.size == len(file.decoded() or b"")

    async def test_a_directory_is_a_list_of_entries(self, github: GitHubClient) -> None:
        entries = await github.contents(*ROCKET, "src")

        assert isinstance(entries, tuple)
        assert [(entry.name, entry.type) for entry in entries] == [("core", "dir"), ("main.py", "file")]


class TestDetails:
    async def test_only_one_by_itself_tells_its_counts(self, github: GitHubClient) -> None:
        whole = await github.commit(*ROCKET, "main")
        listed = (await github.commits(*ROCKET, per_page=1)).items[0]
        assert whole.sha == listed.sha
        assert whole.stats is not None
        assert whole.files
        assert (listed.stats, listed.files) == (None, None)

        pull = await github.pull(*ROCKET, 5)
        listed_pull = (await github.pulls(*ROCKET, state="all", direction="asc")).items[0]
        assert pull.number == listed_pull.number == 5
        assert pull.merged is not None
        assert listed_pull.merged is listed_pull.additions is None

        repository = (await github.organization_repositories("acme", sort="full_name", per_page=100)).items[-1]
        assert repository.subscribers_count is None
        assert (await github.repository("acme", repository.name)).subscribers_count is not None

    async def test_pull_requests_are_among_the_issues_and_marked(self, github: GitHubClient) -> None:
        issues = (await github.issues(*ROCKET, state="all", per_page=100)).items

        marked = {issue.number for issue in issues if issue.pull_request is not None}

        pulls = await github.pulls(*ROCKET, state="all", per_page=100)
        assert marked == {pull.number for pull in pulls.items}

    async def test_an_answer_cannot_be_changed_by_whoever_got_it(self, github: GitHubClient) -> None:
        repository = await github.repository(*ROCKET)
        with pytest.raises(ValueError, match="frozen"):
            repository.stargazers_count = 0  # type: ignore[misc]

        (await github.languages(*ROCKET)).clear()
        assert await github.languages(*ROCKET) != {}
