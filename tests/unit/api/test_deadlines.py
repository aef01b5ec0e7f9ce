"""What a caller says of its request: how long it can wait, and how urgent it is."""

import asyncio

import pytest

from app.call import Call, Urgency, current_call
from app.clients.github import FakeGitHubClient
from app.clients.github.models import Repository
from tests.gateway import Ask, sent_raw

ROCKET = "/api/v1/repos/acme/rocket"


class CallSeen(FakeGitHubClient):
    """Notes under which call it was asked last, and how long there was."""

    seen: Call
    seconds: float

    async def repository(self, owner: str, repo: str) -> Repository:
        self.seen = current_call()
        self.seconds = self.seen.deadline - asyncio.get_running_loop().time()
        return await super().repository(owner, repo)


@pytest.fixture
def github() -> CallSeen:
    return CallSeen(["acme/rocket"])


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("2", 2), ("0.5", 0.5), (".5", 0.5), ("2.", 2), ("007", 7), (" 2 ", 2), ("30", 30), ("31", 30), ("9" * 400, 30)],
)
async def test_the_caller_says_how_long_it_can_wait_and_the_settings_how_long_it_may(
    github: CallSeen, ask: Ask, said: str, seconds: float
) -> None:
    assert (await ask(ROCKET, X_Request_Timeout=said)).status == 200
    assert seconds - 0.25 < github.seconds <= seconds


@pytest.mark.parametrize("server", [{"deadline_seconds": 7, "caller_class": "batch"}])
async def test_who_says_nothing_gets_what_the_settings_say(github: CallSeen, ask: Ask) -> None:
    await ask(ROCKET)
    assert 6.75 < github.seconds <= 7
    assert github.seen.urgency is Urgency.BATCH
    assert github.seen.caller == "127.0.0.1"
    assert github.seen.begin_until == github.seen.deadline


async def test_by_default_callers_are_normal(github: CallSeen, ask: Ask) -> None:
    await ask(ROCKET)
    assert github.seen.urgency is Urgency.NORMAL


@pytest.mark.parametrize("urgency", Urgency)
async def test_the_caller_says_its_class(github: CallSeen, ask: Ask, urgency: Urgency) -> None:
    for written in (urgency.name.lower(), urgency.name, f" {urgency.name.title()} "):
        assert (await ask(ROCKET, X_Request_Class=written)).status == 200
        assert github.seen.urgency is urgency


@pytest.mark.parametrize(
    "said",
    [
        *(
            "",
            "0",
            "0.0",
            "." + "0" * 400 + "1",
            "0.0009",
            "1e-4",
            "-1",
            "+1",
            "e3",
            "1,5",
            "1s",
            "500ms",
            "0x10",
            "inf",
            "nan",
            "1_0",
        ),
        *(".", "1.2.3", "2, 2", "1 2"),
    ],
)
async def test_a_time_that_makes_no_sense_is_refused_by_name(ask: Ask, said: str) -> None:
    answer = await ask(ROCKET, X_Request_Timeout=said, X_Request_ID="mine")

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-ID"] == answer.body["instance"] == "mine"
    assert answer.body["code"] == "invalid_request"
    (parameter,) = answer.body["parameters"]
    assert (parameter["place"], parameter["name"]) == ("header", "X-Request-Timeout")
    assert "seconds" in parameter["detail"]


async def test_digits_are_those_of_ascii(base_url: str) -> None:
    said = "X-Request-Timeout: \N{ARABIC-INDIC DIGIT TWO}"
    asked = f"GET {ROCKET} HTTP/1.1\r\nHost: localhost\r\n{said}\r\nConnection: close\r\n\r\n"
    assert (await sent_raw(base_url, asked.encode())).status == 400


@pytest.mark.parametrize("said", ["", "urgent", "0", "normal, batch", "interactive2"])
async def test_a_class_that_there_is_not_is_refused_by_name(ask: Ask, said: str) -> None:
    answer = await ask(ROCKET, X_Request_Class=said)

    assert (answer.status, answer.body["code"]) == (400, "invalid_request")
    assert answer.body["parameters"] == [
        {"place": "header", "name": "X-Request-Class", "detail": "should be one of interactive, normal, batch"}
    ]


@pytest.mark.parametrize("field", ["X-Request-Timeout: 2", "x-request-class: batch"])
async def test_what_is_said_twice_is_refused(base_url: str, field: str) -> None:
    asked = f"GET {ROCKET} HTTP/1.1\r\nHost: localhost\r\n{field}\r\n{field}\r\nConnection: close\r\n\r\n"
    answer = await sent_raw(base_url, asked.encode())

    assert answer.status == 400
    assert b"is given more than once" in answer.body


@pytest.mark.parametrize("path", ["/no/such/thing", "/health/live", "/docs"])
async def test_it_is_refused_before_anything_is_looked_for(ask: Ask, path: str) -> None:
    assert (await ask(path, X_Request_Timeout="soon")).status == 400


async def test_a_refused_request_leaves_its_connection_in_order(ask: Ask) -> None:
    for said, status in (("soon", 400), ("2", 200), ("-1", 400), ("2", 200)):
        assert (await ask(ROCKET, X_Request_Timeout=said)).status == status


async def test_so_does_one_with_a_body(base_url: str) -> None:
    refused = f"POST {ROCKET} HTTP/1.1\r\nHost: localhost\r\nX-Request-Timeout: x\r\nContent-Length: 4\r\n\r\nbody"
    following = f"GET {ROCKET} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = await sent_raw(base_url, (refused + following).encode())

    assert answer.status == 400
    assert answer.body.count(b"HTTP/1.1 200 OK") == 1
