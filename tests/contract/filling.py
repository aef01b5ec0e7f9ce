"""Fills the fakes from the stand-ins' worlds, so that both tell the same facts."""

from typing import Any

from app.clients.facebook import FakeFacebookClient
from app.clients.github import FakeGitHubClient
from app.demo.facebook import FacebookStandIn
from app.demo.github import GitHubStandIn
from app.demo.github.catalogue import ANCHOR, REPOSITORIES
from app.demo.github.records import Repository
from app.demo.github.shapes.accounts import full_organization, full_user, simple_user
from app.demo.github.shapes.history import branch_shape, full_commit, release_shape, run_shape, tag_shape
from app.demo.github.shapes.issues import comment_shape, full_issue, full_pull
from app.demo.github.shapes.repositories import community_profile, full_repository
from app.demo.github.statistics import commit_activity, participation

API = "https://api.github.example"


def fake_github_like(standin: GitHubStandIn) -> FakeGitHubClient:
    world = standin.world
    owned = {account.login: len(world.repositories_of(account)) for account in world.accounts.values()}
    return FakeGitHubClient(
        [_repository(repository) for repository in world.repositories.values()],
        users=[
            full_user(account, API, owned[account.login])
            for account in world.accounts.values()
            if not account.is_organization
        ],
        organizations=[
            {**full_organization(account, API, owned[account.login]), "members": account.members}
            for account in world.accounts.values()
            if account.is_organization
        ],
        rate_limit={"core": {}, "search": {"limit": 30}, "code_search": {"limit": 10}, "graphql": {}},
    )


def fake_facebook_like(standin: FacebookStandIn) -> FakeFacebookClient:
    return FakeFacebookClient([{**page, "posts": standin.posts[page["id"]]} for page in standin.world])


def _repository(repository: Repository) -> dict[str, Any]:
    issues = repository.issues.values()
    return {
        **full_repository(repository, API, authenticated=True),
        "former_names": [
            f"{row.owner}/{row.former_name}"
            for row in REPOSITORIES
            if row.former_name and f"{row.owner}/{row.name}" == repository.full_name
        ],
        "languages": repository.languages,
        "contributors": [
            {**simple_user(account, API), "contributions": contributions}
            for account, contributions in repository.contributors
        ],
        "releases": [release_shape(repository, release, API) for release in repository.releases],
        "tags": [tag_shape(repository, tag, API) for tag in repository.tags],
        "branches": [branch_shape(repository, branch, API) for branch in repository.branches],
        "commits": [full_commit(repository, commit, API) for commit in repository.commits],
        "comments": [
            {**comment_shape(repository, issue, comment, API), "number": issue.number}
            for issue in issues
            for comment in issue.discussion
        ],
        "issues": [full_issue(repository, issue, API) for issue in issues],
        "pulls": [full_pull(repository, issue, issue.pull, API) for issue in issues if issue.pull],
        "files": repository.files,
        "community_profile": community_profile(repository, API),
        "commit_activity": commit_activity(repository, ANCHOR),
        "participation": participation(repository, ANCHOR),
        "workflow_runs": [run_shape(repository, run, API) for run in repository.runs],
    }
