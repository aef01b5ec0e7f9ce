"""No token, key or secret gets out of the gateway: every error path is driven with marked secrets, and every place searched."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from app.api.codes import every_code
from tests.secrecy import places, plays
from tests.secrecy.marks import leaks, marked
from tests.secrecy.scene import Scene, gateway
from tests.secrecy.upstream import misbehaving

pytestmark = pytest.mark.workers

NOT_DRIVEN: dict[str, str] = {
    "certificate_authority_unusable": "keeps the gateway from starting",
    "cross_site_write": "is for gateways without keys",
    "internal": "is a bug of ours: tests/unit/api/test_error_handler.py and test_logs.py (here) look at what is told of one",
    "report_not_affordable": "is made of numbers alone",
    "service_unavailable": "is told by a worker that stops, and is a constant",
    "session_not_open": "comes before the first request is let in",
    "upstream_quota_reserved": "is made of the upstream's name and numbers alone",
}
"""Codes of problems that are not driven here, each with the reason."""


@pytest.fixture(scope="module", params=["json", "text"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    directory: Path = tmp_path_factory.mktemp("secrecy")
    with misbehaving() as upstream, gateway(directory, upstream, request.param) as scene:
        plays.faults_of_upstreams(scene)
        plays.refusals_at_the_edge(scene)
        plays.what_operators_see(scene)
        plays.life(scene)
        if request.param == "json":
            plays.commands(scene)
        yield scene


def test_nothing_is_said_of_any_secret(played: Scene) -> None:
    assert [str(leak) for leak in leaks(played.secrets.all, places.said(played))] == []


def test_a_caller_is_told_nothing_but_its_own(played: Scene) -> None:
    others = [mark for mark in played.secrets.all if mark not in played.secrets.of_callers]

    assert [str(leak) for leak in leaks(others, played.to_owners)] == []


def test_no_file_holds_one(played: Scene) -> None:
    assert [str(leak) for leak in leaks(played.secrets.all, places.kept(played))] == []


def test_no_key_of_ours_goes_upstream(played: Scene) -> None:
    assert [str(leak) for leak in leaks(played.secrets.keys, places.sent(played))] == []


def test_the_gateways_secrets_did_go_where_they_belong(played: Scene) -> None:
    """Else all of this would prove nothing."""
    seen = b"\n".join(played.upstream.seen)
    secrets = played.secrets
    for mark in (secrets.github, secrets.github_file, secrets.header, secrets.query, secrets.facebook, secrets.own):
        assert mark.value.encode() in seen, mark.name
    assert b64encode(f"someone:{secrets.password.value}".encode()) in seen


def test_every_kind_of_problem_was_told(played: Scene) -> None:
    codes = {code.name for code in every_code()}

    assert " ".join(sorted(codes - NOT_DRIVEN.keys() - played.codes)) == ""
    assert not played.codes & NOT_DRIVEN.keys(), "driven after all"


@pytest.mark.parametrize("shift", ["", "u:", "user:"])
def test_the_search_finds_what_there_is(shift: str) -> None:
    mark = marked("a secret", "ghp_")
    writings = [
        mark.value.encode(),
        mark.value.upper().encode(),
        quote(f"{shift}{mark.value}&").encode(),
        b64encode(f"{shift}{mark.value}".encode()),
        f"{shift}{mark.value}".encode().hex().encode(),
        f"{shift}{mark.value}".encode("utf-16-le"),
    ]

    for written in writings:
        assert leaks([mark], [("here", b"around " + written + b" it")]), written
    assert leaks([mark], [("here", b"nothing"), ("there", marked("another", "ghp_").value.encode())]) == []
