"""What a caller sends forges no line of the log: each line is one that the gateway wrote, in either form."""

import json
import re
import socket
from pathlib import Path

import pytest

from tests.end_to_end.command import Command, ask, running, until

pytestmark = pytest.mark.workers

FORGED = '{"event":"forged","level":"error"}'
SENT = (
    f"GET /x?a={FORGED.replace(' ', '')} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    f"GET /x%0a{FORGED}%0d%0a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    f"GET /x\n{FORGED}\n HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    f"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-ID: a\n{FORGED}\r\n\r\n",
    f"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-ID: {FORGED}\r\n\r\n",
    f"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-ID: \x85\u2028{FORGED}\r\n\r\n",
    f"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: a\x0b{FORGED}\r\n\r\n",
    f"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: {FORGED}\r\ntraceparent: {FORGED}\r\n\r\n",
    f"{FORGED.replace(' ', '')} /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    f"GET /x\x1b[2J{FORGED} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    f"GET /{'a' * 7_000}{FORGED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET /\xff\xfe\u2028 HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


def logged(directory: Path, form: str) -> str:
    """The log of a gateway that was sent all of it."""
    environ = {"HEADGATE_LOGS__FORMAT": form}
    with running(directory, "demo", "--port", "0", environ=environ) as gateway:
        host, _, port = gateway.url.removeprefix("http://").partition(":")
        for sent in SENT:
            with socket.create_connection((host, int(port)), 10) as caller:
                caller.sendall(sent.encode())
                assert caller.makefile("rb").readline().startswith(b"HTTP/1.1 4")
        assert ask(f"{gateway.url}/health/live", X_Request_ID="the-last").status == 200
        _until_told(gateway, "the-last")
        return gateway.log


def _until_told(gateway: Command, what: str) -> None:
    until(lambda: what in gateway.log, what, seconds=10, log=gateway.told)


def test_every_line_of_json_is_one_object_of_the_gateways_own(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in logged(tmp_path, "json").splitlines()]

    assert [line for line in lines if line.get("event") == "forged" or line.get("level") == "error"] == []
    assert sum("status" in line and "peer" in line for line in lines) >= len(SENT)
    assert {line["peer"] for line in lines if "peer" in line} == {"127.0.0.1"}


def test_every_line_of_text_begins_with_a_time_of_the_gateways_own(tmp_path: Path) -> None:
    text = logged(tmp_path, "text")

    assert [line for line in text.splitlines() if not re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", line)] == []
    assert [char for char in text if char != "\n" and not char.isprintable()] == []
    assert "Traceback" not in text
