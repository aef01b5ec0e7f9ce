"""https://docs.github.com/en/rest/repos/repos#get-a-repository."""

from app.demo.github.records import License, Repository
from app.demo.github.replies import Json
from app.demo.github.shapes.accounts import simple_user
from app.demo.github.shapes.text import HTML, iso, node_id

# Field and what follows the repository's own address, as URI templates where GitHub has them.
ADDRESSES = (
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
)


def minimal_repository(repository: Repository, api: str) -> Json:
    """What search results and workflow runs carry of a repository."""
    url = f"{api}/repos/{repository.full_name}"
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": False,
        "owner": simple_user(repository.owner, api),
        "html_url": f"{HTML}/{repository.full_name}",
        "description": repository.description,
        "fork": repository.parent is not None,
        "url": url,
        **{field: url + suffix for field, suffix in ADDRESSES},
    }


def listed_repository(repository: Repository, api: str) -> Json:
    """One of a list."""
    html = f"{HTML}/{repository.full_name}"
    return {
        **minimal_repository(repository, api),
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.updated_at),
        "pushed_at": iso(repository.pushed_at),
        "git_url": f"git://github.com/{repository.full_name}.git",
        "ssh_url": f"git@github.com:{repository.full_name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "homepage": repository.homepage,
        "size": repository.size_kb,
        "stargazers_count": repository.stars,
        # GitHub's own oddity: watchers are stars, and subscribers are who watches.
        "watchers_count": repository.stars,
        "language": repository.language,
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": repository.forks,
        "mirror_url": None,
        "archived": repository.archived,
        "disabled": False,
        "open_issues_count": repository.open_issues,
        "license": repository.license and license_shape(repository.license, api),
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": list(repository.topics),
        "visibility": "public",
        "forks": repository.forks,
        "open_issues": repository.open_issues,
        "watchers": repository.stars,
        "default_branch": repository.default_branch,
    }


def full_repository(repository: Repository, api: str, *, authenticated: bool) -> Json:
    """One asked for by itself: with its organization, its parent, and what the caller may do."""
    shape = listed_repository(repository, api)
    if authenticated:
        shape["permissions"] = {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True}
    shape["temp_clone_token"] = "" if authenticated else None
    shape["custom_properties"] = {}
    if repository.owner.is_organization:
        shape["organization"] = simple_user(repository.owner, api)
    if repository.parent is not None:
        shape["parent"] = listed_repository(repository.parent, api)
        shape["source"] = listed_repository(repository.parent, api)
    shape["network_count"] = repository.forks
    shape["subscribers_count"] = repository.subscribers
    return shape


def license_shape(license_: License, api: str) -> Json:
    return {
        "key": license_.key,
        "name": license_.name,
        "spdx_id": license_.spdx_id,
        "url": f"{api}/licenses/{license_.key}",
        "node_id": license_.node_id,
    }


def community_profile(repository: Repository, api: str) -> Json:
    """https://docs.github.com/en/rest/metrics/community#get-community-profile-metrics."""
    address = f"{api}/repos/{repository.full_name}/contents"
    files: Json = {
        field: {"url": f"{address}/{path}", "html_url": _blob(repository, path)} if path in repository.files else None
        for field, path in (
            ("code_of_conduct_file", "CODE_OF_CONDUCT.md"),
            ("contributing", "CONTRIBUTING.md"),
            ("issue_template", "ISSUE_TEMPLATE.md"),
            ("pull_request_template", "PULL_REQUEST_TEMPLATE.md"),
            ("readme", "README.md"),
        )
    }
    conduct = files["code_of_conduct_file"]
    files["code_of_conduct"] = conduct and {
        "key": "other",
        "name": "Other",
        "url": conduct["url"],
        "html_url": conduct["html_url"],
    }
    licence = repository.license
    files["license"] = licence and {**license_shape(licence, api), "html_url": _blob(repository, "LICENSE")}
    present = sum(files[field] is not None for field in ("readme", "license", "contributing", "code_of_conduct"))
    return {
        "health_percentage": (present + (repository.description is not None)) * 100 // 7,
        "description": repository.description,
        "documentation": repository.homepage,
        "files": files,
        "updated_at": iso(repository.updated_at),
        "content_reports_enabled": False,
    }


def _blob(repository: Repository, path: str) -> str:
    return f"{HTML}/{repository.full_name}/blob/{repository.default_branch}/{path}"
