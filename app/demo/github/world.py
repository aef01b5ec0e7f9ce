"""The data behind the stand-in and the few ways in which it changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.demo.github.catalogue import ANCHOR, DAY, FAMILY_NAMES, GIVEN_NAMES, OWNERS, REPOSITORIES
from app.demo.github.growing import comment_id, grow
from app.demo.github.records import Account, Comment, Issue, Label, Repository


class World:
    """Accounts and repositories, found as GitHub finds them: names whatever their case, old names, and numbers.

    Args:
        seed: Of what is not written down: same seed, same life.
        ends_at: Everything happened before this moment (Unix seconds).
    """

    def __init__(self, seed: int = 1, ends_at: int = ANCHOR) -> None:
        self.ends_at = ends_at
        self.accounts: dict[str, Account] = {}
        self.repositories: dict[int, Repository] = {}
        self._names: dict[str, int] = {}
        people = [self._settle(person) for person in _people(ends_at)]
        for owner in _owners(people, ends_at):
            self._settle(owner)
        for place, row in enumerate(REPOSITORIES):
            repository = grow(row, place, self.accounts[row.owner], people, seed, ends_at)
            if row.fork_of:
                repository.parent = self.repositories[self._names[row.fork_of]]
            self.repositories[repository.id] = repository
            self._names[repository.full_name.lower()] = repository.id
            if row.former_name:
                self._names[f"{row.owner}/{row.former_name}"] = repository.id

    def _settle(self, account: Account) -> Account:
        self.accounts[account.login.lower()] = account
        return account

    def repository(self, owner: str, name: str) -> Repository | None:
        """By its present name or one it had before: compare `full_name` to see which."""
        number = self._names.get(f"{owner}/{name}".lower())
        return None if number is None else self.repositories[number]

    def account(self, login: str) -> Account | None:
        return self.accounts.get(login.lower())

    def account_by_id(self, number: int) -> Account | None:
        return next((account for account in self.accounts.values() if account.id == number), None)

    def repositories_of(self, account: Account) -> list[Repository]:
        return [repository for repository in self.repositories.values() if repository.owner is account]

    def members_of(self, organization: Account) -> list[Account]:
        return [self.accounts[login] for login in organization.members]

    def open_issue(
        self,
        repository: Repository,
        now: int,
        *,
        author: Account,
        title: str,
        body: str | None = None,
        labels: Iterable[str] = (),
        assignees: Iterable[str] = (),
    ) -> Issue:
        number = max(repository.issues, default=0) + 1
        issue = Issue(
            id=repository.id * 10 + 5_000 + number,
            number=number,
            title=title,
            body=body,
            state="open",
            author=author,
            labels=self._labels(repository, labels),
            assignees=self._accounts(assignees),
            created_at=now,
            updated_at=now,
        )
        repository.issues[number] = issue
        repository.updated_at = max(now, repository.updated_at + 1)
        return issue

    def change_issue(self, repository: Repository, issue: Issue, changes: Mapping[str, Any], now: int) -> None:
        """What is not named stays as it was: https://docs.github.com/en/rest/issues/issues#update-an-issue."""
        issue.title = changes.get("title", issue.title)
        issue.body = changes.get("body", issue.body)
        if "labels" in changes:
            issue.labels = self._labels(repository, changes["labels"])
        if "assignees" in changes:
            issue.assignees = self._accounts(changes["assignees"])
        if changes.get("state", issue.state) != issue.state:
            issue.state = changes["state"]
            closed = issue.state == "closed"
            issue.closed_at = now if closed else None
            issue.closed_by = repository.owner if closed else None
            issue.state_reason = changes.get("state_reason", "completed" if closed else "reopened")
        issue.updated_at = max(now, issue.updated_at + 1)

    def add_comment(self, issue: Issue, author: Account, body: str, now: int) -> Comment:
        latest = max((comment.id for comment in issue.discussion), default=comment_id(issue.id, -1))
        comment = Comment(latest + 1, author, body, now, now)
        issue.discussion.append(comment)
        issue.updated_at = max(now, issue.updated_at + 1)
        return comment

    def change_repository(self, repository: Repository, changes: Mapping[str, Any], now: int) -> None:
        """A new name leaves the old one behind as a redirect."""
        repository.description = changes.get("description", repository.description)
        repository.homepage = changes.get("homepage", repository.homepage)
        repository.default_branch = changes.get("default_branch", repository.default_branch)
        repository.archived = changes.get("archived", repository.archived)
        repository.name = changes.get("name", repository.name)
        self._names[repository.full_name.lower()] = repository.id
        repository.updated_at = max(now, repository.updated_at + 1)

    def tick(self, now: int, repository: Repository | None = None) -> dict[str, Any]:
        """One small change that a viewer sees: a star, an issue, a push. Of the first repository unless told."""
        changed = repository or next(iter(self.repositories.values()))
        moment = max(now, changed.pushed_at + 1)
        number = max(changed.issues, default=0) + 1
        authors = [account for account, _ in changed.contributors] or [changed.owner]
        author = authors[number % len(authors)]
        issue = self.open_issue(changed, moment, author=author, title=f"Something new, number {number}", labels=["bug"])
        changed.stars += 1
        changed.pushed_at = moment
        return {
            "repository": changed.full_name,
            "stargazers_count": changed.stars,
            "issue": issue.number,
            "pushed_at": changed.pushed_at,
        }

    def _labels(self, repository: Repository, names: Iterable[str]) -> tuple[Label, ...]:
        """GitHub makes a label that the repository does not have yet."""
        known = {label.name: label for label in repository.labels}
        for name in names:
            if name not in known:
                known[name] = Label(repository.id + len(known), name, "ededed", "")
                repository.labels = (*repository.labels, known[name])
        return tuple(known[name] for name in names)

    def _accounts(self, logins: Iterable[str]) -> tuple[Account, ...]:
        found = (self.account(login) for login in logins)
        return tuple(account for account in found if account)


def _people(ends_at: int) -> list[Account]:
    return [
        Account(
            id=2_001 + place,
            login=f"{given}-{family}".lower(),
            name=f"{given} {family}",
            kind="User",
            created_at=ends_at - (3_000 - place * 20) * DAY,
            updated_at=ends_at - place * DAY,
            company="@acme" if place % 2 else None,
            followers=place * 7 % 50,
            following=place * 3 % 20,
        )
        for place, (given, family) in enumerate((given, family) for family in FAMILY_NAMES for given in GIVEN_NAMES)
    ]


def _owners(people: Sequence[Account], ends_at: int) -> list[Account]:
    return [
        Account(
            id=1_001 + place,
            login=row.login,
            name=row.name,
            kind=row.kind,
            created_at=ends_at - (4_000 - place * 100) * DAY,
            updated_at=ends_at - (place + 1) * DAY,
            bio=row.bio,
            blog=f"https://{row.login}.example",
            location=row.location,
            email=f"hello@{row.login}.example",
            followers=300 - place * 60,
            following=place,
            members=tuple(person.login for person in people[: row.members]),
        )
        for place, row in enumerate(OWNERS)
    ]
