"""What callers ask about a repository."""

from collections.abc import Mapping

from app.clients.github import GitHubClient
from app.services.absence import absence_of
from app.services.answers.answer import CountedSlice, Slice, counted_slice_of, slice_of
from app.services.answers.commit import Activity
from app.services.answers.content import Directory, File
from app.services.answers.repository import Branch, Contributor, Language, Release, Repository, Tag
from app.services.answers.workflow_run import WorkflowRun
from app.services.queries import PageQuery, WorkflowRunQuery
from app.services.together import together
from app.services.weeks import activity_of


class RepositoryService:
    """Facts and lists of one repository. A former name of a renamed repository works like the present one."""

    def __init__(self, github: GitHubClient) -> None:
        self._github = github

    async def repository(self, owner: str, repo: str) -> Repository:
        with absence_of(f"repository {owner}/{repo}"):
            return Repository.of(await self._github.repository(owner, repo))

    async def languages(self, owner: str, repo: str) -> Slice[Language]:
        """Most code first, each with its share of the whole (0 to 1)."""
        with absence_of(f"repository {owner}/{repo}"):
            found = await self._github.languages(owner, repo)
        return Slice(languages_of(found), PageQuery(), more=False)

    async def contributors(self, owner: str, repo: str, query: PageQuery) -> Slice[Contributor]:
        with absence_of(f"repository {owner}/{repo}"):
            page = await self._github.contributors(owner, repo, page=query.page, per_page=query.per_page)
        return slice_of(page, query, Contributor.of)

    async def releases(self, owner: str, repo: str, query: PageQuery) -> Slice[Release]:
        with absence_of(f"repository {owner}/{repo}"):
            page = await self._github.releases(owner, repo, page=query.page, per_page=query.per_page)
        return slice_of(page, query, Release.of)

    async def latest_release(self, owner: str, repo: str) -> Release:
        with absence_of(f"published release of {owner}/{repo}"):
            return Release.of(await self._github.latest_release(owner, repo))

    async def tags(self, owner: str, repo: str, query: PageQuery) -> Slice[Tag]:
        with absence_of(f"repository {owner}/{repo}"):
            page = await self._github.tags(owner, repo, page=query.page, per_page=query.per_page)
        return slice_of(page, query, Tag.of)

    async def branches(self, owner: str, repo: str, query: PageQuery) -> Slice[Branch]:
        with absence_of(f"repository {owner}/{repo}"):
            page = await self._github.branches(owner, repo, page=query.page, per_page=query.per_page)
        return slice_of(page, query, Branch.of)

    async def readme(self, owner: str, repo: str, ref: str | None) -> File:
        with absence_of(f"README in {_tree(owner, repo, ref)}"):
            return File.of(await self._github.readme(owner, repo, ref=ref))

    async def contents(self, owner: str, repo: str, path: str, ref: str | None) -> File | Directory:
        with absence_of(f"{path or 'content'} in {_tree(owner, repo, ref)}"):
            found = await self._github.contents(owner, repo, path, ref=ref)
        return Directory.of(path, found) if isinstance(found, tuple) else File.of(found)

    async def activity(self, owner: str, repo: str) -> Activity:
        """A year of weekly commits; both of GitHub's statistics are asked for at once."""
        with absence_of(f"repository {owner}/{repo}"):
            weeks, participation = await together(
                self._github.commit_activity(owner, repo), self._github.participation(owner, repo)
            )
        return activity_of(weeks, participation)

    async def workflow_runs(self, owner: str, repo: str, query: WorkflowRunQuery) -> CountedSlice[WorkflowRun]:
        with absence_of(f"repository {owner}/{repo}"):
            page = await self._github.workflow_runs(
                owner, repo, branch=query.branch, page=query.page, per_page=query.per_page
            )
        return counted_slice_of(page, query, WorkflowRun.of)


def languages_of(bytes_by_name: Mapping[str, int]) -> tuple[Language, ...]:
    """Most code first, each with its share of the whole."""
    whole = sum(bytes_by_name.values()) or 1
    ordered = sorted(bytes_by_name.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Language(name=name, bytes=size, share=round(size / whole, 4)) for name, size in ordered)


def _tree(owner: str, repo: str, ref: str | None) -> str:
    """In which state of the repository something is looked for."""
    return f"{owner}/{repo}" if ref is None else f"{owner}/{repo} at {ref}"
