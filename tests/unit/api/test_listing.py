"""How pages of lists name their neighbours."""

import json

import pytest

from app.clients.github import FakeGitHubClient
from tests.gateway import Ask, sent_raw

TAGS = "/api/v1/repos/acme/rocket/tags"


async def test_the_first_page_names_the_next(ask: Ask, base_url: str) -> None:
    answer = await ask(f"{TAGS}?per_page=3")

    assert [tag["name"] for tag in answer.body["items"]] == ["v0", "v1", "v2"]
    assert answer.body["next"] == f"{base_url}{TAGS}?per_page=3&page=2"
    assert answer.body["previous"] is None
    assert answer.headers["Link"] == f'<{base_url}{TAGS}?per_page=3&page=2>; rel="next"'


async def test_a_page_in_between_names_both(ask: Ask, base_url: str) -> None:
    answer = await ask(f"{TAGS}?page=2&per_page=3")

    after, before = f"{base_url}{TAGS}?page=3&per_page=3", f"{base_url}{TAGS}?page=1&per_page=3"
    assert (answer.body["next"], answer.body["previous"]) == (after, before)
    assert answer.headers["Link"] == f'<{after}>; rel="next", <{before}>; rel="prev"'


async def test_the_last_page_names_no_next(ask: Ask) -> None:
    answer = await ask(f"{TAGS}?page=3&per_page=3")

    assert len(answer.body["items"]) == 1
    assert answer.body["next"] is None
    assert 'rel="next"' not in answer.headers["Link"]


async def test_a_page_that_is_alone_has_no_link(ask: Ask) -> None:
    answer = await ask(TAGS)

    assert (answer.body["next"], answer.body["previous"]) == (None, None)
    assert "Link" not in answer.headers


async def test_following_next_visits_everything_once(ask: Ask, base_url: str) -> None:
    there, seen = f"{TAGS}?per_page=2", []
    while there:
        body = (await ask(there)).body
        seen += [tag["name"] for tag in body["items"]]
        there = (body["next"] or "").removeprefix(base_url)

    assert seen == [f"v{number}" for number in range(7)]


@pytest.mark.parametrize(
    "github",
    [FakeGitHubClient([{"full_name": "acme/rocket", "issues": [{"title": "a", "labels": ["b c", "ü"]}] * 3}])],
)
async def test_filters_are_kept(ask: Ask) -> None:
    answer = await ask("/api/v1/repos/acme/rocket/issues?labels=b%20c,%C3%BC&state=all&per_page=1")

    assert answer.body["next"].endswith("/issues?labels=b+c%2C%C3%BC&state=all&per_page=1&page=2")
    assert (await ask("/api/v1/repos" + answer.body["next"].partition("/api/v1/repos")[2])).status == 200


async def test_a_counted_list_tells_how_many_there_are(ask: Ask) -> None:
    body = (await ask("/api/v1/search/repos?q=rocket&per_page=1")).body

    assert (body["total"], body["incomplete"], len(body["items"])) == (1, False, 1)


@pytest.mark.parametrize("server", [{"public_url": "https://gate.example/headgate/"}])
async def test_a_public_url_goes_before_the_path(ask: Ask) -> None:
    answer = await ask(f"{TAGS}?per_page=3", Host="evil.example")

    assert answer.body["next"] == f"https://gate.example/headgate{TAGS}?per_page=3&page=2"


@pytest.mark.parametrize("host", ["gate.example", "gate.example:8080", "127.0.0.1:1", "[::1]:8000", "a-b_c.example"])
async def test_urls_begin_as_the_caller_addressed_the_gateway(base_url: str, host: str) -> None:
    assert await neighbour(base_url, host.encode()) == f"http://{host}{TAGS}?per_page=3&page=2"


@pytest.mark.parametrize(
    "host", [b"", b"evil.example/x?", b'a"b', b"a>b", b"a b", b"user@evil.example", b"a:b:c", b"\xff", b"a\tb"]
)
async def test_a_host_that_is_none_makes_urls_relative(base_url: str, host: bytes) -> None:
    assert await neighbour(base_url, host) == f"{TAGS}?per_page=3&page=2"


async def neighbour(base_url: str, host: bytes) -> str:
    """The URL of the next page, which the body and Link agree on."""
    request = b"GET %s?per_page=3 HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (TAGS.encode(), host)
    answer = await sent_raw(base_url, request)
    assert answer.status == 200
    url = str(json.loads(answer.body)["next"])
    assert answer.headers["link"] == f'<{url}>; rel="next"'
    return url
