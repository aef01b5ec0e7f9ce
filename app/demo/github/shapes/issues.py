"""https://docs.github.com/en/rest/issues/issues and https://docs.github.com/en/rest/pulls/pulls."""

from app.demo.github.records import Comment, Issue, Label, Pull, Repository
from app.demo.github.replies import Json
from app.demo.github.shapes.accounts import simple_user
from app.demo.github.shapes.repositories import listed_repository
from app.demo.github.shapes.text import HTML, iso, iso_or_none, node_id


def issue_shape(repository: Repository, issue: Issue, api: str) -> Json:
    """One of a list; a pull request among them carries `pull_request`."""
    base = f"{api}/repos/{repository.full_name}"
    url = f"{base}/issues/{issue.number}"
    html = f"{HTML}/{repository.full_name}"
    shape: Json = {
        "url": url,
        "repository_url": base,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{html}/{'pull' if issue.pull else 'issues'}/{issue.number}",
        "id": issue.id,
        "node_id": node_id("Issue", issue.id),
        "number": issue.number,
        "title": issue.title,
        "user": simple_user(issue.author, api),
        "labels": [label_shape(repository, label, api) for label in issue.labels],
        "state": issue.state,
        "locked": False,
        "assignee": simple_user(issue.assignees[0], api) if issue.assignees else None,
        "assignees": [simple_user(account, api) for account in issue.assignees],
        "milestone": None,
        "comments": issue.comments,
        "created_at": iso(issue.created_at),
        "updated_at": iso(issue.updated_at),
        "closed_at": iso_or_none(issue.closed_at),
        "author_association": "CONTRIBUTOR",
        "active_lock_reason": None,
        "body": issue.body,
        "reactions": {
            "url": f"{url}/reactions",
            "total_count": 0,
            **dict.fromkeys(("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"), 0),
        },
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": issue.state_reason,
    }
    if issue.pull:
        shape["draft"] = issue.pull.draft
        shape["pull_request"] = {
            "url": f"{base}/pulls/{issue.number}",
            "html_url": f"{html}/pull/{issue.number}",
            "diff_url": f"{html}/pull/{issue.number}.diff",
            "patch_url": f"{html}/pull/{issue.number}.patch",
            "merged_at": iso_or_none(issue.pull.merged_at),
        }
    return shape


def full_issue(repository: Repository, issue: Issue, api: str) -> Json:
    closed_by = issue.closed_by and simple_user(issue.closed_by, api)
    return {**issue_shape(repository, issue, api), "closed_by": closed_by}


def comment_shape(repository: Repository, issue: Issue, comment: Comment, api: str) -> Json:
    """https://docs.github.com/en/rest/issues/comments."""
    base = f"{api}/repos/{repository.full_name}/issues"
    html = f"{HTML}/{repository.full_name}/{'pull' if issue.pull else 'issues'}/{issue.number}"
    return {
        "url": f"{base}/comments/{comment.id}",
        "html_url": f"{html}#issuecomment-{comment.id}",
        "issue_url": f"{base}/{issue.number}",
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "user": simple_user(comment.author, api),
        "created_at": iso(comment.created_at),
        "updated_at": iso(comment.updated_at),
        "body": comment.body,
        "author_association": "CONTRIBUTOR",
        "performed_via_github_app": None,
    }


def label_shape(repository: Repository, label: Label, api: str) -> Json:
    return {
        "id": label.id,
        "node_id": node_id("Label", label.id),
        "url": f"{api}/repos/{repository.full_name}/labels/{label.name.replace(' ', '%20')}",
        "name": label.name,
        "color": label.color,
        "default": label.name in {"bug", "enhancement", "documentation", "good first issue"},
        "description": label.description,
    }


def pull_shape(repository: Repository, issue: Issue, pull: Pull, api: str) -> Json:
    base = f"{api}/repos/{repository.full_name}"
    url = f"{base}/pulls/{issue.number}"
    html = f"{HTML}/{repository.full_name}/pull/{issue.number}"
    as_issue = issue_shape(repository, issue, api)
    kept = ("number", "state", "locked", "title", "user", "body", "labels", "milestone", "created_at", "updated_at")
    links = {
        "self": url,
        "html": html,
        "issue": as_issue["url"],
        "comments": as_issue["comments_url"],
        "review_comments": f"{url}/comments",
        "review_comment": f"{base}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{base}/statuses/{pull.sha}",
    }
    return {
        "url": url,
        "id": issue.id + 1_000_000_000,
        "node_id": node_id("PullRequest", issue.id),
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": links["issue"],
        **{field: as_issue[field] for field in kept},
        "closed_at": as_issue["closed_at"],
        "merged_at": iso_or_none(pull.merged_at),
        "merge_commit_sha": pull.sha,
        "assignee": as_issue["assignee"],
        "assignees": as_issue["assignees"],
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": pull.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _end(repository, pull.head, pull.sha, api),
        "base": _end(repository, pull.base, pull.base_sha, api),
        "_links": {name: {"href": address} for name, address in links.items()},
        "author_association": as_issue["author_association"],
        "auto_merge": None,
        "active_lock_reason": None,
    }


def full_pull(repository: Repository, issue: Issue, pull: Pull, api: str) -> Json:
    merged = pull.merged_at is not None
    return {
        **pull_shape(repository, issue, pull, api),
        "merged": merged,
        "mergeable": None if issue.state == "closed" else True,
        "rebaseable": None if issue.state == "closed" else True,
        "mergeable_state": "unknown" if issue.state == "closed" else "clean",
        "merged_by": simple_user(issue.closed_by, api) if merged and issue.closed_by else None,
        "comments": issue.comments,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": 1,
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.changed_files,
    }


def _end(repository: Repository, ref: str, sha: str, api: str) -> Json:
    return {
        "label": f"{repository.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": simple_user(repository.owner, api),
        "repo": listed_repository(repository, api),
    }
