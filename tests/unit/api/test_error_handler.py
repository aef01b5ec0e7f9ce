"""Every exception ends as a problem, and only what is ours to mend is logged."""

import asyncio
import logging

import aiohttp
import pytest

from app.clients.github import FakeGitHubClient
from app.clients.github.models import Repository
from app.errors import PrimaryLimit, UpstreamError, UpstreamTimeout
from tests.gateway import Ask, sent_raw

ROCKET = "/api/v1/repos/acme/rocket"
SECRET = "ghp_0123456789"


class Breaking(FakeGitHubClient):
    """Raises what nobody foresaw."""

    async def repository(self, owner: str, repo: str) -> Repository:
        raise ValueError(f"token {SECRET}")


class Stalling(FakeGitHubClient):
    """Never answers, and tells when it was asked and when it was given up."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.given_up = asyncio.Event()

    async def repository(self, owner: str, repo: str) -> Repository:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up.set()
        raise AssertionError("nobody sets that event")


def errors_logged(log: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in log.records if record.levelno >= logging.ERROR]


async def test_an_error_of_ours_is_told_and_not_logged(
    ask: Ask, github: FakeGitHubClient, caplog: pytest.LogCaptureFixture
) -> None:
    github.fail_next(UpstreamTimeout("github", "read", 10))

    answer = await ask(ROCKET)

    assert (answer.status, answer.body["code"]) == (504, "upstream_timeout")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert errors_logged(caplog) == []


async def test_a_limit_says_when_to_come_again(ask: Ask, github: FakeGitHubClient) -> None:
    github.fail_next(PrimaryLimit("github", "the quota is spent", status=403, retry_after_seconds=41.5))

    answer = await ask(ROCKET)

    assert (answer.status, answer.headers["Retry-After"]) == (429, "42")


@pytest.mark.parametrize("github", [Breaking()])
async def test_what_nobody_foresaw_is_logged_once_and_not_told(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    answer = await ask(ROCKET, X_Request_ID="mine")

    assert (answer.status, answer.body["code"], answer.body["instance"]) == (500, "internal", "mine")
    told = answer.raw.decode() + str(answer.headers)
    assert SECRET not in told
    assert "ValueError" not in told
    (record,) = errors_logged(caplog)
    assert "request_id=mine" in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


async def test_an_error_without_a_status_is_one_that_nobody_foresaw(
    ask: Ask, github: FakeGitHubClient, caplog: pytest.LogCaptureFixture
) -> None:
    github.fail_next(UpstreamError("github", "a parent that nobody raises"))

    answer = await ask(ROCKET)

    assert (answer.status, answer.body["code"]) == (500, "internal")
    assert len(errors_logged(caplog)) == 1


async def test_an_unknown_path_is_told_apart_from_an_unknown_thing(ask: Ask) -> None:
    assert (await ask("/api/v1/nothing")).body["code"] == "no_such_resource"
    assert (await ask("/api/v1/repos/acme/nothing")).body["code"] == "not_found"


async def test_another_method_is_refused_with_those_allowed(ask: Ask) -> None:
    answer = await ask(ROCKET, "DELETE")

    assert (answer.status, answer.body["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


async def test_options_tells_what_is_allowed(ask: Ask) -> None:
    answer = await ask(ROCKET, "OPTIONS")

    assert (answer.status, answer.raw) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 414, "url_too_long"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431, "head_too_large"),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n" + b"X: a\r\n" * 101 + b"\r\n", 431, "head_too_large"),
        (b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400, "bad_request"),
        (b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n", 417, "expectation_failed"),
        (b"nonsense\r\n\r\n", 400, "bad_request"),
    ],
)
async def test_what_the_server_refuses_is_a_problem_too(
    base_url: str, request_bytes: bytes, status: int, code: str
) -> None:
    answer = await sent_raw(base_url, request_bytes)

    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert f'"code":"{code}"'.encode() in answer.body


@pytest.fixture
async def stalling() -> Stalling:
    return Stalling()


class TestGivenUp:
    """Requests that end before their answer."""

    @pytest.fixture
    def github(self, stalling: Stalling) -> FakeGitHubClient:
        return stalling

    async def test_a_caller_who_leaves_is_no_error(
        self, base_url: str, stalling: Stalling, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with aiohttp.ClientSession() as session:
            asking = asyncio.create_task(session.get(base_url + ROCKET))
            await stalling.asked.wait()
            asking.cancel()
            await asyncio.wait_for(stalling.given_up.wait(), 5)
        await asyncio.sleep(0.01)

        assert errors_logged(caplog) == []

    @pytest.mark.parametrize("server", [{"graceful_shutdown_seconds": 1}])
    async def test_a_request_that_the_server_gives_up_is_unavailable(
        self, base_url: str, stalling: Stalling, caplog: pytest.LogCaptureFixture
    ) -> None:
        host, port = base_url.removeprefix("http://").split(":")
        before = asyncio.all_tasks()
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % ROCKET.encode())
        await stalling.asked.wait()
        (serving,) = asyncio.all_tasks() - before
        serving.cancel()  # as Sanic does when its grace is over
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        await writer.wait_closed()

        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b'"code":"service_unavailable"' in answer
        assert errors_logged(caplog) == []
