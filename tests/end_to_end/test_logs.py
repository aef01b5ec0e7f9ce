"""What a running gateway writes to standard error, as a collector reads it."""

import json
import signal
from pathlib import Path
from typing import Any

from tests.end_to_end.command import Command, ask, running, stand_ins, until

ROCKET = "/api/v1/repos/acme/rocket"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def lines(gateway: Command) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gateway.log.splitlines()]


def access(gateway: Command) -> list[dict[str, Any]]:
    return [line for line in lines(gateway) if line["logger"] == "access"]


def test_each_line_is_json_and_each_request_has_one(tmp_path: Path) -> None:
    with stand_ins(tmp_path / "stand-ins") as upstreams:
        file = tmp_path / "x.yaml"
        settings = {
            "server": {"port": 0, "workers": 2},
            "cache": {"store": "memory"},
            "upstreams": upstreams.upstreams(),
        }
        file.write_text(json.dumps(settings), encoding="utf-8")
        environ = {"HEADGATE_LOGS__FORMAT": "auto"}  # a file is no terminal
        with running(tmp_path / "run", "serve", "--config", str(file), environ=environ) as gateway:
            url = gateway.url
            for number in range(10):
                target = f"{url}{ROCKET}?page=hidden{number}" if number % 2 else url + ROCKET
                assert ask(
                    target, X_Request_ID=f"mine-{number}", traceparent=f"00-{TRACE_ID}-b7ad6b7169203331-00"
                ).status
            ask(f"{url}/nowhere/%22%0aforged?x=hidden", X_Request_ID="hostile")
            until(lambda: len(access(gateway)) == 11, "the access lines", log=gateway.told)
            gateway.tell(signal.SIGTERM)
            assert gateway.exit_code() == 0, gateway.told()
            told = lines(gateway)
            served = {line["request_id"]: line for line in access(gateway)}

    for line in told:
        assert list(line)[:4] == ["time", "level", "logger", "event"]
    assert sorted(served) == ["hostile", *(f"mine-{number}" for number in range(10))]
    first = served["mine-0"]
    assert (first["method"], first["path"], first["status"]) == ("GET", ROCKET, 200)
    assert first["trace_id"] == TRACE_ID
    assert first["route"].startswith("/api/v1/repos/")
    assert first["milliseconds"] > 0
    assert served["hostile"]["path"] == "/nowhere/%22%0aforged"
    assert served["hostile"]["code"] == "no_such_resource"
    assert "hidden" not in gateway.log
    events = {line["event"] for line in told if line["logger"] == "app.transport.session"}
    assert events == {"session opened", "session closed"}


def test_without_the_access_log_requests_leave_no_line(tmp_path: Path) -> None:
    with stand_ins(tmp_path / "stand-ins") as upstreams:
        file = tmp_path / "x.yaml"
        settings = {
            "server": {"port": 0, "access_log": False},
            "cache": {"store": "memory"},
            "upstreams": upstreams.upstreams(),
        }
        file.write_text(json.dumps(settings), encoding="utf-8")
        with running(tmp_path / "run", "serve", "--config", str(file)) as gateway:
            assert ask(gateway.url + ROCKET).status == 200
            gateway.tell(signal.SIGTERM)
            assert gateway.exit_code() == 0
            assert ROCKET not in gateway.log
