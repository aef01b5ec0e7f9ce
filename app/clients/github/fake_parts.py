"""The values of a fake GitHub, each completed by itself: what is left out gets a plausible default.

Where one field says it all, its value stands for the dict: `"ada"` is an account, `"It leaks"` an issue.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from app.clients.github.models import (
    Account,
    Comment,
    Commit,
    Contributor,
    Issue,
    Organization,
    Pull,
    Release,
    User,
    WorkflowRun,
)

Values = Mapping[str, Any]
Facts = dict[str, Any]

HTML = "https://github.com"
SOME_DAY = "2024-01-01T12:00:00Z"


def moment(value: datetime | None) -> datetime:
    """To compare by: what has no time zone (YAML's dates) is UTC, and what has no time came first."""
    if value is None:
        return datetime.min.replace(tzinfo=UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def account(given: str | Values) -> Facts:
    facts = facts_of(given, "login")
    login = facts["login"]
    return {"type": "User", "avatar_url": f"{HTML}/{login}.png", "html_url": f"{HTML}/{login}", **facts}


def user(given: str | Values, public_repos: int) -> User:
    """An organization too: GitHub shows its description as a biography."""
    facts = account(given)
    return User.model_validate({"public_repos": public_repos, "bio": facts.get("description"), **dated(facts)})


def organization(given: str | Values, public_repos: int) -> Organization:
    facts = {**account(given), "type": "Organization"}
    return Organization.model_validate({"public_repos": public_repos, **dated(facts)})


def listed_account(whole: User | Organization) -> Account:
    """As it stands in a list."""
    kind = "Organization" if isinstance(whole, Organization) else whole.type
    return Account(login=whole.login, type=kind, avatar_url=whole.avatar_url, html_url=whole.html_url)


def facts_of(given: str | Values, only: str) -> Facts:
    """A string stands for the dict that has it in the field `only`."""
    return {only: given} if isinstance(given, str) else dict(given)


def dated(facts: Facts) -> Facts:
    created = facts.get("created_at", SOME_DAY)
    updated = facts.get("updated_at", facts.get("closed_at") or created)
    return {"created_at": created, "updated_at": updated, **facts}


def digest(*words: object) -> str:
    """Looks like a SHA, and is the same in every run."""
    return hashlib.sha1("/".join(map(str, words)).encode(), usedforsecurity=False).hexdigest()


def _with_accounts(facts: Facts, *names: str) -> Facts:
    """Logins where GitHub has accounts become accounts."""
    return {**facts, **{name: account(facts[name]) for name in names if facts.get(name) is not None}}


def commits_of(given: Sequence[str | Values], full_name: str) -> tuple[Commit, ...]:
    """Newest first. A `message` and a `date` at the top go where GitHub has them; each is the parent of the one before."""
    commits: list[Commit] = []
    for number, facts in enumerate((facts_of(one, "message") for one in reversed(given)), start=1):
        written = facts.pop("date", SOME_DAY)
        message = facts.pop("message", f"Change {number}")
        whole = _with_accounts(facts, "author", "committer")
        name = (whole.get("author") or {}).get("login", "Somebody")
        signature = {"name": name, "email": f"{name}@users.noreply.github.com".lower(), "date": written}
        details = {"message": message, "author": signature, "committer": signature, **whole.pop("commit", {})}
        files = [{"status": "modified", **facts_of(file, "filename")} for file in whole.pop("files", ())]
        sha = whole.get("sha") or digest(full_name, number)
        counts = {field: sum(file.get(field, 0) for file in files) for field in ("additions", "deletions")}
        default = {
            "html_url": f"{HTML}/{full_name}/commit/{sha}",
            "parents": [{"sha": commits[-1].sha}] if commits else [],
            "stats": {**counts, "total": sum(counts.values())},
        }
        commits.append(Commit.model_validate(default | whole | {"sha": sha, "commit": details, "files": files}))
    return tuple(reversed(commits))


def contributors_of(given: Iterable[str | Values]) -> tuple[Contributor, ...]:
    """Those without a login are anonymous."""
    whole = (facts_of(one, "login") for one in given)
    completed = ({"contributions": 1, **(account(one) if one.get("login") else one)} for one in whole)
    return tuple(
        sorted((Contributor.model_validate(one) for one in completed), key=lambda one: one.contributions, reverse=True)
    )


def releases_of(given: Sequence[str | Values], full_name: str) -> tuple[Release, ...]:
    """Newest first, as GitHub lists them."""
    releases = []
    for place, facts in enumerate(facts_of(one, "tag_name") for one in given):
        tag = facts["tag_name"]
        created = facts.get("created_at", SOME_DAY)
        default = {
            "id": len(given) - place,
            "name": tag,
            "html_url": f"{HTML}/{full_name}/releases/tag/{tag}",
            "created_at": created,
            "published_at": None if facts.get("draft") else created,
        }
        releases.append(Release.model_validate(default | _with_accounts(facts, "author")))
    return tuple(releases)


def issues_of(
    issues: Iterable[str | Values], pulls: Iterable[str | Values], full_name: str, base: str, head: str
) -> tuple[tuple[Issue, ...], tuple[Pull, ...]]:
    """Both are numbered from one row, and every pull request is an issue too (GitHub's "Issues" page says so)."""
    plain = [facts_of(one, "title") for one in issues]
    merging = [facts_of(one, "title") for one in pulls]
    number_of = _numbering(plain, merging)
    held = {issue.number: issue for issue in [_issue(facts, number_of(facts), full_name) for facts in plain]}
    held_pulls = tuple(_pull(facts, number_of(facts), full_name, base, head) for facts in merging)
    for pull in held_pulls:
        held.setdefault(pull.number, _as_issue(pull))
    return tuple(held.values()), held_pulls


def _numbering(*rows: Iterable[Facts]) -> Callable[[Facts], int]:
    """Gives the number of one that brings it, and the next free one to any other."""
    taken = {facts["number"] for row in rows for facts in row if "number" in facts}
    free = (number for number in count(1) if number not in taken)
    return lambda facts: facts["number"] if "number" in facts else next(free)


def _discussed(facts: Facts, number: int, url: str) -> Facts:
    """What issues and pull requests have in common."""
    default = {
        "number": number,
        "title": f"Number {number}",
        "state": "closed" if facts.get("closed_at") else "open",
        "html_url": url,
        "comments": 0,
    }
    whole = dated(default | _with_accounts(facts, "user"))
    whole["labels"] = [facts_of(label, "name") for label in facts.get("labels", ())]
    whole["assignees"] = [account(one) for one in facts.get("assignees", ())]
    return whole


def _issue(facts: Facts, number: int, full_name: str) -> Issue:
    return Issue.model_validate(_discussed(facts, number, f"{HTML}/{full_name}/issues/{number}"))


def _pull(facts: Facts, number: int, full_name: str, base: str, head: str) -> Pull:
    ended = {"closed_at": facts.get("merged_at"), **facts}
    default = {
        "merged": facts.get("merged_at") is not None,
        "commits": 1,
        "additions": 0,
        "deletions": 0,
        "changed_files": 0,
        **_discussed(ended, number, f"{HTML}/{full_name}/pull/{number}"),
    }
    ends = {
        "head": {"sha": head, **facts_of(facts.get("head", f"change-{number}"), "ref")},
        "base": {"sha": head, **facts_of(facts.get("base", base), "ref")},
    }
    return Pull.model_validate(default | ends)


def _as_issue(pull: Pull) -> Issue:
    shared = pull.model_dump(include=Issue.model_fields.keys() - {"pull_request", "comments"})
    return Issue.model_validate({**shared, "comments": pull.comments or 0, "pull_request": {"url": pull.html_url}})


def comments_of(given: Iterable[Values], full_name: str) -> tuple[Comment, ...]:
    """Each names its issue or pull request by `number`."""
    comments = []
    for place, facts in enumerate(given, start=1):
        number = facts["number"]
        html = f"{HTML}/{full_name}/issues/{number}#issuecomment-{place}"
        default = {"id": place, "issue_url": f"{HTML}/{full_name}/issues/{number}", "html_url": html, "body": ""}
        whole = dated(default | _with_accounts(dict(facts), "user"))
        comments.append(Comment.model_validate(whole))
    return tuple(comments)


def runs_of(given: Sequence[str | Values], full_name: str, branch: str, head: str) -> tuple[WorkflowRun, ...]:
    """Newest first."""
    runs = []
    for place, facts in enumerate(facts_of(one, "name") for one in given):
        number = len(given) - place
        default = {
            "id": number,
            "name": "Tests",
            "status": "completed",
            "conclusion": "success" if facts.get("status", "completed") == "completed" else None,
            "event": "push",
            "head_branch": branch,
            "head_sha": head,
            "run_number": number,
            "html_url": f"{HTML}/{full_name}/actions/runs/{number}",
        }
        runs.append(WorkflowRun.model_validate(default | dated(facts)))
    return tuple(runs)
