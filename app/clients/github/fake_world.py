"""The accounts and repositories of a fake GitHub, found as GitHub finds them: whatever their case, by former names too."""

from collections.abc import Mapping
from itertools import count

from app.clients.github import fake_parts as parts
from app.clients.github.fake_data import HeldRepository, held_repository
from app.clients.github.fake_parts import Facts, Values
from app.clients.github.models import Account, Organization, RateLimit, Repository, User
from app.clients.refusal import refusal
from app.clients.target import target
from app.errors import ReplyError
from app.transport.dialect import Meaning, Reading

QUOTA = {"limit": 5_000, "remaining": 5_000, "used": 0, "reset": 1_900_000_000}


class FakeWorld:
    """What the fake answers from. It may be added to, and replaced, while the fake is in use."""

    def __init__(self, upstream: str) -> None:
        """`upstream` is the name that errors carry."""
        self._upstream = upstream
        self._accounts: dict[str, Facts] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._repositories: dict[int, HeldRepository] = {}
        self._quotas: dict[str, Mapping[str, int]] = {"core": QUOTA}

    def add_repository(self, given: str | Values) -> Repository:
        """Holds it from now on, in the place of one with the same full name if there is one."""
        facts = parts.facts_of(given, "full_name")
        owner, _, name = str(facts.get("full_name")).partition("/")
        if not name:
            raise ValueError(f"{given}: a repository needs a full_name, owner/name")
        facts["owner"] = facts.get("owner") or self._accounts.get(owner.lower(), owner)
        before = self._named(f"{owner}/{name}")
        free_id = next(number for number in count(1) if number not in self._repositories)
        held = held_repository(facts, free_id if before is None else before.facts.id)
        if before is not None:
            del self._repositories[before.facts.id]
        self._repositories[held.facts.id] = held
        self._accounts.setdefault(owner.lower(), parts.account(facts["owner"]))
        return held.facts

    def add_user(self, given: str | Values) -> User:
        facts = parts.account(given)
        self._accounts[facts["login"].lower()] = facts
        return self.user(facts["login"])

    def add_organization(self, given: str | Values) -> Organization:
        """With its `members`: logins, or accounts."""
        facts = {**parts.account(given), "type": "Organization"}
        members = [parts.account(member) for member in facts.pop("members", ())]
        login = facts["login"].lower()
        self._accounts[login] = facts
        self._members[login] = tuple(member["login"].lower() for member in members)
        for member in members:
            self._accounts.setdefault(member["login"].lower(), member)
        return self.organization(login)

    def set_quotas(self, quotas: Mapping[str, Mapping[str, int]]) -> None:
        """By resource (`core`, `search`); nothing counts them down."""
        self._quotas = {resource: {**QUOTA, **quota} for resource, quota in quotas.items()}

    # Each of these raises what the real client raises for the same asking.

    def repository(self, owner: str, repo: str) -> HeldRepository:
        target(owner, repo)
        found = self._known_as(owner, repo)
        if found is None:
            raise self.not_found()
        return found

    def repository_with_commits(self, owner: str, repo: str) -> HeldRepository:
        held = self.repository(owner, repo)
        if not held.commits:
            raise self.refusal(Meaning.CONFLICT, 409, "Git Repository is empty.")
        return held

    def repository_by_id(self, repository_id: int) -> HeldRepository:
        if repository_id not in self._repositories:
            raise self.not_found()
        return self._repositories[repository_id]

    def repositories(self) -> tuple[HeldRepository, ...]:
        return tuple(self._repositories.values())

    def repositories_of(self, login: str) -> tuple[Repository, ...]:
        owner = self._account(login)["login"].lower()
        return tuple(held.listed for held in self.repositories() if held.facts.owner.login.lower() == owner)

    def users(self) -> tuple[User, ...]:
        """Organizations are among them, as in GitHub's search."""
        return tuple(self.user(login) for login in self._accounts)

    def user(self, login: str) -> User:
        return parts.user(self._account(login), len(self.repositories_of(login)))

    def organization(self, login: str) -> Organization:
        facts = self._account(login)
        if facts["type"] != "Organization":
            raise self.not_found()
        return parts.organization(facts, len(self.repositories_of(login)))

    def members(self, login: str) -> tuple[Account, ...]:
        organization = self.organization(login).login.lower()
        return tuple(parts.listed_account(self.user(member)) for member in self._members.get(organization, ()))

    def rate_limit(self) -> RateLimit:
        return RateLimit.model_validate({"resources": self._quotas})

    def not_found(self) -> ReplyError:
        return self.refusal(Meaning.NOT_FOUND, 404, "Not Found")

    def refusal(
        self, meaning: Meaning, status: int, message: str | None, *, retry_after_seconds: float | None = None
    ) -> ReplyError:
        """The error that the real client raises for such a reply: for `failures` and `fail_next`, too."""
        return refusal(self._upstream, status, Reading(meaning, message, retry_after_seconds, self._resource(meaning)))

    @staticmethod
    def _resource(meaning: Meaning) -> str | None:
        return "core" if meaning in {Meaning.PRIMARY_LIMIT, Meaning.SECONDARY_LIMIT} else None

    def _known_as(self, owner: str, repo: str) -> HeldRepository | None:
        """A present name counts before a former one."""
        wanted = f"{owner}/{repo}".lower()
        formerly = (held for held in self.repositories() if wanted in {name.lower() for name in held.former_names})
        return self._named(wanted) or next(formerly, None)

    def _named(self, full_name: str) -> HeldRepository | None:
        wanted = full_name.lower()
        return next((held for held in self.repositories() if held.facts.full_name.lower() == wanted), None)

    def _account(self, login: str) -> Facts:
        target(login)
        if login.lower() not in self._accounts:
            raise self.not_found()
        return self._accounts[login.lower()]
