"""Answers about users and organizations."""

from datetime import datetime
from typing import Self

from app.clients.github import models
from app.services.answers.answer import Answer


class Account(Answer):
    """A user, organization or bot, as it stands in a list."""

    login: str
    type: str
    avatar_url: str | None
    html_url: str | None

    @classmethod
    def of(cls, account: models.Account) -> Self:
        return cls(login=account.login, type=account.type, avatar_url=account.avatar_url, html_url=account.html_url)


class User(Answer):
    login: str
    type: str
    name: str | None
    company: str | None
    blog: str | None
    location: str | None
    bio: str | None
    avatar_url: str | None
    html_url: str | None
    public_repos: int
    followers: int
    following: int
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def of(cls, user: models.User) -> Self:
        return cls(
            login=user.login,
            type=user.type,
            name=user.name,
            company=user.company,
            blog=user.blog or None,
            location=user.location,
            bio=user.bio,
            avatar_url=user.avatar_url,
            html_url=user.html_url,
            public_repos=user.public_repos,
            followers=user.followers,
            following=user.following,
            created_at=user.created_at,
            updated_at=user.updated_at,
        )


class Organization(Answer):
    login: str
    name: str | None
    description: str | None
    company: str | None
    blog: str | None
    location: str | None
    avatar_url: str | None
    html_url: str | None
    public_repos: int
    followers: int
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def of(cls, organization: models.Organization) -> Self:
        return cls(
            login=organization.login,
            name=organization.name,
            description=organization.description,
            company=organization.company,
            blog=organization.blog or None,
            location=organization.location,
            avatar_url=organization.avatar_url,
            html_url=organization.html_url,
            public_repos=organization.public_repos,
            followers=organization.followers,
            created_at=organization.created_at,
            updated_at=organization.updated_at,
        )
