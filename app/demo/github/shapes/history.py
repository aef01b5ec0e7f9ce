"""Commits, branches, tags, releases and workflow runs.

https://docs.github.com/en/rest/commits/commits, …/branches/branches, …/releases/releases, …/actions/workflow-runs
"""

import hashlib

from app.demo.github.records import Asset, Branch, Commit, Release, Repository, WorkflowRun
from app.demo.github.replies import Json
from app.demo.github.shapes.accounts import simple_user
from app.demo.github.shapes.repositories import minimal_repository
from app.demo.github.shapes.text import HTML, RAW, iso, node_id


def commit_shape(repository: Repository, commit: Commit, api: str) -> Json:
    url = f"{api}/repos/{repository.full_name}"
    html = f"{HTML}/{repository.full_name}/commit"
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sha),
        "commit": {**_git_fields(repository, commit, api), "comment_count": 0},
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{html}/{commit.sha}",
        "comments_url": f"{url}/commits/{commit.sha}/comments",
        "author": simple_user(commit.author, api),
        "committer": simple_user(commit.author, api),
        "parents": [{"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{html}/{sha}"} for sha in commit.parents],
    }


def git_commit(repository: Repository, commit: Commit, api: str) -> Json:
    """The object of git itself, without what GitHub knows of the people."""
    url = f"{api}/repos/{repository.full_name}/git/commits"
    html = f"{HTML}/{repository.full_name}/commit"
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sha),
        "html_url": f"{html}/{commit.sha}",
        "parents": [{"sha": sha, "url": f"{url}/{sha}", "html_url": f"{html}/{sha}"} for sha in commit.parents],
        **_git_fields(repository, commit, api),
    }


def full_commit(repository: Repository, commit: Commit, api: str) -> Json:
    added = sum(change.additions for change in commit.changes)
    deleted = sum(change.deletions for change in commit.changes)
    url = f"{api}/repos/{repository.full_name}"
    return {
        **commit_shape(repository, commit, api),
        "stats": {"total": added + deleted, "additions": added, "deletions": deleted},
        "files": [
            {
                "sha": commit.tree,
                "filename": change.path,
                "status": change.status,
                "additions": change.additions,
                "deletions": change.deletions,
                "changes": change.additions + change.deletions,
                "blob_url": f"{HTML}/{repository.full_name}/blob/{commit.sha}/{change.path}",
                "raw_url": f"{RAW}/{repository.full_name}/{commit.sha}/{change.path}",
                "contents_url": f"{url}/contents/{change.path}?ref={commit.sha}",
                "patch": f"@@ -1,{change.deletions} +1,{change.additions} @@",
            }
            for change in commit.changes
        ],
    }


def email_of(commit: Commit) -> str:
    return f"{commit.author.id}+{commit.author.login}@users.noreply.github.com"


def _git_fields(repository: Repository, commit: Commit, api: str) -> Json:
    url = f"{api}/repos/{repository.full_name}/git"
    person = {"name": commit.author.name, "email": email_of(commit), "date": iso(commit.date)}
    return {
        "author": person,
        "committer": person,
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{url}/trees/{commit.tree}"},
        "url": f"{url}/commits/{commit.sha}",
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }


def branch_shape(repository: Repository, branch: Branch, api: str) -> Json:
    return {
        "name": branch.name,
        "commit": {"sha": branch.sha, "url": f"{api}/repos/{repository.full_name}/commits/{branch.sha}"},
        "protected": branch.protected,
    }


def tag_shape(repository: Repository, tag: Branch, api: str) -> Json:
    url = f"{api}/repos/{repository.full_name}"
    return {
        "name": tag.name,
        "zipball_url": f"{url}/zipball/refs/tags/{tag.name}",
        "tarball_url": f"{url}/tarball/refs/tags/{tag.name}",
        "commit": {"sha": tag.sha, "url": f"{url}/commits/{tag.sha}"},
        "node_id": node_id("Ref", tag.name),
    }


def release_shape(repository: Repository, release: Release, api: str) -> Json:
    url = f"{api}/repos/{repository.full_name}"
    html = f"{HTML}/{repository.full_name}/releases"
    return {
        "url": f"{url}/releases/{release.id}",
        "assets_url": f"{url}/releases/{release.id}/assets",
        "upload_url": f"{uploads_of(api)}/repos/{repository.full_name}/releases/{release.id}/assets{{?name,label}}",
        "html_url": f"{html}/tag/{release.tag}",
        "id": release.id,
        "author": simple_user(release.author, api),
        "node_id": node_id("Release", release.id),
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.name,
        "draft": False,
        "immutable": False,
        "prerelease": release.prerelease,
        "created_at": iso(release.created_at),
        "updated_at": iso(release.published_at),
        "published_at": iso(release.published_at),
        "assets": [asset_shape(repository, release, asset, api) for asset in release.assets],
        "tarball_url": f"{url}/tarball/{release.tag}",
        "zipball_url": f"{url}/zipball/{release.tag}",
        "body": release.body,
    }


def uploads_of(api: str) -> str:
    """Where assets are uploaded: uploads.github.com beside api.github.com, and on a GitHub Enterprise Server
    `/api/uploads` beside `/api/v3`.
    """
    return f"{api.removesuffix('/v3')}/uploads"


def asset_shape(repository: Repository, release: Release, asset: Asset, api: str) -> Json:
    html = f"{HTML}/{repository.full_name}/releases/download"
    return {
        "url": f"{api}/repos/{repository.full_name}/releases/assets/{asset.id}",
        "id": asset.id,
        "node_id": node_id("ReleaseAsset", asset.id),
        "name": asset.name,
        "label": asset.label,
        "uploader": simple_user(asset.uploader, api),
        "content_type": asset.content_type,
        "state": "uploaded",
        "size": len(asset.content),
        "digest": f"sha256:{hashlib.sha256(asset.content).hexdigest()}",
        "download_count": asset.downloads,
        "created_at": iso(asset.created_at),
        "updated_at": iso(asset.created_at),
        "browser_download_url": f"{html}/{release.tag}/{asset.name}",
    }


def run_shape(repository: Repository, run: WorkflowRun, api: str) -> Json:
    url = f"{api}/repos/{repository.full_name}/actions"
    author = {"name": run.commit.author.name, "email": email_of(run.commit)}
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("WorkflowRun", run.id),
        "head_branch": run.branch,
        "head_sha": run.commit.sha,
        "path": f".github/workflows/{run.name.lower()}.yml",
        "display_title": run.title,
        "run_number": run.number,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": 1_000 + len(run.name),
        "check_suite_id": run.id + 1,
        "check_suite_node_id": node_id("CheckSuite", run.id + 1),
        "url": f"{url}/runs/{run.id}",
        "html_url": f"{HTML}/{repository.full_name}/actions/runs/{run.id}",
        "pull_requests": [],
        "created_at": iso(run.created_at),
        "updated_at": iso(run.updated_at),
        "actor": simple_user(run.commit.author, api),
        "run_attempt": 1,
        "referenced_workflows": [],
        "run_started_at": iso(run.created_at),
        "triggering_actor": simple_user(run.commit.author, api),
        "jobs_url": f"{url}/runs/{run.id}/jobs",
        "logs_url": f"{url}/runs/{run.id}/logs",
        "check_suite_url": f"{api}/repos/{repository.full_name}/check-suites/{run.id + 1}",
        "artifacts_url": f"{url}/runs/{run.id}/artifacts",
        "cancel_url": f"{url}/runs/{run.id}/cancel",
        "rerun_url": f"{url}/runs/{run.id}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{url}/workflows/{1_000 + len(run.name)}",
        "head_commit": {
            "id": run.commit.sha,
            "tree_id": run.commit.tree,
            "message": run.commit.message,
            "timestamp": iso(run.commit.date),
            "author": author,
            "committer": author,
        },
        "repository": minimal_repository(repository, api),
        "head_repository": minimal_repository(repository, api),
    }
