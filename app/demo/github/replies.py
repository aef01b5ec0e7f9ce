"""What a handler gives back, before it becomes bytes and headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

DOCUMENTATION = "https://docs.github.com/rest"
RATE_LIMIT_PAGE = "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"
REDIRECTS_PAGE = (
    "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects"  # as in its answers
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON body, or a raw one with its media type."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    last_modified: int | None = None
    raw_type: str | None = None


class Refusal(Exception):
    """An answer that is no success, in GitHub's shape: message, documentation_url, status as text."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        documentation: str = DOCUMENTATION,
        errors: Sequence[Json] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message)
        body: Json = {"message": message}
        if errors:
            body["errors"] = list(errors)
        self.reply = Reply({**body, "documentation_url": documentation, "status": str(status)}, status, headers or {})


class Moved(Exception):
    """Followed with the same method: 301 for what reads, 307 for what writes, as GitHub documents."""

    def __init__(self, location: str, method: str) -> None:
        super().__init__(location)
        status, message = (301, "Moved Permanently") if method in {"GET", "HEAD"} else (307, "Temporary Redirect")
        body = {"message": message, "url": location, "documentation_url": REDIRECTS_PAGE}
        self.reply = Reply(body, status, {"Location": location})


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def invalid(resource: str, field_name: str, code: str = "missing_field") -> Refusal:
    """https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed."""
    return Refusal(422, "Validation Failed", errors=[{"resource": resource, "field": field_name, "code": code}])
