"""The whole API through two real workers, in front of a GitHub Enterprise Server (the stand-in) that wants a token."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.command import Answer, Command, StandIns, ask, serving, until

pytestmark = pytest.mark.workers

TOKEN = "ghp_0123456789abcdefABCDEFghijklmnop0123"
FINGERPRINT = re.compile(r"sha256:[0-9a-f]{16}")
ROCKET = "/api/v1/repos/acme/rocket"

FACTS = [
    ROCKET,
    f"{ROCKET}/languages",
    f"{ROCKET}/releases/latest",
    f"{ROCKET}/commits/main",
    f"{ROCKET}/issues/1",
    f"{ROCKET}/readme",
    f"{ROCKET}/contents",
    f"{ROCKET}/contents/README.md",
    f"{ROCKET}/activity",
    "/api/v1/users/mira-okafor",
    "/api/v1/orgs/acme",
    "/api/v1/pages/acmerockets",
    "/api/v1/upstreams",
    "/api/v1/upstreams/github",
    "/health/live",
    "/health/ready",
    "/openapi.json",
    "/docs",
]
LISTS = [
    f"{ROCKET}/contributors",
    f"{ROCKET}/releases",
    f"{ROCKET}/tags",
    f"{ROCKET}/branches",
    f"{ROCKET}/commits",
    f"{ROCKET}/issues?state=all",
    f"{ROCKET}/pulls?state=all",
    f"{ROCKET}/workflow-runs",
    "/api/v1/users/mira-okafor/repos",
    "/api/v1/orgs/acme/repos",
    "/api/v1/orgs/acme/members",
    "/api/v1/search/repos?q=rocket",
    "/api/v1/search/issues?q=repo%3Aacme%2Frocket",
    "/api/v1/search/code?q=rocket",
    "/api/v1/search/users?q=a",
]
MISSING = [
    "/api/v1/repos/acme/nothing",
    f"{ROCKET}/issues/999999",
    f"{ROCKET}/contents/no/such/file",
    "/api/v1/repos/acme/dossier/releases/latest",
    "/api/v1/users/nobody-at-all",
    "/api/v1/orgs/no-such-org",
    "/api/v1/pages/nobody",
    "/api/v1/upstreams/unheard",
    "/api/v1/nothing",
    "/nothing",
]
BAD = [
    (f"{ROCKET}/issues?state=open&per_page=0&page=x&labels=", {"per_page", "page", "labels"}),
    (f"{ROCKET}/commits?since=yesterday&until=soon&colour=red", {"since", "until", "colour"}),
    (f"{ROCKET}/releases?page=1&page=2", {"page"}),
    (f"{ROCKET}?verbose=1", {"verbose"}),
    ("/api/v1/search/repos", {"q"}),
    ("/api/v1/repos/-acme/rocket", {"owner"}),
    (f"{ROCKET}/issues/first", {"number"}),
    (f"{ROCKET}/pulls/0", {"number"}),
]


@pytest.fixture(scope="module")
def gateway(upstreams: StandIns, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    behind = upstreams.upstreams(token=TOKEN)
    behind["github"]["base_url"] = f"{upstreams.github}api/v3/"
    with serving(tmp_path_factory.mktemp("gateway"), behind, workers=2) as command:
        yield command


def said(answer: Answer, gateway: Command) -> str:
    return f"{answer.status} {answer.headers}{answer.raw.decode()}\n{gateway.told()}"


def all_of(url: str, gateway: Command) -> list[str]:
    """Every item of a list, as text, by following `next`."""
    items: list[str] = []
    following: str | None = url
    before: str | None = None
    for _ in range(100):
        if following is None:
            return items
        answer = ask(following)
        assert answer.status == 200, said(answer, gateway)
        page = answer.body
        assert page["previous"] == before
        links = answer.headers.get("Link", "")
        assert (f'<{page["next"]}>; rel="next"' in links) is (page["next"] is not None)
        assert page["items"] or following == url, f"an empty page: {following}"
        items += [json.dumps(item, sort_keys=True) for item in page["items"]]
        before, following = with_page(following), page["next"]
    raise AssertionError(f"more than 100 pages: {url}")


def with_page(url: str) -> str:
    """As the gateway writes the URL of this page."""
    return url if "page=" in url.replace("per_page=", "") else f"{url}&page=1"


@pytest.mark.parametrize("path", [*FACTS, *LISTS])
def test_every_endpoint_answers(path: str, gateway: Command) -> None:
    answer = ask(gateway.url + path, X_Request_ID="mine")
    assert answer.status == 200, said(answer, gateway)
    assert answer.headers["X-Request-ID"] == "mine"
    assert answer.raw

    head = ask(gateway.url + path, "HEAD")
    assert (head.status, head.raw) == (200, b"")
    assert head.headers["X-Request-ID"]
    assert head.headers["Content-Type"] == answer.headers["Content-Type"]

    options = ask(gateway.url + path, "OPTIONS")
    assert (options.status, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert options.headers["X-Request-ID"]

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refusal = ask(gateway.url + path, method)
        assert (refusal.status, refusal.headers["Allow"]) == (405, "GET, HEAD, OPTIONS"), said(refusal, gateway)
        assert refusal.body["code"] == "method_not_allowed"
        assert refusal.body["instance"] == refusal.headers["X-Request-ID"]


@pytest.mark.parametrize("path", LISTS)
def test_following_next_collects_everything_exactly_once(path: str, gateway: Command) -> None:
    url = gateway.url + path + ("&" if "?" in path else "?")
    small, large = all_of(f"{url}per_page=7", gateway), all_of(f"{url}per_page=100", gateway)
    assert small == large
    assert len(set(small)) == len(small)
    assert small, "the stand-in has none: this shows nothing"


def test_the_long_lists_do_take_several_pages(gateway: Command) -> None:
    lengths = {path: len(all_of(f"{gateway.url}{path}?per_page=30", gateway)) for path in LISTS if "?" not in path}
    assert [path for path, length in lengths.items() if length > 30], lengths


def test_a_pull_request_of_the_list_can_be_asked_for(gateway: Command) -> None:
    first = ask(f"{gateway.url}{ROCKET}/pulls?state=all&per_page=1").body["items"][0]
    pull = ask(f"{gateway.url}{ROCKET}/pulls/{first['number']}")
    assert (pull.status, pull.body["number"]) == (200, first["number"])


def test_a_renamed_repository_is_found_under_its_former_name(gateway: Command) -> None:
    answer = ask(f"{gateway.url}/api/v1/repos/acme/thruster")
    assert (answer.status, answer.body["full_name"]) == (200, "acme/booster"), said(answer, gateway)
    for path in ("languages", "releases", "commits/main", "readme", "issues"):
        assert ask(f"{gateway.url}/api/v1/repos/acme/thruster/{path}").status == 200, path


def test_an_empty_repository_is_a_conflict_where_it_has_no_answer(gateway: Command) -> None:
    assert ask(f"{gateway.url}/api/v1/repos/acme/blank").status == 200
    answer = ask(f"{gateway.url}/api/v1/repos/acme/blank/commits")
    assert (answer.status, answer.body["code"]) == (409, "conflict"), said(answer, gateway)


@pytest.mark.parametrize("path", MISSING)
def test_what_does_not_exist_is_a_problem(path: str, gateway: Command) -> None:
    answer = ask(gateway.url + path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json"), said(answer, gateway)
    problem: dict[str, Any] = answer.body
    assert {"type", "title", "status", "detail", "instance", "code"} <= problem.keys()
    assert (problem["status"], problem["instance"]) == (404, answer.headers["X-Request-ID"])


@pytest.mark.parametrize(("path", "names"), BAD)
def test_bad_parameters_are_named_each(path: str, names: set[str], gateway: Command) -> None:
    answer = ask(gateway.url + path)
    assert (answer.status, answer.body["code"]) == (400, "invalid_request"), said(answer, gateway)
    assert {parameter["name"] for parameter in answer.body["parameters"]} == names
    assert answer.headers["X-Request-ID"] == answer.body["instance"]


def test_the_token_goes_upstream_and_nowhere_else(upstreams: StandIns, gateway: Command) -> None:
    url = gateway.url
    answers = [ask(url + path) for path in (*FACTS, *LISTS, *MISSING, *(path for path, _ in BAD))]
    answers += [ask(url + ROCKET, Authorization=f"Bearer {TOKEN}"), ask(f"{url}{ROCKET}?token={TOKEN}")]
    assert ask(url + ROCKET).status == 200
    seen = ask(f"{upstreams.github}_standin/log").body
    assert FINGERPRINT.fullmatch(seen["last_headers"]["Authorization"]), seen
    assert all(item["path"].startswith("/api/v3/") for item in seen["requests"]), seen["requests"]
    for text in (gateway.log, gateway.output, *(f"{answer.headers}{answer.raw.decode()}" for answer in answers)):
        assert TOKEN not in text
    assert FINGERPRINT.search(gateway.log) is None


def test_the_log_has_a_line_for_each_request_and_no_query(gateway: Command) -> None:
    for number in range(3):
        ask(f"{gateway.url}/health/live?secret=word", X_Request_ID=f"looked-{number}")
    lines = [f" request_id=looked-{number} " for number in range(3)]
    until(lambda: all(line in gateway.log for line in lines), "the access lines", log=gateway.told)
    assert [gateway.log.count(line) for line in lines] == [1, 1, 1]
    assert gateway.log.count(" path=/health/live ") >= 3
    assert "secret=word" not in gateway.log
    assert "Traceback" not in gateway.log
    assert " ERROR " not in gateway.log
