"""A reload from the order to its outcome: what is in force, and what is told."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.supervision.pid_file import GIVEN_UP, REFUSED, TAKEN_UP, UNDER_WAY, Reload, held_pid_file, running
from app.cli.supervision.reloading import Reloading, Renew
from app.cli.supervision.renewal import Refused, Renewal
from app.place import WorkerPlace
from tests.gateway import settings_of

PLACE = WorkerPlace(settings=settings_of(), identity_key=b"")
NEW = replace(PLACE, settings=settings_of({"workers": 2}))


def renewing(_: WorkerPlace) -> Renewal:
    return Renewal(NEW, ("server.workers",), ("server.port",), ("something was ignored",))


def refusing(_: WorkerPlace) -> Renewal:
    raise Refused(("one fault", "another"))


def failing(_: WorkerPlace) -> Renewal:
    raise RuntimeError("with a secret in it")


def outcomes(renew: Renew, tmp_path: Path, *, starts: bool = True) -> tuple[WorkerPlace | None, list[Reload]]:
    """The place in force once it is over, and what `headgate reload` could have read."""
    file, seen = tmp_path / "gate.pid", []

    def look() -> None:
        found = running(file)
        assert found is not None
        seen.append(found.reload)

    def renew_in_view(place: WorkerPlace) -> Renewal:
        look()
        return renew(place)

    with held_pid_file(file) as pid_file:
        reloading = Reloading(renew_in_view, pid_file)
        reloading.is_asked = True
        place = reloading.begin(PLACE)
        assert not reloading.is_asked
        assert reloading.is_under_way == (place is not None)
        if place is not None:
            if starts:
                reloading.done()
            else:
                place = reloading.give_up("it does not start")
        assert not reloading.is_under_way
        look()
    return place, seen


def test_taken_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert outcomes(renewing, tmp_path) == (
        NEW,
        [Reload(1, UNDER_WAY), Reload(1, TAKEN_UP, ("server.workers",), ("server.port",))],
    )
    assert "something was ignored" in caplog.text
    assert "the configuration was taken up" in caplog.text


def test_given_up(tmp_path: Path) -> None:
    place, seen = outcomes(renewing, tmp_path, starts=False)
    assert place == PLACE
    assert (seen[-1].outcome, seen[-1].reasons) == (GIVEN_UP, ("it does not start",))


def test_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert outcomes(refusing, tmp_path) == (
        None,
        [Reload(1, UNDER_WAY), Reload(1, REFUSED, reasons=("one fault", "another"))],
    )
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


def test_an_error_that_nobody_foresaw_ends_the_reload_and_not_the_gateway(tmp_path: Path) -> None:
    place, seen = outcomes(failing, tmp_path)
    assert place is None
    assert (seen[-1].outcome, seen[-1].reasons) == (GIVEN_UP, ("RuntimeError; the log tells more",))
