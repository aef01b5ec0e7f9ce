"""What the repository service promises, with the fake GitHub below it."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from app.clients.github import FakeGitHubClient, models
from app.errors import Unreachable
from app.services.answers.content import Directory, Entry, File
from app.services.answers.repository import Asset, Branch, Contributor, Language, Owner, Release, Repository, Tag
from app.services.answers.workflow_run import WorkflowRun
from app.services.queries import PageQuery, WorkflowRunQuery
from app.services.repositories import RepositoryService

ROCKET = ("acme", "rocket")
FULL: dict[str, Any] = {
    "full_name": "acme/rocket",
    "owner": {"login": "acme", "type": "Organization", "avatar_url": "https://avatars.example/acme"},
    "description": "Goes up",
    "homepage": "https://rocket.example",
    "html_url": "https://github.example/acme/rocket",
    "topics": ["space", "fire"],
    "language": "Rust",
    "license": {"spdx_id": "MIT", "name": "MIT License"},
    "visibility": "internal",
    "private": True,
    "default_branch": "trunk",
    "archived": True,
    "fork": True,
    "stargazers_count": 7,
    "forks_count": 6,
    "subscribers_count": 5,
    "open_issues_count": 4,
    "size": 3,
    "created_at": "2020-01-02T03:04:05Z",
    "updated_at": "2021-01-02T03:04:05Z",
    "pushed_at": "2022-01-02T03:04:05Z",
}


def moment(year: int) -> datetime:
    return datetime(year, 1, 2, 3, 4, 5, tzinfo=UTC)


def service_of(**values: Any) -> RepositoryService:
    """On a GitHub whose acme/rocket has these values."""
    return RepositoryService(FakeGitHubClient([{"full_name": "acme/rocket", **values}]))


class TestARepository:
    async def test_every_fact_has_its_place(self) -> None:
        assert await RepositoryService(FakeGitHubClient([FULL])).repository(*ROCKET) == Repository(
            full_name="acme/rocket",
            name="rocket",
            owner=Owner(login="acme", type="Organization", avatar_url="https://avatars.example/acme"),
            description="Goes up",
            homepage="https://rocket.example",
            html_url="https://github.example/acme/rocket",
            topics=("space", "fire"),
            language="Rust",
            license="MIT",
            visibility="internal",
            default_branch="trunk",
            archived=True,
            fork=True,
            stars=7,
            forks=6,
            subscribers=5,
            open_issues=4,
            size_kb=3,
            created_at=moment(2020),
            updated_at=moment(2021),
            pushed_at=moment(2022),
        )

    async def test_an_empty_homepage_is_none(self) -> None:
        assert (await service_of(homepage="").repository(*ROCKET)).homepage is None

    @pytest.mark.parametrize(
        ("license_", "expected"),
        [(None, None), ({"spdx_id": None, "name": "Other"}, None), ({"spdx_id": "Apache-2.0"}, "Apache-2.0")],
    )
    async def test_a_licence_is_its_spdx_id_or_null(
        self, license_: dict[str, Any] | None, expected: str | None
    ) -> None:
        assert (await service_of(license=license_).repository(*ROCKET)).license == expected

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({"visibility": None, "private": True}, "private"),
            ({"visibility": None, "private": False}, "public"),
            ({"visibility": "internal", "private": True}, "internal"),
        ],
    )
    async def test_visibility_is_derived_where_github_does_not_tell_it(
        self, told: dict[str, Any], expected: str
    ) -> None:
        assert (await service_of(**told).repository(*ROCKET)).visibility == expected

    async def test_a_former_name_works_like_the_present_one(self) -> None:
        service = service_of(former_names=["acme/firework"])

        assert (await service.repository("acme", "firework")).full_name == "acme/rocket"


class TestLanguages:
    async def test_most_code_comes_first_with_its_share(self) -> None:
        found = await service_of(languages={"C": 100, "Rust": 300}).languages(*ROCKET)

        assert found.items == (
            Language(name="Rust", bytes=300, share=0.75),
            Language(name="C", bytes=100, share=0.25),
        )
        assert not found.more

    async def test_equals_stand_by_name(self) -> None:
        found = await service_of(languages={"C": 1, "Ada": 1, "B": 1}).languages(*ROCKET)

        assert [language.name for language in found.items] == ["Ada", "B", "C"]
        assert {language.share for language in found.items} == {0.3333}

    async def test_no_code_is_no_languages(self) -> None:
        assert (await service_of().languages(*ROCKET)).items == ()

    async def test_languages_without_bytes_have_no_share(self) -> None:
        assert (await service_of(languages={"C": 0}).languages(*ROCKET)).items == (
            Language(name="C", bytes=0, share=0.0),
        )


class TestLists:
    @pytest.mark.parametrize("method", ["contributors", "releases", "tags", "branches"])
    async def test_pages_follow_one_another_until_there_is_no_more(self, method: str) -> None:
        names = [f"n{number}" for number in range(5)]
        service = service_of(**{method: names}, commits=["First"])
        pages = [await getattr(service, method)(*ROCKET, PageQuery(page=page, per_page=2)) for page in (1, 2, 3)]

        assert [len(page.items) for page in pages] == [2, 2, 1]
        assert [page.more for page in pages] == [True, True, False]
        assert [page.query.page for page in pages] == [1, 2, 3]
        assert len({item for page in pages for item in page.items}) == 5

    async def test_a_contributor_has_a_login_or_a_name(self) -> None:
        ada = {"login": "ada", "type": "Bot", "avatar_url": "https://avatars.example/ada", "contributions": 9}
        service = service_of(contributors=[ada, {"name": "Somebody", "contributions": 2}])

        assert (await service.contributors(*ROCKET, PageQuery())).items == (
            Contributor(login="ada", name=None, type="Bot", avatar_url="https://avatars.example/ada", contributions=9),
            Contributor(login=None, name="Somebody", type="Anonymous", avatar_url=None, contributions=2),
        )

    async def test_a_release_with_its_assets(self) -> None:
        service = service_of(
            releases=[
                {
                    "id": 7,
                    "tag_name": "v1",
                    "name": "One",
                    "body": "Flies",
                    "draft": False,
                    "prerelease": True,
                    "html_url": "https://github.example/v1",
                    "author": "ada",
                    "created_at": "2020-01-02T03:04:05Z",
                    "published_at": "2021-01-02T03:04:05Z",
                    "assets": [
                        {
                            "name": "rocket.zip",
                            "size": 5,
                            "download_count": 6,
                            "content_type": "application/zip",
                            "browser_download_url": "https://github.example/rocket.zip",
                        }
                    ],
                }
            ]
        )

        assert (await service.releases(*ROCKET, PageQuery())).items == (
            Release(
                id=7,
                tag_name="v1",
                name="One",
                body="Flies",
                draft=False,
                prerelease=True,
                html_url="https://github.example/v1",
                author="ada",
                created_at=moment(2020),
                published_at=moment(2021),
                assets=(
                    Asset(
                        name="rocket.zip",
                        size_bytes=5,
                        downloads=6,
                        content_type="application/zip",
                        download_url="https://github.example/rocket.zip",
                    ),
                ),
            ),
        )

    async def test_the_latest_release_is_neither_a_draft_nor_a_prerelease(self) -> None:
        service = service_of(
            releases=[{"tag_name": "v3", "draft": True}, {"tag_name": "v2", "prerelease": True}, "v1", "v0"]
        )

        assert (await service.latest_release(*ROCKET)).tag_name == "v1"

    async def test_tags_and_branches_tell_their_commits(self) -> None:
        service = service_of(
            tags=[{"name": "v1", "commit": {"sha": "1"}}],
            branches=[{"name": "main", "commit": {"sha": "2"}, "protected": True}],
        )

        assert (await service.tags(*ROCKET, PageQuery())).items == (Tag(name="v1", sha="1"),)
        assert (await service.branches(*ROCKET, PageQuery())).items == (Branch(name="main", sha="2", protected=True),)


class TestFiles:
    async def test_a_text_is_text(self) -> None:
        found = await service_of(files={"docs/größe.md": "Größe: ½ m\n"}, commits=["First"]).contents(
            *ROCKET, "docs/größe.md", None
        )

        assert isinstance(found, File)
        assert (found.name, found.path) == ("größe.md", "docs/größe.md")
        assert (found.encoding, found.content) == ("utf-8", "Größe: ½ m\n")
        assert found.size_bytes == len("Größe: ½ m\n".encode())
        assert found.html_url == "https://github.com/acme/rocket/blob/main/docs/gr%C3%B6%C3%9Fe.md"
        assert len(found.sha) == 40

    async def test_what_is_no_utf_8_is_base64(self) -> None:
        image = b"\x89PNG\r\n\x1a\n\xff\x00" * 20
        found = await service_of(files={"logo.png": image}).contents(*ROCKET, "logo.png", None)

        assert isinstance(found, File)
        assert (found.encoding, found.size_bytes) == ("base64", len(image))
        assert found.content is not None
        assert "\n" not in found.content
        assert base64.b64decode(found.content) == image

    async def test_an_empty_file_has_an_empty_text(self) -> None:
        found = await service_of(files={"empty": ""}).contents(*ROCKET, "empty", None)

        assert isinstance(found, File)
        assert (found.encoding, found.content) == ("utf-8", "")

    @pytest.mark.parametrize(
        "sent", [{"encoding": "none", "content": ""}, {"encoding": "base64", "content": "abc"}, {}, {"content": "x"}]
    )
    def test_what_github_leaves_out_is_null(self, sent: dict[str, str]) -> None:
        large = models.File.model_validate(
            {"type": "file", "name": "a", "path": "a", "sha": "5ha", "size": 2_000_000, **sent}
        )

        assert File.of(large) == File(
            name="a", path="a", sha="5ha", size_bytes=2_000_000, encoding="none", content=None, html_url=None
        )

    async def test_directories_come_before_files_each_by_name(self) -> None:
        files = {"b.md": "", "Z/x": "", "a.md": "Hello", "c/d/e": "", "a/x": ""}
        found = await service_of(files=files).contents(*ROCKET, "", None)

        assert isinstance(found, Directory)
        assert [(entry.type, entry.name) for entry in found.entries] == [
            ("dir", "Z"),
            ("dir", "a"),
            ("dir", "c"),
            ("file", "a.md"),
            ("file", "b.md"),
        ]
        assert found.path == ""
        assert found.entries[3] == Entry(
            type="file", name="a.md", path="a.md", sha="5ab2f8a4323abafb10abb68657d9d39f1a775057", size_bytes=5
        )

    def test_links_stand_among_the_files_under_githubs_name_for_them(self) -> None:
        sent = [("symlink", "b"), ("submodule", "a"), ("dir", "z")]
        entries = (models.ContentEntry(type=kind, name=name, path=f"x/{name}", sha="5ha") for kind, name in sent)

        assert [(entry.type, entry.name) for entry in Directory.of("x", tuple(entries)).entries] == [
            ("dir", "z"),
            ("submodule", "a"),
            ("symlink", "b"),
        ]

    async def test_a_directory_below_the_root(self) -> None:
        found = await service_of(files={"c/d/e": "", "c/f": ""}).contents(*ROCKET, "c", None)

        assert isinstance(found, Directory)
        assert (found.path, [entry.path for entry in found.entries]) == ("c", ["c/d", "c/f"])

    async def test_the_readme_is_found_and_decoded(self) -> None:
        found = await service_of(files={"readme.rst": "Goes up"}).readme(*ROCKET, None)

        assert (found.path, found.content) == ("readme.rst", "Goes up")

    async def test_files_are_those_at_the_ref(self) -> None:
        service = service_of(files={"README.md": "Goes up"}, commits=["First"], tags=["v1"])
        readme, file = await service.readme(*ROCKET, "v1"), await service.contents(*ROCKET, "README.md", "v1")

        assert readme == file
        assert readme.html_url == "https://github.com/acme/rocket/blob/v1/README.md"


class TestActivity:
    async def test_it_is_made_of_both_statistics(self) -> None:
        service = service_of(
            commit_activity=[{"week": 1_735_430_400, "total": 5, "days": [0, 5, 0, 0, 0, 0, 0]}],
            participation={"all": [5], "owner": [2]},
        )

        activity = await service.activity(*ROCKET)

        assert activity.total_commits == 5
        assert [(week.commits, week.by_owner) for week in activity.weeks] == [(5, 2)]

    @pytest.mark.parametrize("call", ["commit_activity", "participation"])
    async def test_a_statistic_that_fails_fails_it_as_itself(self, call: str) -> None:
        github, down = FakeGitHubClient(["acme/rocket"]), Unreachable("github", "no connection to github")
        github.failures[call] = down

        with pytest.raises(Unreachable) as caught:
            await RepositoryService(github).activity(*ROCKET)

        assert caught.value is down


RUN: dict[str, Any] = {
    "id": 7,
    "run_number": 3,
    "name": "Tests",
    "event": "push",
    "status": "completed",
    "conclusion": "failure",
    "head_branch": "fix",
    "head_sha": "5ha",
    "html_url": "https://github.example/runs/7",
    "created_at": "2026-01-02T03:00:00Z",
    "run_started_at": "2026-01-02T03:01:00Z",
    "updated_at": "2026-01-02T03:03:30Z",
}


class TestWorkflowRuns:
    async def test_every_fact_has_its_place(self) -> None:
        found = await service_of(workflow_runs=[RUN]).workflow_runs(*ROCKET, WorkflowRunQuery())

        assert found.items == (
            WorkflowRun(
                id=7,
                number=3,
                name="Tests",
                event="push",
                status="completed",
                conclusion="failure",
                branch="fix",
                sha="5ha",
                html_url="https://github.example/runs/7",
                created_at=datetime(2026, 1, 2, 3, tzinfo=UTC),
                updated_at=datetime(2026, 1, 2, 3, 3, 30, tzinfo=UTC),
                seconds=150.0,
            ),
        )

    @pytest.mark.parametrize("unknown", ["conclusion", "run_started_at", "updated_at"])
    def test_how_long_it_took_is_null_until_that_is_known(self, unknown: str) -> None:
        assert WorkflowRun.of(models.WorkflowRun.model_validate(RUN | {unknown: None})).seconds is None

    async def test_a_time_without_a_zone_is_utc(self) -> None:
        started = datetime(2026, 1, 2, 3, 1)  # noqa: DTZ001 -- as YAML has it
        found = await service_of(workflow_runs=[RUN | {"run_started_at": started}]).workflow_runs(
            *ROCKET, WorkflowRunQuery()
        )

        assert found.items[0].seconds == 150.0

    async def test_they_are_counted_over_all_pages(self) -> None:
        service = service_of(workflow_runs=["Lint", "Tests", "Docs"])

        first = await service.workflow_runs(*ROCKET, WorkflowRunQuery(per_page=2))
        last = await service.workflow_runs(*ROCKET, WorkflowRunQuery(per_page=2, page=2))

        assert (len(first.items), first.total, first.more, first.incomplete) == (2, 3, True, False)
        assert (len(last.items), last.total, last.more, last.incomplete) == (1, 3, False, False)

    async def test_only_those_on_a_branch(self) -> None:
        service = service_of(workflow_runs=[{"head_branch": "fix"}, {"head_branch": "main"}])

        found = await service.workflow_runs(*ROCKET, WorkflowRunQuery(branch="fix"))

        assert ([run.branch for run in found.items], found.total) == (["fix"], 1)
