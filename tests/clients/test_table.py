"""docs/clients.md has a row for each step that is tried, and the clients are tried in the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.clients.clients import CLIENTS
from tests.clients.sent import Sent, Trail
from tests.clients.step import Outcome
from tests.clients.table import PLACE, table

RENEW = "renew it by: python -m tests.clients"
GATEWAY = "http://127.0.0.1:8000"


def test_every_step_is_in_the_table() -> None:
    steps = [step.name for step in CLIENTS["PyGithub"]]
    assert PLACE.rows() == steps, RENEW


def test_every_client_is_tried_in_every_step() -> None:
    names = {client: [step.name for step in steps] for client, steps in CLIENTS.items()}
    assert names["gidgethub"] == names["PyGithub"]
    assert len(set(names["PyGithub"])) == len(names["PyGithub"])


def test_a_step_is_well_where_everything_went_through_the_gateway() -> None:
    sent = Sent("GET", f"{GATEWAY}/github/meta", 200)
    assert Outcome(None, (sent,), 1, (), 0).is_well
    for other in (
        Outcome(AssertionError(), (sent,), 1, (), 0),
        Outcome(None, (), 0, (), 0),
        Outcome(None, (sent,), 1, (sent,), 0),
        Outcome(None, (sent,), 1, (), 1),
        Outcome(None, (Sent("GET", sent.url, 502),), 1, (), 0),
    ):
        assert not other.is_well


def test_what_is_no_url_of_the_gateway_went_past_it() -> None:
    trail = Trail([Sent("GET", f"{GATEWAY}{rest}", 200) for rest in ("", "/x", "0/x", ".example/x")])
    assert [sent.url.removeprefix(GATEWAY) for sent in trail.past(GATEWAY)] == ["0/x", ".example/x"]


def test_the_table_takes_the_place_between_its_markers(tmp_path: Path) -> None:
    place = replace(PLACE, document=tmp_path / "clients.md")
    begin, end = "<!-- clients: begin -->\n", "<!-- clients: end -->\n"
    place.document.write_text(f"before\n{begin}| old |\n{end}after\n", encoding="utf-8")
    sent = Sent("GET", f"{GATEWAY}/github/meta", 200)
    well, unwell = Outcome(None, (sent, sent), 1, (), 0), Outcome(None, (sent,), 3, (), 2)
    place.renew(table({"one": {"a step": well, "another": unwell}, "other": {"a step": well}}))
    text = place.document.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{begin}| step | one: sent, reached, past | other: ")
    assert "| a step | ok: 2, 1, 0 | ok: 2, 1, 0 |\n| another | **not**: 1, 3, 2 | not offered |\n" in text
    assert text.endswith(f"{end}after\n")
    assert place.rows() == ["a step", "another"]
    place.document.write_text("no markers", encoding="utf-8")
    with pytest.raises(ValueError, match="clients"):
        place.renew("")
