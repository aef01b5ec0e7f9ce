"""Which fields of GitHub's replies lead to its API, and which are somebody's own."""

import json

import pytest
from multidict import CIMultiDict

from app.clients.github.urls import ALL, NONE, OF_EVENTS, uploads_url, url_fields
from app.services.rewriting.json_urls import JsonUrls
from app.transport.exchange import Request

API, HERE = "https://api.github.com", "http://gateway/github"
RAW = "application/vnd.github.raw+json"


def asked(target: str, accept: str = "") -> Request:
    return Request("GET", target, CIMultiDict({"Accept": accept} if accept else {}))


@pytest.mark.parametrize(
    "target",
    [
        "repos/acme/rocket",
        "repos/acme/rocket/issues?state=all",
        "repos/acme/rocket/issues/events",
        "repos/acme/rocket/deployments/1/statuses",
        "repos/acme/rocket/hooks/1",
        "repos/acme/rocket/contents/README.md",
        "repos/acme/hook-deliveries",
        "user/repos",
        "",
    ],
)
def test_most_replies_hold_both(target: str) -> None:
    expected = OF_EVENTS if "issues/events" in target else ALL
    assert url_fields(asked(target)) == expected


@pytest.mark.parametrize(
    "target",
    [
        "graphql",
        "repos/acme/rocket/hooks/1/config",
        "repos/acme/rocket/hooks/1/deliveries",
        "orgs/acme/hooks/1/deliveries/2?x=y",
        "app/hook/config",
        "app/hook/deliveries/3",
    ],
)
def test_what_somebody_has_chosen_is_theirs(target: str) -> None:
    assert url_fields(asked(target)) == NONE


@pytest.mark.parametrize(
    ("target", "theirs"),
    [
        ("events", False),
        ("users/somebody/received_events/public", False),
        ("repos/acme/rocket/events?page=2", False),
        ("repos/acme/rocket/deployments", True),
        ("repos/acme/events/deployments/1", True),
        ("repos/events/hooks/1", True),
    ],
)
def test_the_payload_of_an_event_is_githubs_and_of_a_deployment_somebodys(target: str, theirs: bool) -> None:
    body = json.dumps({"payload": {"issue": {"url": f"{API}/x"}}}).encode()
    urls = JsonUrls(url_fields(asked(target)), [API])
    assert (urls.replaced(body, [HERE.encode()]) == body) is theirs


@pytest.mark.parametrize(
    "accept",
    [RAW, "application/vnd.github.raw", "application/vnd.github.v3.raw", "application/vnd.github.v3.RAW+json",
     "application/vnd.github.html", "text/plain, application/vnd.github.raw"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["contents/package.json", "readme", "git/blobs/0123"])
def test_a_file_is_a_file_whatever_its_type(path: str, accept: str) -> None:
    assert url_fields(asked(f"repos/acme/rocket/{path}", accept)) == NONE
    assert url_fields(asked(f"repositories/1/{path}", accept)) == NONE


def test_an_issue_with_a_raw_body_is_an_issue() -> None:
    assert url_fields(asked("repos/acme/rocket/issues/1", RAW)) == ALL


def test_a_webhooks_own_url_stays_and_those_of_the_api_do_not() -> None:
    hook = {
        "url": f"{API}/repos/acme/rocket/hooks/1",
        "ping_url": f"{API}/repos/acme/rocket/hooks/1/pings",
        "config": {"url": f"{API}/somebodys", "content_type": "json"},
    }
    after = json.loads(JsonUrls(ALL, [API]).replaced(json.dumps(hook).encode(), [HERE.encode()]))
    assert after == {
        "url": f"{HERE}/repos/acme/rocket/hooks/1",
        "ping_url": f"{HERE}/repos/acme/rocket/hooks/1/pings",
        "config": hook["config"],
    }


@pytest.mark.parametrize("name", ["html_url", "target_url", "details_url", "environment_url", "log_url", "mirror_url"])
def test_what_leads_to_the_web_site_or_was_entered_stays(name: str) -> None:
    body = json.dumps({name: f"{API}/x"}).encode()
    assert JsonUrls(ALL, [API]).replaced(body, [HERE.encode()]) is body


@pytest.mark.parametrize(
    ("base_url", "uploads"),
    [
        ("https://api.github.com/", "https://uploads.github.com/"),
        ("https://api.acme.ghe.com/", "https://uploads.acme.ghe.com/"),
        ("https://ghe.example/api/v3/", "https://ghe.example/api/uploads/"),
        ("http://127.0.0.1:9001/", "http://127.0.0.1:9001/uploads/"),
    ],
)
def test_where_assets_go(base_url: str, uploads: str) -> None:
    assert uploads_url(base_url) == uploads
