"""One request as the handlers see it: no aiohttp from here on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from app.demo.github.callers import LOGIN, Caller
from app.demo.github.quota import Quota
from app.demo.github.records import Account, Repository
from app.demo.github.renderings import rendered
from app.demo.github.replies import Json, Moved, Refusal, not_found
from app.demo.github.statistics import StatisticsDesk
from app.demo.github.world import World


@dataclass(frozen=True, slots=True)
class Ask:
    world: World
    quota: Quota
    desk: StatisticsDesk
    caller: Caller
    now: int
    method: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    # Scheme, host and prefix (`/api/v3` on GHES) as this request addressed them, without the last slash.
    api: str
    # What follows that, still escaped.
    path: str
    accept: str = ""
    # What was sent as JSON, and as bytes where an address takes any file.
    body: Any = None
    content_type: str = ""

    def repository(self) -> Repository:
        """By number, or by name; by a former name it is elsewhere."""
        number = self.params.get("id")
        if number is not None:
            by_number = self.world.repositories.get(int(number))
            if by_number is None:
                raise not_found()
            return by_number
        owner, name = self.params["owner"], self.params["repo"]
        found = self.world.repository(owner, name)
        if found is None:
            raise not_found()
        if found.full_name.lower() != f"{owner}/{name}".lower():
            query = f"?{urlencode(list(self.query.items()))}" if self.query else ""
            raise Moved(self.api + self.by_number(found) + query, self.method)
        return found

    def by_number(self, repository: Repository) -> str:
        """This request's path in the form that GitHub's own links use, whatever the caller wrote."""
        segments = self.path.split("/")
        rest = segments[3:] if "id" in self.params else segments[4:]
        return "/".join([f"/repositories/{repository.id}", *rest])

    def account(self) -> Account:
        """By login, or by number where the address is a link that paging gave."""
        number = self.params.get("account_id")
        found = self.world.account_by_id(int(number)) if number else self.world.account(self.params["login"])
        if found is None:
            raise not_found()
        return found

    def organization(self) -> Account:
        found = self.account()
        if not found.is_organization:
            raise not_found()
        return found

    def moment(self, name: str) -> int | None:
        """ISO 8601; without a zone it is UTC. What is no time is not a bound."""
        try:
            moment = datetime.fromisoformat(self.query.get(name, ""))
        except ValueError:
            return None
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())

    def require_credential(self) -> None:
        if not self.caller.authenticated:
            raise Refusal(401, "Requires authentication")

    def myself(self) -> Account:
        """Whose credential it is."""
        self.require_credential()
        return self.world.accounts[LOGIN]

    def rendered(self, shape: Json) -> Json:
        """The shape of something with a text of somebody's, the text as this request wants it."""
        return rendered(shape, self.accept)

    def fields(self) -> Mapping[str, Any]:
        """The JSON object that was sent."""
        if not isinstance(self.body, dict):
            raise Refusal(400, "Body should be a JSON object")
        return self.body
