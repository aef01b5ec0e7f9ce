"""Who makes a repository, and on how many it rests."""

from collections.abc import Sequence
from typing import Final

from app.clients.github.models import Account, Contributor
from app.services.answers.report import Contributors, ContributorShare

TOP: Final = 10


def contributors_of(counted: Sequence[Contributor], *, more: bool) -> Contributors:
    """From GitHub's list.

    Args:
        counted: What was looked at.
        more: Whether there are others.
    """
    people = sorted(
        (each for each in counted if not is_bot(each.login, each.type)), key=lambda each: -each.contributions
    )
    commits = sum(each.contributions for each in people)
    return Contributors(
        people=len(people),
        bots=len(counted) - len(people),
        more=more,
        commits=commits,
        half_of_commits_by=half_by([each.contributions for each in people]),
        top=tuple(
            ContributorShare(
                login=each.login,
                name=each.name,
                commits=each.contributions,
                share=round(each.contributions / commits, 4) if commits else 0.0,
            )
            for each in people[:TOP]
        ),
    )


def half_by(commits: Sequence[int]) -> int | None:
    """How many of them, those with most first, made at least half of all; None: nobody made any."""
    whole, so_far = sum(commits), 0
    if whole == 0:
        return None
    for people, made in enumerate(sorted(commits, reverse=True), start=1):
        so_far += made
        if 2 * so_far >= whole:
            return people
    return None


def is_bot(login: str | None, kind: str) -> bool:
    """GitHub's Apps end in `[bot]`, whatever type they are told to be."""
    return kind == "Bot" or (login is not None and login.endswith("[bot]"))


def is_account_of_bot(account: Account | None) -> bool:
    """The same of who wrote something; nobody (a deleted account) is no bot."""
    return account is not None and is_bot(account.login, account.type)
