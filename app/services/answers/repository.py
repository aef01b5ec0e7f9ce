"""Answers about a repository and its lists of names."""

from datetime import datetime
from typing import Self

from app.clients.github import models
from app.services.answers.answer import Answer


class Owner(Answer):
    login: str
    type: str
    avatar_url: str | None

    @classmethod
    def of(cls, account: models.Account) -> Self:
        return cls(login=account.login, type=account.type, avatar_url=account.avatar_url)


class Repository(Answer):
    full_name: str
    name: str
    owner: Owner
    description: str | None
    homepage: str | None
    html_url: str
    topics: tuple[str, ...]
    language: str | None
    license: str | None
    visibility: str
    default_branch: str
    archived: bool
    fork: bool
    stars: int
    forks: int
    subscribers: int | None
    open_issues: int
    size_kb: int
    created_at: datetime | None
    updated_at: datetime | None
    pushed_at: datetime | None

    @classmethod
    def of(cls, repository: models.Repository) -> Self:
        return cls(
            full_name=repository.full_name,
            name=repository.name,
            owner=Owner.of(repository.owner),
            description=repository.description,
            homepage=repository.homepage or None,
            html_url=repository.html_url,
            topics=repository.topics,
            language=repository.language,
            license=None if repository.license is None else repository.license.spdx_id,
            visibility=repository.visibility or ("private" if repository.private else "public"),
            default_branch=repository.default_branch,
            archived=repository.archived,
            fork=repository.fork,
            stars=repository.stargazers_count,
            forks=repository.forks_count,
            subscribers=repository.subscribers_count,
            open_issues=repository.open_issues_count,
            size_kb=repository.size,
            created_at=repository.created_at,
            updated_at=repository.updated_at,
            pushed_at=repository.pushed_at,
        )


class Language(Answer):
    name: str
    bytes: int
    share: float


class Contributor(Answer):
    """An anonymous contributor has a name and no login."""

    login: str | None
    name: str | None
    type: str
    avatar_url: str | None
    contributions: int

    @classmethod
    def of(cls, contributor: models.Contributor) -> Self:
        return cls(
            login=contributor.login,
            name=contributor.name,
            type=contributor.type,
            avatar_url=contributor.avatar_url,
            contributions=contributor.contributions,
        )


class Asset(Answer):
    name: str
    size_bytes: int
    downloads: int
    content_type: str | None
    download_url: str | None

    @classmethod
    def of(cls, asset: models.Asset) -> Self:
        return cls(
            name=asset.name,
            size_bytes=asset.size,
            downloads=asset.download_count,
            content_type=asset.content_type,
            download_url=asset.browser_download_url,
        )


class Release(Answer):
    id: int
    tag_name: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    html_url: str | None
    author: str | None
    created_at: datetime | None
    published_at: datetime | None
    assets: tuple[Asset, ...]

    @classmethod
    def of(cls, release: models.Release) -> Self:
        return cls(
            id=release.id,
            tag_name=release.tag_name,
            name=release.name,
            body=release.body,
            draft=release.draft,
            prerelease=release.prerelease,
            html_url=release.html_url,
            author=None if release.author is None else release.author.login,
            created_at=release.created_at,
            published_at=release.published_at,
            assets=tuple(Asset.of(asset) for asset in release.assets),
        )


class Tag(Answer):
    name: str
    sha: str

    @classmethod
    def of(cls, tag: models.Tag) -> Self:
        return cls(name=tag.name, sha=tag.commit.sha)


class Branch(Answer):
    name: str
    sha: str
    protected: bool

    @classmethod
    def of(cls, branch: models.Branch) -> Self:
        return cls(name=branch.name, sha=branch.commit.sha, protected=branch.protected)
