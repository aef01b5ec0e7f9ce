"""What is looked at, and that it is told in a fixed order; what each fact comes to has tests of its own."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.cli.doctor.checkup import Checkup
from app.cli.doctor.facts import Answered, FileSeen, KeySeen, KeysSeen, Probes, Reached, Step
from app.cli.doctor.finding import Finding, Verdict
from app.settings import Loaded, UpstreamSettings, load_settings
from tests.unit.cli.doctor.fake_probes import NOW, USER, FakeProbes

TOKEN = "ghp_of_this_test_0123456789"
NOT_OK = (Verdict.WARN, Verdict.FAIL)


def loaded(tmp_path: Path, yaml: str | None = None, **command_line: Any) -> Loaded:
    if yaml is not None:
        (tmp_path / "x.yaml").write_text(yaml)
    return load_settings(
        config_path=None if yaml is None else Path("x.yaml"),
        environ={"GITHUB_TOKEN": TOKEN},
        command_line={name.replace("_", "."): value for name, value in command_line.items()},
        working_directory=tmp_path,
        for_serving=False,
    )


async def findings(probes: Probes, configuration: Loaded, *, offline: bool = False) -> list[Finding]:
    return await Checkup(configuration, probes, offline=offline).findings()


def bad(found: Sequence[Finding]) -> dict[str, Verdict]:
    return {one.name: one.verdict for one in found if one.verdict in NOT_OK}


async def test_where_all_is_well_nothing_else_is_told(tmp_path: Path) -> None:
    found = await findings(FakeProbes(), loaded(tmp_path))
    assert bad(found) == {}
    assert [one.name for one in found] == [
        "configuration",
        "versions",
        "open files",
        "address",
        "keys",
        "identity key",
        "cache",
        "usage",
        "upstream github",
        "token of github",
        "quota of github",
        "clock",
    ]
    assert not any(one.advice for one in found)
    assert TOKEN not in repr(found)


async def test_offline_nobody_is_asked(tmp_path: Path) -> None:
    probes = FakeProbes(reached=Reached(Step.NAME, "no"))
    found = await findings(probes, loaded(tmp_path), offline=True)
    assert (bad(found), probes.asked) == ({}, [])
    assert found[-1].found == "https://api.github.com/: not asked"


async def test_who_is_not_reached_is_not_asked(tmp_path: Path) -> None:
    probes = FakeProbes(reached=Reached(Step.CONNECTION, "192.0.2.7: connection refused"))
    assert bad(await findings(probes, loaded(tmp_path))) == {"upstream github": Verdict.FAIL}
    assert probes.asked == []


async def test_only_a_github_is_asked(tmp_path: Path) -> None:
    yaml = "upstreams: {a: {kind: http, base_url: 'https://x/'}, b: {kind: github}, c: {kind: facebook}}"
    probes = FakeProbes()
    found = await findings(probes, loaded(tmp_path, yaml))
    assert probes.asked == ["b"]
    assert [one.name for one in found if one.name.startswith("upstream")] == ["upstream a", "upstream b", "upstream c"]


async def test_the_clock_is_told_once_and_the_complaint_wins(tmp_path: Path) -> None:
    class Two(FakeProbes):
        async def ask(self, name: str) -> Answered:
            date = NOW if name == "a" else NOW - 60
            return Answered(200, "", NOW, NOW, date, None, "", self.answered.quotas)

    yaml = (
        "api: {github: a}\nupstreams: {a: {kind: github}, b: {kind: github, base_url: 'https://x/api/v3/', token: t}}"
    )
    clocks = [one for one in await findings(Two(), loaded(tmp_path, yaml)) if one.name == "clock"]
    assert [(one.verdict, one.found) for one in clocks] == [(Verdict.WARN, "59 seconds ahead of b's")]


async def test_what_would_not_start_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    found = await findings(FakeProbes(), loaded(tmp_path, server_host="0.0.0.0"))
    assert bad(found) == {"safety": Verdict.FAIL, "tls": Verdict.WARN}
    (safety,) = (one for one in found if one.name == "safety")
    assert "headgate keys create NAME" in safety.advice


async def test_with_keys_it_is_safe(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "keys.yaml").write_text("keys: {me: {hashes: []}}")
    probes = FakeProbes(listed=KeysSeen((KeySeen("me", operator=True),), needed=True))
    found = await findings(probes, loaded(tmp_path, server_host="0.0.0.0"))
    assert bad(found) == {"tls": Verdict.WARN}
    assert "1 caller, 1 of them operators" in [one.found for one in found]


async def test_what_was_ignored_is_a_warning(tmp_path: Path) -> None:
    configuration = load_settings(environ={"HEADGATE_PORT": "1"}, working_directory=tmp_path)
    assert bad(await findings(FakeProbes(), configuration))["configuration"] is Verdict.WARN


async def test_in_memory_no_file_is_looked_at(tmp_path: Path) -> None:
    class NoFiles(FakeProbes):
        async def see(self, path: Path) -> FileSeen:
            assert path.name == "keys.yaml"
            return await super().see(path)

    yaml = "cache: {store: memory}\nusage: {path: null}\nupstreams: {a: {kind: github}}"
    assert bad(await findings(NoFiles(), loaded(tmp_path, yaml))) == {}


async def test_others_files_are_not_opened(tmp_path: Path) -> None:
    class NoDatabases(FakeProbes):
        async def check_store(self, directory: Path) -> Any:
            raise AssertionError

        async def check_database(self, path: Path) -> Any:
            raise AssertionError

    others = {
        "var/cache": FileSeen(Path("var/cache"), is_file=False, is_directory=True, owner=0),
        "var/usage.db": FileSeen(Path("var/usage.db"), owner=0),
    }
    found = await findings(NoDatabases(files=others), loaded(tmp_path))
    assert bad(found) == {"cache": Verdict.WARN, "usage": Verdict.WARN}
    assert all(f"this is user {USER}" in one.found for one in found if one.name in {"cache", "usage"})


async def test_what_hangs_is_given_up(tmp_path: Path) -> None:
    class Stuck(FakeProbes):
        async def reach(self, upstream: UpstreamSettings) -> Reached:
            await asyncio.Event().wait()
            raise AssertionError

    found = await Checkup(loaded(tmp_path), Stuck(), group_seconds=0.05).findings()
    assert bad(found) == {"upstream github": Verdict.FAIL}


async def test_its_own_certificate(tmp_path: Path) -> None:
    yaml = "server: {tls: {certificate_file: c.pem}}\nupstreams: {a: {kind: github}}"
    (tmp_path / "c.pem").touch()
    try:
        configuration = loaded(tmp_path, yaml)
    except Exception:  # noqa: BLE001 -- a certificate that cannot be used may stop the start already
        pytest.skip("unusable certificates are faults of the configuration")
    assert "good for 60 days" in [one.found for one in await findings(FakeProbes(), configuration)]
