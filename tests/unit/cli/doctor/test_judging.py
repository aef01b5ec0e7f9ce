"""What each fact comes to, and what to do."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.amounts import DAY_SECONDS, said
from app.cli.doctor.facts import (
    Answered,
    CertificateSeen,
    DatabaseSeen,
    FileSeen,
    KeySeen,
    KeysSeen,
    Machine,
    Occupant,
    PortSeen,
    Reached,
    Step,
)
from app.cli.doctor.files import judge_identity_key, judge_keys, judge_store, judge_usage
from app.cli.doctor.finding import Finding, Verdict, failure, fine, warning
from app.cli.doctor.github import expires_at, judge_clock, judge_github, kind_of, more_than_reading
from app.cli.doctor.machine import fits, judge_certificate, judge_open_files, judge_port, judge_versions
from app.cli.doctor.report import has_failed, write_json, write_text
from app.cli.doctor.upstreams import judge_way
from app.cli.paint import Paint
from app.settings import Cache, Settings, UpstreamSettings
from app.transport.dialect import Quota
from tests.unit.cli.doctor.fake_probes import CORE, NOW, USER

GITHUB = "https://api.github.com/"
OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL


def upstream(**given: Any) -> UpstreamSettings:
    settings = Settings.model_validate({"upstreams": {"hub": {"kind": "github", **given}}})
    return settings.upstreams["hub"]


class TestWay:
    def judged(self, reached: Reached, **given: Any) -> Finding:
        return judge_way("hub", upstream(**given), reached, NOW)

    @pytest.mark.parametrize(
        ("reached", "found", "advice"),
        [
            (
                Reached(Step.NAME, "no such name"),
                "the name api.github.com is not resolved: no such name",
                "name servers",
            ),
            (Reached(Step.CONNECTION, "refused"), "no connection: refused", "upstreams.hub.proxy"),
            (Reached(Step.PROXY, "it answers with status 407"), "status 407", "user and password"),
            (Reached(Step.TLS, "certificate has expired", certificate_problem=10), "TLS fails: certificate", "renew"),
            (Reached(Step.TLS, "self-signed", certificate_problem=18), "self-signed", "upstreams.hub.ca_file"),
            (Reached(Step.TLS, "mismatch", certificate_problem=64), "mismatch", "as its certificate does"),
            (Reached(Step.TLS, "wrong version number"), "wrong version number", "speak TLS"),
        ],
    )
    def test_what_stands_in_the_way(self, reached: Reached, found: str, advice: str) -> None:
        one = self.judged(reached)
        assert one.verdict is FAIL
        assert found in one.found
        assert advice in one.advice

    def test_there(self) -> None:
        one = self.judged(Reached(Step.THERE, "", "2001:db8::7", 0.031, NOW + 83 * DAY_SECONDS))
        assert one == fine(
            "upstream hub", f"{GITHUB} at [2001:db8::7], its certificate is good for 83 days, 0.03 s away"
        )

    @pytest.mark.parametrize(
        "reached",
        [Reached(Step.THERE, "", "192.0.2.7", 0.03, NOW + 3 * DAY_SECONDS), Reached(Step.THERE, "", "192.0.2.7", 2)],
    )
    def test_soon_and_slow_are_warnings(self, reached: Reached) -> None:
        assert self.judged(reached).verdict is WARN


class TestToken:
    def judged(self, token: str | None, base_url: str = GITHUB, **answer: Any) -> Finding:
        answered = Answered(**{"status": 200, "quotas": (CORE,), "scopes": None, **answer})
        return judge_github("hub", base_url, token, answered, NOW)[0]

    @pytest.mark.parametrize(
        ("token", "kind"),
        [
            ("ghp_x", "a classic personal token"),
            ("github_pat_x", "a fine-grained personal token"),
            ("ghs_x", "an installation's token"),
            ("0123456789abcdef0123456789abcdef01234567", "a classic personal token of the old form"),
            ("mine", "a token of unknown form"),
        ],
    )
    def test_its_kind(self, token: str, kind: str) -> None:
        assert kind_of(token) == kind

    def test_a_token_that_only_reads(self) -> None:
        one = self.judged("github_pat_x", expires="2028-01-15 08:00:00 UTC")
        assert one == fine("token of hub", "a fine-grained personal token, good for 365 days")

    def test_none(self) -> None:
        one = self.judged(None)
        assert (one.verdict, "60 requests an hour" in one.found) == (WARN, True)
        assert "HEADGATE_UPSTREAMS__HUB__TOKEN" in one.advice
        assert "60" not in self.judged(None, "https://ghe.example/api/v3/").found

    @pytest.mark.parametrize(("status", "words"), [(401, "rejects it"), (403, "forbids it")])
    def test_refused(self, status: int, words: str) -> None:
        one = self.judged("ghp_x", status=status)
        assert (one.verdict, words in one.found) == (FAIL, True)
        answered = Answered(status)
        assert len(judge_github("hub", GITHUB, "ghp_x", answered, NOW)) == 1, "its quota is nobody's"

    def test_expired_and_soon(self) -> None:
        assert self.judged("ghp_x", expires="2027-01-15 07:59:59 UTC").verdict is FAIL
        soon = self.judged("ghp_x", expires="2027-01-20 09:00:00 +0100")
        assert (soon.verdict, "good for 5 days" in soon.found) == (WARN, True)
        assert "cannot be read" in self.judged("ghp_x", expires="tomorrow").found

    def test_an_installations_token_does_not_last(self) -> None:
        assert self.judged("ghs_x").verdict is WARN

    def test_more_than_reading(self) -> None:
        one = self.judged("ghp_x", scopes="repo, read:org")
        assert (one.verdict, one.found) == (
            WARN, "a classic personal token, GitHub names no end of it, scopes: repo, read:org",
        )  # fmt: skip
        assert one.advice.startswith("repo may do more than read")
        assert self.judged("ghp_x", scopes="").verdict is OK
        assert more_than_reading("read:org,user:email, notifications, admin:org, public_repo") == [
            "admin:org",
            "public_repo",
        ]

    def test_no_answer(self) -> None:
        assert self.judged("ghp_x", status=None, problem="hub answered nonsense").found == "hub answered nonsense"

    @pytest.mark.parametrize("written", ["", "soon", "2027-13-01 00:00:00 UTC"])
    def test_no_moment(self, written: str) -> None:
        assert expires_at(written) is None

    def test_moments(self) -> None:
        assert expires_at("2027-01-15 08:00:00 UTC") == NOW
        assert expires_at("2027-01-15 09:00:00 +0100") == NOW


class TestQuota:
    def judged(self, quota: Quota, token: str | None = "ghp_x") -> Finding:  # noqa: S107 -- invented
        return judge_github("hub", GITHUB, token, Answered(200, quotas=(quota,)), NOW)[1]

    def test_enough(self) -> None:
        assert self.judged(CORE) == fine("quota of hub", "4,200 of 5,000 requests left, reset in 30 minutes")

    @pytest.mark.parametrize(
        ("remaining", "limit", "token", "words"),
        [
            (0, 5_000, "ghp_x", "until the reset"),
            (300, 5_000, "ghp_x", "who spent it"),
            (59, 60, None, "with a token it is 5,000"),
        ],
    )
    def test_little(self, remaining: int, limit: int, token: str | None, words: str) -> None:
        one = self.judged(Quota("core", limit, remaining, limit - remaining, int(NOW) + 60), token)
        assert (one.verdict, words in one.advice) == (WARN, True)

    def test_another_resource_that_is_spent(self) -> None:
        answered = Answered(200, quotas=(CORE, Quota("search", 30, 0, 30, int(NOW) + 60)))
        assert "nothing left of search" in judge_github("hub", GITHUB, "t", answered, NOW)[1].found

    def test_a_server_without_limits_and_one_that_is_no_github(self) -> None:
        assert judge_github("hub", GITHUB, "t", Answered(404), NOW)[1].verdict is OK
        assert judge_github("hub", GITHUB, "t", Answered(200), NOW)[1].verdict is FAIL
        assert judge_github("hub", GITHUB, "t", Answered(500), NOW)[1].verdict is FAIL


class TestClock:
    @pytest.mark.parametrize(
        ("date", "verdict"),
        [(NOW, OK), (NOW - 5, OK), (NOW + 5, OK), (NOW - 7, WARN), (NOW + 7, WARN), (NOW - 86_400, WARN)],
    )
    def test_skew(self, date: float, verdict: Verdict) -> None:
        (one,) = judge_clock("hub", Answered(200, "", NOW, NOW + 0.2, date))
        assert one.verdict is verdict

    def test_a_slow_answer_proves_nothing(self) -> None:
        assert judge_clock("hub", Answered(200, "", NOW, NOW + 8, NOW - 5))[0].verdict is OK

    def test_who_is_ahead(self) -> None:
        assert judge_clock("hub", Answered(200, "", NOW, NOW, NOW - 60))[0].found == "59 seconds ahead of hub's"
        assert judge_clock("hub", Answered(200, "", NOW, NOW, NOW + 60))[0].found == "1 minute behind hub's"

    def test_nobody_says(self) -> None:
        assert judge_clock("hub", Answered(200)) == []


def file(**given: Any) -> FileSeen:
    return FileSeen(Path("f"), **{"owner": USER, "size_bytes": 32, **given})


def directory(**given: Any) -> FileSeen:
    return FileSeen(Path("d"), **{"is_file": False, "is_directory": True, "owner": USER, "free_bytes": 2**40, **given})


class TestFiles:
    @pytest.mark.parametrize(
        ("seen", "verdict"),
        [
            (file(), OK),
            (file(exists=False), OK),
            (file(mode=0o640), FAIL),
            (file(mode=0o604), FAIL),
            (file(size_bytes=5), FAIL),
            (file(owner=0), WARN),
            (file(exists=False, writable=False), FAIL),
            (file(readable=False), FAIL),
            (file(is_file=False), FAIL),
            (file(problem="permission denied"), FAIL),
        ],
    )
    def test_identity_key(self, seen: FileSeen, verdict: Verdict) -> None:
        one = judge_identity_key(seen, USER)
        assert (one.verdict, bool(one.advice)) == (verdict, verdict is not OK)

    @pytest.mark.parametrize(
        ("seen", "database", "verdict"),
        [
            (directory(), DatabaseSeen(exists=True, size_bytes=10), OK),
            (directory(exists=False), None, OK),
            (directory(), DatabaseSeen(exists=True, whole=False), OK),
            (directory(), DatabaseSeen(exists=True, damage="row 3 missing from index"), WARN),
            (directory(free_bytes=2**20), DatabaseSeen(exists=True), WARN),
            (directory(free_bytes=2**20), DatabaseSeen(exists=True, size_bytes=512 * 2**20), OK),
            (directory(writable=False), DatabaseSeen(exists=True), FAIL),
            (file(), None, FAIL),
            (directory(owner=0), None, WARN),
        ],
    )
    def test_store(self, seen: FileSeen, database: DatabaseSeen | None, verdict: Verdict) -> None:
        assert judge_store(Cache(), seen, database, USER).verdict is verdict

    @pytest.mark.parametrize(
        ("seen", "database", "verdict"),
        [
            (file(free_bytes=2**40), DatabaseSeen(exists=True), OK),
            (file(exists=False), None, OK),
            (file(free_bytes=2**20), DatabaseSeen(exists=True), WARN),
            (file(), DatabaseSeen(exists=True, damage="file is not a database"), WARN),
            (file(writable=False), None, FAIL),
        ],
    )
    def test_usage(self, seen: FileSeen, database: DatabaseSeen | None, verdict: Verdict) -> None:
        assert judge_usage(seen, database, USER).verdict is verdict


class TestKeys:
    def judged(self, *keys: KeySeen, **seen: Any) -> list[Finding]:
        return judge_keys(file(), KeysSeen(keys, **seen), NOW)

    def test_none(self) -> None:
        assert self.judged() == [fine("keys", "none: nobody needs one")]

    def test_a_file_that_cannot_be_used_or_has_none_left(self) -> None:
        assert [one.verdict for one in self.judged(problem="permission denied", needed=True)] == [FAIL]
        assert "serves nobody" in self.judged(problem="permission denied", needed=True)[0].advice
        assert "those of the settings" in self.judged(KeySeen("a"), problem="no", needed=True)[0].advice
        assert [one.verdict for one in self.judged(needed=True)] == [FAIL]

    def test_those_that_end(self) -> None:
        found = self.judged(
            KeySeen("forever"),
            KeySeen("soon", NOW + 3 * DAY_SECONDS),
            KeySeen("over", NOW - 3 * DAY_SECONDS),
            KeySeen("changes", NOW + 60),
            KeySeen("changes", None, operator=True),
            KeySeen("later", NOW + 90 * DAY_SECONDS),
        )
        assert [(one.name, one.found) for one in found] == [
            ("keys", "5 callers, 1 of them operators"),
            ("key of over", "ended 3 days ago"),
            ("key of soon", "ends in 3 days"),
        ]
        assert "headgate keys rotate soon" in found[2].advice


class TestMachine:
    @pytest.mark.parametrize(
        ("occupant", "verdict"),
        [
            (Occupant.NOBODY, OK),
            (Occupant.HEADGATE, OK),
            (Occupant.HEADGATE_NOT_READY, WARN),
            (Occupant.SOMEBODY, FAIL),
            (Occupant.NOT_TO_BE_HAD, FAIL),
        ],
    )
    def test_port(self, occupant: Occupant, verdict: Verdict) -> None:
        assert judge_port("127.0.0.1", 8000, PortSeen(occupant)).verdict is verdict
        assert "8000" in judge_port("127.0.0.1", 8000, PortSeen(occupant)).found

    @pytest.mark.parametrize(("allowed", "verdict"), [(1_024, WARN), (20_300, OK), (None, OK)])
    def test_open_files(self, allowed: int | None, verdict: Verdict) -> None:
        settings = Settings.model_validate({"upstreams": {"hub": {"kind": "github"}}})
        assert judge_open_files(settings, Machine(USER, (3, 11, 7), open_files=allowed)).verdict is verdict

    @pytest.mark.parametrize(
        ("installed", "verdict"), [("3.14.5", OK), ("3.15.0", WARN), ("3.9", WARN), (None, WARN), ("3.14", OK)]
    )
    def test_versions(self, installed: str | None, verdict: Verdict) -> None:
        machine = Machine(USER, (3, 11, 7), {"aiohttp": installed}, {"aiohttp": "<3.15,>=3.14"})
        assert judge_versions(machine).verdict is verdict

    @pytest.mark.parametrize(
        ("version", "range_", "holds"),
        [
            ("1.2", ">=1.2.0", True),
            ("1.2.0rc1", ">=1.2", True),
            ("4.49.1", ">=4.49,<5", True),
            ("5", ">=4.49,<5", False),
            ("5", "", True),
            ("1.0", "==1", True),
            ("1.0", "!=1", False),
            (None, "", False),
        ],
    )
    def test_ranges(self, version: str | None, range_: str, holds: bool) -> None:
        assert fits(version, range_) is holds

    @pytest.mark.parametrize(
        ("ends_at", "verdict"),
        [(None, FAIL), (NOW - 1, FAIL), (NOW + DAY_SECONDS, WARN), (NOW + 60 * DAY_SECONDS, OK)],
    )
    def test_certificate(self, ends_at: float | None, verdict: Verdict) -> None:
        assert judge_certificate(CertificateSeen(ends_at, "no"), NOW).verdict is verdict


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 seconds"), (1, "1 second"), (119, "1 minute"), (7_200, "2 hours"), (86_400 * 1_000, "1,000 days")],
)
def test_spans(seconds: float, words: str) -> None:
    assert said(seconds) == words


class TestReport:
    found = (fine("a", "well"), warning("long name", "so so\n\x1b[31m", "do this"), failure("c", "broken", "do that"))

    def test_for_a_person(self) -> None:
        output = io.StringIO()
        write_text(self.found, output, Paint(on=False))
        assert output.getvalue() == (
            "ok    a          well\n"
            "warn  long name  so so??[31m\n"
            "      → do this\n"
            "fail  c          broken\n"
            "      → do that\n"
            "\n"
            "3 checks: 1 ok, 1 warning, 1 failure\n"
        )

    def test_with_colours(self) -> None:
        output = io.StringIO()
        write_text(self.found[:1], output, Paint(on=True))
        assert output.getvalue().startswith("\x1b[32mok  \x1b[0m  a  well\n")

    def test_for_a_program(self) -> None:
        output = io.StringIO()
        write_json(self.found, output)
        told = json.loads(output.getvalue())
        assert (told["ok"], [one["verdict"] for one in told["checks"]]) == (False, ["ok", "warn", "fail"])
        assert has_failed(self.found)
        assert not has_failed(self.found[:2])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "colours"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals(stream: io.StringIO, environ: dict[str, str], colours: bool) -> None:
    from app.cli.paint import Colour  # noqa: PLC0415 -- of this test alone

    assert ("\x1b" in Paint.for_stream(stream, environ)("x", Colour.RED)) is colours
