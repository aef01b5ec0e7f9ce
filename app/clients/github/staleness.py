"""What a write on GitHub makes stale, as groups of targets (tags). Pure functions on targets.

RFC 9111 section 4.4 makes a write's own URL stale. On GitHub it also shows in lists, on the repository, under
`/repositories/{id}/…` (where GitHub's own Link fields point) and on the pages of its owner. What is marked costs a
conditional request, which costs no quota where nothing has changed, so the groups are generous.

A write under a name cannot know the id that the same repository has elsewhere, and the reverse. So the groups of the
one kind are marked together with the whole other kind.

What GraphQL writes is not seen: a mutation and a query are the same request but for their body.
"""

from urllib.parse import unquote

IMMUTABLE_ROUTES = tuple(
    f"{repository}/{kind}/{{sha}}"
    for repository in ("repos/*/*", "repositories/*")
    for kind in ("commits", "git/commits", "git/trees", "git/blobs", "git/tags")
)
"""Git objects by their full SHA never change ("REST API endpoints for Git database")."""

_TALK = frozenset({"issues", "labels", "milestones", "comments", "assignees", "subscription", "subscribers"})
"""Below a repository: what a write to one of them does not leave, so that a comment leaves the code's replies alone."""

_MAKES_ANOTHER = frozenset({"forks", "generate", "transfer"})
"""Below a repository: what makes one of it that belongs to somebody else, whom only the body names."""


def tags(target: str) -> tuple[str, ...]:
    """The groups of which the reply to `target` is one."""
    parts = _parts(target)
    match parts:
        case ["repos", owner, repo, *below]:
            return (*_of_repository(f"{owner}/{repo}", below), *_of_repository("named", below))
        case ["repositories", number, *below] if number:
            return (*_of_repository(f"id:{number}", below), *_of_repository("numbered", below))
        case ["orgs" | "users", account, *_]:
            return (f"account:{account}", "accounts")
        case ["user" | "issues" | "notifications" | "repositories", *_]:
            return ("own", "accounts")
        case ["gists", *_]:
            return ("gists",)
        case _:
            return ()


def made_stale(target: str) -> tuple[str, ...]:
    """The groups that a write to `target` makes stale."""
    match _parts(target):
        case ["repos", owner, repo, *below]:
            there = "accounts" if below and below[0] in _MAKES_ANOTHER else f"account:{owner}"
            return (*_written(f"{owner}/{repo}", below), *_written("numbered", below), there, "own")
        case ["repositories", number, *below] if number:
            return (*_written(f"id:{number}", below), *_written("named", below), "accounts")
        case ["orgs" | "users", account, *_]:
            return (f"account:{account}", "own")
        case ["user", "starred" | "subscriptions", owner, repo]:  # counted on the repository
            return (*_written(f"{owner}/{repo}", []), *_written("numbered", []), "accounts")
        case ["user" | "notifications", *_]:
            return ("accounts",)
        case ["gists", *_]:
            return ("gists", "accounts")
        case _:
            return ()


def _parts(target: str) -> list[str]:
    """The path's segments; GitHub reads the names of owners and repositories without regard to case."""
    parts = target.partition("?")[0].split("/")
    return [(unquote(part) if "%" in part else part).lower() for part in parts]


def _of_repository(name: str, below: list[str]) -> tuple[str, ...]:
    if not below or below[0] in _TALK or below[0] == "pulls":
        return (f"repository:{name}", f"talk:{name}")
    return (f"repository:{name}",)


def _written(name: str, below: list[str]) -> tuple[str, ...]:
    """Talk shows in talk and on the repository itself; everything else may show anywhere in it (a merge moves code)."""
    return (f"talk:{name}",) if below and below[0] in _TALK else (f"repository:{name}",)
