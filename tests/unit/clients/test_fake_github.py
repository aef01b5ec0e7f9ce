"""What a fake does beyond its contract: completes values, is filled from YAML, changes, and fails when told to."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.clients.github import FakeGitHubClient
from app.errors import (
    CircuitOpen,
    Conflict,
    DeadlineExceeded,
    HeadgateError,
    NotFound,
    PrimaryLimit,
    QueueFull,
    QuotaReserved,
    SecondaryLimit,
    Unreachable,
    UpstreamTimeout,
)
from app.transport.dialect import Meaning

DOWN = Unreachable("github", "no connection to github")


class TestOneLineIsEnough:
    async def test_a_repository_is_its_name(self) -> None:
        github = FakeGitHubClient(["acme/rocket"])

        repository = await github.repository("acme", "rocket")

        assert (repository.name, repository.owner.login, repository.owner.type) == ("rocket", "acme", "User")
        assert repository.html_url == "https://github.com/acme/rocket"
        assert (repository.visibility, repository.default_branch) == ("public", "main")
        assert repository.created_at == repository.pushed_at == datetime(2024, 1, 1, 12, tzinfo=UTC)
        assert await github.repository_by_id(repository.id) == repository

    async def test_everything_below_it_is_there_and_empty(self) -> None:
        github = FakeGitHubClient(["acme/rocket"])
        asked = ("acme", "rocket")

        assert await github.languages(*asked) == {}
        assert await github.topics(*asked) == ()
        assert (await github.community_profile(*asked)).health_percentage == 0
        assert await github.commit_activity(*asked) == ()
        assert sum((await github.participation(*asked)).all) == 0
        for ask in (github.contributors, github.releases, github.tags, github.branches, github.issues, github.pulls):
            assert (await ask(*asked)).items == ()
        assert (await github.workflow_runs(*asked)).total == 0
        with pytest.raises(Conflict):
            await github.commits(*asked)
        with pytest.raises(NotFound):
            await github.readme(*asked)

    async def test_strings_stand_for_what_they_name(self) -> None:
        github = FakeGitHubClient(
            [
                {
                    "full_name": "acme/rocket",
                    "contributors": ["ada"],
                    "releases": ["v1.1", "v1.0"],
                    "branches": ["main", "fix"],
                    "commits": ["Second", "First"],
                    "issues": ["It leaks"],
                    "pulls": ["Seal it"],
                    "files": {"readme.rst": "Hello"},
                    "workflow_runs": ["Lint"],
                }
            ]
        )
        asked = ("acme", "rocket")

        assert (await github.contributors(*asked)).items[0].login == "ada"
        assert (await github.latest_release(*asked)).tag_name == "v1.1"
        assert [tag.name for tag in (await github.tags(*asked)).items] == ["v1.1", "v1.0"]
        assert [branch.name for branch in (await github.branches(*asked)).items] == ["main", "fix"]
        second, first = (await github.commits(*asked)).items
        assert (second.commit.message, first.commit.message) == ("Second", "First")
        assert (second.parents[0].sha, first.parents) == (first.sha, ())
        assert [issue.title for issue in (await github.issues(*asked, direction="asc")).items] == [
            "It leaks",
            "Seal it",
        ]
        assert (await github.pull(*asked, 2)).base.ref == "main"
        assert (await github.readme(*asked)).decoded() == b"Hello"
        assert (await github.workflow_runs(*asked)).items[0].conclusion == "success"
        assert (await github.repository(*asked)).open_issues_count == 2


class TestCompletion:
    async def test_an_owner_is_what_the_organizations_say(self) -> None:
        github = FakeGitHubClient(["acme/rocket", "ada/rocket"], organizations=[{"login": "acme", "members": ["ada"]}])

        assert (await github.repository("acme", "rocket")).owner.type == "Organization"
        assert (await github.user("ada")).public_repos == 1
        assert (await github.organization("acme")).public_repos == 1
        assert [member.login for member in (await github.organization_members("acme")).items] == ["ada"]
        with pytest.raises(NotFound):
            await github.organization("ada")

    async def test_an_owner_may_be_given_whole(self) -> None:
        owner = {"login": "acme", "type": "Organization", "id": 7}
        github = FakeGitHubClient([{"full_name": "acme/rocket", "owner": owner}])

        assert (await github.organization("acme")).login == "acme"
        assert (await github.repository("acme", "rocket")).owner.model_extra == {"id": 7}

    async def test_a_user_keeps_what_it_is_given(self) -> None:
        github = FakeGitHubClient(users=["ada", {"login": "bela", "name": "Bela", "public_repos": 9, "type": "Bot"}])

        user = await github.user("BELA")

        assert (user.name, user.public_repos, user.type) == ("Bela", 9, "Bot")
        assert (await github.user("ada")).avatar_url == "https://github.com/ada.png"

    async def test_a_commit_takes_githubs_shape_or_a_short_one(self) -> None:
        short = {
            "message": "Tighten",
            "author": "ada",
            "date": "2026-01-02T00:00:00Z",
            "files": ["a.py", {"filename": "b.py", "additions": 3, "deletions": 1}],
        }
        whole = {"sha": "f" * 40, "commit": {"message": "Add"}, "parents": [{"sha": "e" * 40}], "author": None}
        github = FakeGitHubClient([{"full_name": "acme/rocket", "commits": [short, whole, {}]}])

        tightened = await github.commit("acme", "rocket", "main")
        added = await github.commit("acme", "rocket", "fffffff")

        assert tightened.stats is not None
        assert (tightened.stats.additions, tightened.stats.total) == (3, 4)
        assert tightened.author is not None
        assert (tightened.author.login, tightened.commit.message) == ("ada", "Tighten")
        assert [file.filename for file in tightened.files or ()] == ["a.py", "b.py"]
        assert (added.commit.message, added.parents[0].sha, added.author) == ("Add", "e" * 40, None)
        by_ada = await github.commits("acme", "rocket", author="Ada")
        assert [commit.sha for commit in by_ada.items] == [tightened.sha]

    async def test_history_begins_where_a_mark_points(self) -> None:
        github = FakeGitHubClient(
            [
                {
                    "full_name": "acme/rocket",
                    "commits": [{"sha": "bbbbbbbb"}, {"sha": "aaaaaaaa"}],
                    "tags": [{"name": "v1", "commit": {"sha": "aaaaaaaa"}}],
                }
            ]
        )

        for ref in ("v1", "aaaaaaaa", "aaaaaaa"):
            assert (await github.commit("acme", "rocket", ref)).sha == "aaaaaaaa"
        assert (await github.commit("acme", "rocket", "HEAD")).sha == "bbbbbbbb"

    async def test_bounds_and_dates_without_a_zone_can_be_compared(self) -> None:
        commits = [{"date": "2026-01-03"}, {"commit": {"committer": None}}]
        github = FakeGitHubClient([{"full_name": "acme/rocket", "commits": commits}])

        after = await github.commits("acme", "rocket", since=datetime(2025, 1, 1))  # noqa: DTZ001
        before = await github.commits("acme", "rocket", until=datetime(2025, 1, 1, tzinfo=UTC))

        assert (len(after.items), len(before.items)) == (1, 1)

    async def test_numbers_are_given_to_those_without(self) -> None:
        github = FakeGitHubClient(
            [{"full_name": "acme/rocket", "issues": ["a", {"title": "b", "number": 2}, "c"], "pulls": [{}]}]
        )

        issues = await github.issues("acme", "rocket", direction="asc")

        assert [(issue.number, issue.title) for issue in issues.items] == [
            (1, "a"),
            (2, "b"),
            (3, "c"),
            (4, "Number 4"),
        ]

    async def test_what_has_an_end_is_closed(self) -> None:
        github = FakeGitHubClient(
            [
                {
                    "full_name": "acme/rocket",
                    "issues": [
                        {"title": "a", "closed_at": "2026-01-02T00:00:00Z", "labels": ["bug"], "user": "ada"},
                        {"title": "b", "labels": [{"name": "bug"}], "assignees": ["ada"]},
                    ],
                    "pulls": [{"title": "c", "merged_at": "2026-01-03T00:00:00Z", "head": "fix", "comments": 4}],
                }
            ]
        )

        closed = await github.issues("acme", "rocket", state="closed", sort="updated")
        pull = await github.pull("acme", "rocket", 3)

        assert [issue.number for issue in closed.items] == [3, 1]
        assert closed.items[0].comments == 4
        assert (pull.merged, pull.closed_at, pull.head.ref) == (True, pull.merged_at, "fix")
        assert [issue.number for issue in (await github.issues("acme", "rocket", labels="Bug")).items] == [2]

    async def test_drafts_and_prereleases_are_never_the_latest(self) -> None:
        releases = [{"tag_name": "v3", "draft": True}, {"tag_name": "v2", "prerelease": True}, {"tag_name": "v1"}]
        github = FakeGitHubClient([{"full_name": "acme/rocket", "releases": releases}])

        assert (await github.latest_release("acme", "rocket")).tag_name == "v1"
        draft, *_ = (await github.releases("acme", "rocket")).items
        assert draft.published_at is None
        assert [tag.name for tag in (await github.tags("acme", "rocket")).items] == ["v2", "v1"]

    async def test_contributors_come_by_their_commits_and_may_be_anonymous(self) -> None:
        contributors = [{"login": "ada", "contributions": 2}, {"name": "Nobody", "contributions": 5}]
        github = FakeGitHubClient([{"full_name": "acme/rocket", "contributors": contributors}])

        first, second = (await github.contributors("acme", "rocket")).items

        assert (first.name, first.login, second.login) == ("Nobody", None, "ada")

    async def test_the_language_is_the_one_of_most_bytes(self) -> None:
        github = FakeGitHubClient([{"full_name": "acme/rocket", "languages": {"C": 10, "Python": 90}, "private": True}])

        repository = await github.repository("acme", "rocket")

        assert (repository.language, repository.visibility) == ("Python", "private")

    async def test_the_community_profile_is_told_by_the_files(self) -> None:
        github = FakeGitHubClient([{"full_name": "acme/rocket", "files": {"README.md": b"", "LICENSE": "MIT"}}])

        profile = await github.community_profile("acme", "rocket")

        assert profile.health_percentage == 50
        assert profile.files["contributing"] is None

    async def test_files_may_be_looked_at_without_any_commit(self) -> None:
        github = FakeGitHubClient([{"full_name": "acme/rocket", "files": {"a/b": b"\x00", "README": "x"}}])

        entries = await github.contents("acme", "rocket")
        file = await github.contents("acme", "rocket", "a/b")

        assert isinstance(entries, tuple)
        assert [(entry.name, entry.type) for entry in entries] == [("README", "file"), ("a", "dir")]
        assert not isinstance(file, tuple)
        assert file.content == base64.b64encode(b"\x00").decode() + "\n"
        with pytest.raises(NotFound):
            await github.contents("acme", "rocket", ref="no-such-branch")

    async def test_a_run_that_goes_on_has_no_conclusion(self) -> None:
        github = FakeGitHubClient([{"full_name": "acme/rocket", "workflow_runs": [{"status": "in_progress"}, {}]}])

        running, done = (await github.workflow_runs("acme", "rocket")).items

        assert (running.conclusion, done.conclusion) == (None, "success")
        assert (running.run_number, done.run_number) == (2, 1)

    async def test_the_quota_is_what_it_is_told_to_be(self) -> None:
        assert (await FakeGitHubClient().rate_limit()).resources["core"].remaining == 5_000
        spent = FakeGitHubClient(rate_limit={"search": {"remaining": 0}})
        assert {name: quota.remaining for name, quota in (await spent.rate_limit()).resources.items()} == {"search": 0}

    @pytest.mark.parametrize("name", ["rocket", "acme/", ""])
    def test_a_repository_needs_its_whole_name(self, name: str) -> None:
        with pytest.raises(ValueError, match="full_name"):
            FakeGitHubClient([name])
        with pytest.raises(ValueError, match="full_name"):
            FakeGitHubClient([{"name": "rocket"}])

    def test_what_does_not_fit_is_told_at_once(self) -> None:
        with pytest.raises(ValidationError, match="stargazers_count"):
            FakeGitHubClient([{"full_name": "acme/rocket", "stargazers_count": "many"}])
        with pytest.raises(ValidationError, match="followers"):
            FakeGitHubClient(users=[{"login": "ada", "followers": "many"}])


class TestSearch:
    async def test_a_qualifier_that_it_does_not_know_is_told(self) -> None:
        github = FakeGitHubClient(["acme/rocket"])

        with pytest.raises(NotImplementedError, match=r"'stars'.*language, org, repo, topic, user"):
            await github.search_repositories("rocket stars:>5")

    async def test_every_qualifier_counts(self) -> None:
        issues = [{"title": "a", "user": "ada"}, {"title": "b", "closed_at": "2026-01-01T00:00:00Z"}]
        github = FakeGitHubClient([{"full_name": "acme/rocket", "issues": issues, "pulls": ["c"]}])

        async def found(q: str) -> list[str]:
            return [issue.title for issue in (await github.search_issues(q)).items]

        assert await found("repo:acme/rocket is:open is:issue") == ["a"]
        assert await found("is:open is:closed") == []
        assert await found("author:ada") == ["a"]
        assert await found("is:pr") == ["c"]
        assert await found("org:other") == []


class TestChanges:
    async def test_a_repository_can_be_replaced_while_in_use(self) -> None:
        github = FakeGitHubClient([{"full_name": "acme/rocket", "stargazers_count": 1}, "acme/other"])
        before = await github.repository("acme", "rocket")

        github.world.add_repository({"full_name": "ACME/Rocket", "stargazers_count": 2})

        after = await github.repository("acme", "rocket")
        assert (after.id, after.stargazers_count) == (before.id, 2)
        assert (await github.user_repositories("acme")).items[-1] == after.model_copy(
            update={"subscribers_count": None}
        )

    async def test_a_new_name_may_take_the_place_of_a_former_one(self) -> None:
        github = FakeGitHubClient([{"full_name": "acme/new", "former_names": ["acme/old"]}])
        assert (await github.repository("Acme", "Old")).full_name == "acme/new"

        github.world.add_repository("acme/old")

        assert (await github.repository("acme", "old")).full_name == "acme/old"
        assert (await github.repository("acme", "new")).full_name == "acme/new"


class TestFailures:
    async def test_the_next_question_fails_once(self) -> None:
        github = FakeGitHubClient(["acme/rocket"])
        github.fail_next(DOWN)

        with pytest.raises(Unreachable):
            await github.user("acme")
        assert (await github.user("acme")).login == "acme"

    async def test_several_fail_in_turn(self) -> None:
        github = FakeGitHubClient(["acme/rocket"])
        slow = UpstreamTimeout("github", "read", 1)
        github.fail_next(DOWN, slow)

        for error in (DOWN, slow):
            with pytest.raises(type(error)) as caught:
                await github.user("acme")
            assert caught.value is error

    async def test_one_call_fails_until_it_is_mended(self) -> None:
        github = FakeGitHubClient(["acme/rocket"])
        github.failures["languages"] = DOWN

        for _ in range(2):
            with pytest.raises(Unreachable):
                await github.languages("acme", "rocket")
        assert await github.topics("acme", "rocket") == ()

        del github.failures["languages"]
        assert await github.languages("acme", "rocket") == {}

    async def test_a_page_fails_to_turn(self) -> None:
        github = FakeGitHubClient([{"full_name": "acme/rocket", "releases": ["b", "a"]}])
        page = await github.releases("acme", "rocket", per_page=1)
        github.fail_next(DOWN)

        with pytest.raises(Unreachable):
            await page.following()


class TestYaml:
    async def test_fills_it(self, tmp_path: Path) -> None:
        path = tmp_path / "github.yaml"
        path.write_text(
            """
            repositories:
              - acme/blank
              - full_name: acme/rocket
                stargazers_count: 7
                created_at: 2024-05-06
                languages: {Python: 100}
                issues: [It leaks]
                files:
                  README.md: |
                    # rocket
            users: [ada]
            organizations:
              - {login: acme, members: [ada]}
            rate_limit: {core: {remaining: 1}}
            """
        )

        github = FakeGitHubClient.from_yaml(path)

        assert (await github.repository("acme", "rocket")).stargazers_count == 7
        assert (await github.readme("acme", "rocket")).decoded() == b"# rocket\n"
        assert (await github.organization_members("acme")).items[0].login == "ada"
        assert (await github.rate_limit()).resources["core"].remaining == 1
        newest, *_ = (await github.organization_repositories("acme")).items
        assert newest.name == "rocket"

    @pytest.mark.parametrize("text", ["", "[]", "repos: []", "just text"])
    def test_of_another_shape_is_refused(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "github.yaml"
        path.write_text(text)

        with pytest.raises(ValueError, match=r"github\.yaml: expected a mapping"):
            FakeGitHubClient.from_yaml(path)


class TestTheWeather:
    """What transport raises where upstream is not asked: a fake can be told so, once or for a method."""

    @pytest.mark.parametrize(
        "error",
        [
            PrimaryLimit("github", "spent", status=None, retry_after_seconds=900, resource="core"),
            QuotaReserved("github", "kept for others", status=None, retry_after_seconds=9, resource="core"),
            SecondaryLimit("github", "too much", status=None, retry_after_seconds=60),
            CircuitOpen("github", "left alone", retry_after_seconds=5),
            QueueFull("github", "too many wait", retry_after_seconds=1),
            DeadlineExceeded("no time left"),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_is_raised_as_it_was_told(self, error: HeadgateError) -> None:
        github = FakeGitHubClient(["acme/rocket"])
        github.fail_next(error)
        github.failures["languages"] = error

        for asked in (github.repository, github.languages, github.languages):
            with pytest.raises(type(error)) as caught:
                await asked("acme", "rocket")
            assert caught.value is error
        assert (await github.repository("acme", "rocket")).name == "rocket"

    async def test_a_limit_is_made_as_the_real_client_makes_it(self) -> None:
        github = FakeGitHubClient(["acme/rocket"])
        github.fail_next(github.world.refusal(Meaning.SECONDARY_LIMIT, 403, "Slow down.", retry_after_seconds=17))

        with pytest.raises(SecondaryLimit) as caught:
            await github.repository("acme", "rocket")

        error = caught.value
        assert (error.retry_after_seconds, error.resource, error.message) == (17, "core", "Slow down.")
