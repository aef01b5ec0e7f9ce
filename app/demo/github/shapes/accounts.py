"""https://docs.github.com/en/rest/users/users and https://docs.github.com/en/rest/orgs/orgs."""

from app.demo.github.records import Account
from app.demo.github.replies import Json
from app.demo.github.shapes.text import HTML, iso, node_id


def simple_user(account: Account, api: str) -> Json:
    url = f"{api}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id(account.kind, account.id),
        "avatar_url": _avatar(account),
        "gravatar_id": "",
        "url": url,
        "html_url": f"{HTML}/{account.login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": account.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def full_user(account: Account, api: str, public_repos: int) -> Json:
    return {
        **simple_user(account, api),
        "name": account.name,
        "company": account.company,
        "blog": account.blog,
        "location": account.location,
        "email": account.email,
        "hireable": None,
        "bio": account.bio,
        "twitter_username": None,
        "public_repos": public_repos,
        "public_gists": 0,
        "followers": account.followers,
        "following": account.following,
        "created_at": iso(account.created_at),
        "updated_at": iso(account.updated_at),
    }


def simple_organization(account: Account, api: str) -> Json:
    url = f"{api}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id(account.kind, account.id),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": _avatar(account),
        "description": account.bio,
    }


def full_organization(account: Account, api: str, public_repos: int) -> Json:
    return {
        **simple_organization(account, api),
        "name": account.name,
        "company": account.company,
        "blog": account.blog,
        "location": account.location,
        "email": account.email,
        "twitter_username": None,
        "is_verified": True,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": public_repos,
        "public_gists": 0,
        "followers": account.followers,
        "following": account.following,
        "html_url": f"{HTML}/{account.login}",
        "created_at": iso(account.created_at),
        "updated_at": iso(account.updated_at),
        "archived_at": None,
        "type": account.kind,
    }


def _avatar(account: Account) -> str:
    return f"https://avatars.githubusercontent.com/u/{account.id}?v=4"
