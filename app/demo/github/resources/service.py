"""What GitHub says of itself: https://docs.github.com/en/rest/rate-limit and https://docs.github.com/en/rest/meta."""

from app.demo.github.ask import Ask
from app.demo.github.quota import CORE, RESOURCES, Window
from app.demo.github.replies import Json, Reply, not_found
from app.demo.github.routing import Route

# GitHub Enterprise Server has its API under a path.
ENTERPRISE_PREFIX = "/api/v3"
INSTALLED_VERSION = "3.19.0"
ADDRESSES = (
    ("current_user_url", "/user"),
    ("code_search_url", "/search/code?q={query}{&page,per_page,sort,order}"),
    ("emojis_url", "/emojis"),
    ("events_url", "/events"),
    ("issue_search_url", "/search/issues?q={query}{&page,per_page,sort,order}"),
    ("issues_url", "/issues"),
    ("organization_url", "/orgs/{org}"),
    ("organization_repositories_url", "/orgs/{org}/repos{?type,page,per_page,sort}"),
    ("rate_limit_url", "/rate_limit"),
    ("repository_url", "/repos/{owner}/{repo}"),
    ("repository_search_url", "/search/repositories?q={query}{&page,per_page,sort,order}"),
    ("user_url", "/users/{user}"),
    ("user_repositories_url", "/users/{user}/repos{?type,page,per_page,sort}"),
    ("user_search_url", "/search/users?q={query}{&page,per_page,sort,order}"),
)


def root(ask: Ask) -> Reply:
    return Reply({name: ask.api + path for name, path in ADDRESSES})


def meta(ask: Ask) -> Reply:
    """A GitHub Enterprise Server says its version, and nothing else says so: clients ask for it."""
    return Reply(
        {
            **({"installed_version": INSTALLED_VERSION} if ask.api.endswith(ENTERPRISE_PREFIX) else {}),
            "verifiable_password_authentication": False,
            "hooks": ["192.0.2.0/24"],
            "web": ["192.0.2.0/24"],
            "api": ["192.0.2.0/24"],
            "git": ["192.0.2.0/24"],
            "ssh_key_fingerprints": {},
            "ssh_keys": [],
        }
    )


def rate_limit(ask: Ask) -> Reply:
    """Asking for it "does not count against your REST API rate limit"."""
    windows = {resource: _shape(ask.quota.window(ask.caller, resource)) for resource in RESOURCES}
    return Reply({"resources": windows, "rate": windows[CORE]}, headers={"Cache-Control": "no-cache"})


def nothing(_: Ask) -> Reply:
    """Every other address; a method that an address does not know is 404 at GitHub too."""
    raise not_found()


def _shape(window: Window) -> Json:
    return {
        "limit": window.limit,
        "used": window.used,
        "remaining": window.remaining,
        "reset": window.reset,
        "resource": window.resource,
    }


# The last one takes whatever no other did, so it has to stay last.
ROUTES = (
    Route("GET", "/", root),
    Route("GET", "/meta", meta),
    Route("GET", "/rate_limit", rate_limit, free=True),
    Route("*", "/{rest:.*}", nothing),
)
