"""Commits, branches, tags, releases, workflow runs."""

from itertools import chain

from app.demo.github.ask import Ask
from app.demo.github.paging import paged
from app.demo.github.records import Commit, Release, Repository
from app.demo.github.replies import Refusal, Reply, not_found
from app.demo.github.routing import under_repository
from app.demo.github.shapes.history import (
    branch_shape,
    commit_shape,
    email_of,
    full_commit,
    git_commit,
    release_shape,
    run_shape,
    tag_shape,
)

EMPTY = "Git Repository is empty."


def commits(ask: Ask, repository: Repository) -> Reply:
    """https://docs.github.com/en/rest/commits/commits#list-commits."""
    if not repository.commits:
        raise Refusal(409, EMPTY)
    found = repository.history(ask.query.get("sha") or repository.default_branch)
    if found is None:
        raise not_found()
    since, until = ask.moment("since"), ask.moment("until")
    path, author = ask.query.get("path", "").strip("/"), ask.query.get("author", "").lower()

    def is_asked_for(commit: Commit) -> bool:
        return (
            (since is None or commit.date >= since)
            and (until is None or commit.date <= until)
            and (not author or author in {commit.author.login, email_of(commit)})
            and (not path or any(f"{change.path}/".startswith(f"{path}/") for change in commit.changes))
        )

    chosen = [commit for commit in found if is_asked_for(commit)]
    return paged(ask, chosen, lambda commit: commit_shape(repository, commit, ask.api), ask.by_number(repository))


def commit(ask: Ask, repository: Repository) -> Reply:
    """A SHA, a branch or a tag, slashes and all."""
    if not repository.commits:
        raise Refusal(409, EMPTY)
    ref = ask.params["ref"]
    found = repository.history(ref)
    if found is None:
        raise Refusal(422, f"No commit found for SHA: {ref}")
    return Reply(full_commit(repository, found[0], ask.api), last_modified=found[0].date)


def branches(ask: Ask, repository: Repository) -> Reply:
    return paged(
        ask,
        repository.branches,
        lambda branch: branch_shape(repository, branch, ask.api),
        ask.by_number(repository),
    )


def branch(ask: Ask, repository: Repository) -> Reply:
    """https://docs.github.com/en/rest/branches/branches#get-a-branch: with the whole commit in it."""
    found = next((branch for branch in repository.branches if branch.name == ask.params["branch"]), None)
    if found is None:
        raise Refusal(404, "Branch not found")
    head = (repository.history(found.sha) or ())[0]
    shape = branch_shape(repository, found, ask.api)
    return Reply({**shape, "commit": commit_shape(repository, head, ask.api)})


def commit_of_git(ask: Ask, repository: Repository) -> Reply:
    """https://docs.github.com/en/rest/git/commits#get-a-commit-object."""
    found = next((commit for commit in repository.commits if commit.sha == ask.params["sha"]), None)
    if found is None:
        raise not_found()
    return Reply(git_commit(repository, found, ask.api), last_modified=found.date)


def tags(ask: Ask, repository: Repository) -> Reply:
    return paged(ask, repository.tags, lambda tag: tag_shape(repository, tag, ask.api), ask.by_number(repository))


def releases(ask: Ask, repository: Repository) -> Reply:
    return paged(
        ask,
        repository.releases,
        lambda release: ask.rendered(release_shape(repository, release, ask.api)),
        ask.by_number(repository),
    )


def release(ask: Ask, repository: Repository) -> Reply:
    """By number or by tag."""
    number, tag = ask.params.get("number"), ask.params.get("tag")
    return _release(
        ask, repository, next((one for one in repository.releases if tag == one.tag or number == str(one.id)), None)
    )


def latest_release(ask: Ask, repository: Repository) -> Reply:
    """By the date of its commit, pre-releases left out, as documented."""
    return _release(ask, repository, next((one for one in repository.releases if not one.prerelease), None))


def _release(ask: Ask, repository: Repository, found: Release | None) -> Reply:
    if found is None:
        raise not_found()
    return Reply(ask.rendered(release_shape(repository, found, ask.api)), last_modified=found.published_at)


def runs(ask: Ask, repository: Repository) -> Reply:
    """`status` asks for a status or for a conclusion, as GitHub has it."""
    branch, event, status = (ask.query.get(name) for name in ("branch", "event", "status"))
    chosen = [
        run
        for run in repository.runs
        if branch in {None, run.branch} and event in {None, run.event} and status in {None, run.status, run.conclusion}
    ]
    return paged(
        ask,
        chosen,
        lambda run: run_shape(repository, run, ask.api),
        ask.by_number(repository),
        lambda shapes: {"total_count": len(chosen), "workflow_runs": shapes},
    )


ROUTES = tuple(
    chain(
        under_repository("GET", "/commits", commits),
        under_repository("GET", "/commits/{ref:.+}", commit),
        under_repository("GET", "/branches", branches),
        under_repository("GET", "/branches/{branch:.+}", branch),
        under_repository("GET", "/git/commits/{sha}", commit_of_git),
        under_repository("GET", "/tags", tags),
        under_repository("GET", "/releases", releases),
        under_repository("GET", "/releases/latest", latest_release),
        under_repository("GET", "/releases/tags/{tag:.+}", release),
        under_repository("GET", r"/releases/{number:\d+}", release),
        under_repository("GET", "/actions/runs", runs),
    )
)
