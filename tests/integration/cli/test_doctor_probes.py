"""The doctor's probes on real sockets and files: what each meets, and that it is back in time."""

import asyncio
import json
import os
import socket
import sqlite3
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from app.cli.doctor import looking, reaching
from app.cli.doctor.asking import questions
from app.cli.doctor.facts import Answered, KeySeen, KeysSeen, Occupant, Step
from app.cli.doctor.keys import seen as keys_seen
from app.demo.github import GitHubStandIn, Knobs
from app.demo.github.replies import Reply
from app.demo.serving import running
from app.settings import Settings
from tests.faults.certificates import AVAILABLE, Certificate
from tests.integration.cli.certificates import expired

openssl = pytest.mark.skipif(not AVAILABLE, reason="openssl is not installed")
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handle: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Its port."""
    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with closing(writer):
        await reader.read()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class TestReaching:
    async def test_plain(self) -> None:
        async with listening(silent) as port:
            reached = await reaching.reach(f"http://127.0.0.1:{port}/", None, None)
        assert (reached.step, reached.address, reached.certificate_ends_at) == (Step.THERE, "127.0.0.1", None)

    async def test_nobody_listens(self) -> None:
        reached = await reaching.reach(f"http://127.0.0.1:{free_port()}/", None, None)
        assert (reached.step, reached.problem) == (Step.CONNECTION, "127.0.0.1: connection refused")

    async def test_no_such_name(self) -> None:
        reached = await reaching.reach("https://nowhere.invalid/", None, None)
        assert reached.step is Step.NAME
        assert reached.problem

    @openssl
    async def test_tls(self, tmp_path: Path) -> None:
        certificate = Certificate.made(tmp_path / "c.pem")
        async with listening(silent, certificate.server()) as port:
            trusted = await reaching.reach(f"https://127.0.0.1:{port}/", None, certificate.file)
            unknown = await reaching.reach(f"https://127.0.0.1:{port}/", None, None)
        assert trusted.step is Step.THERE
        assert trusted.certificate_ends_at is not None
        assert (unknown.step, unknown.certificate_problem) == (Step.TLS, 18)

    @openssl
    async def test_expired(self, tmp_path: Path) -> None:
        certificate = expired(tmp_path / "c.pem")
        async with listening(silent, certificate.server()) as port:
            reached = await reaching.reach(f"https://127.0.0.1:{port}/", None, certificate.file)
        assert (reached.step, reached.problem, reached.certificate_problem) == (
            Step.TLS, "certificate has expired", 10,
        )  # fmt: skip

    async def test_no_tls_there(self) -> None:
        async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with closing(writer):
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                await reader.read()

        async with listening(plain) as port:
            reached = await reaching.reach(f"https://127.0.0.1:{port}/", None, None)
        assert (reached.step, reached.problem) == (Step.TLS, "wrong version number")

    async def test_who_says_nothing_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reaching, "PROBE_SECONDS", 0.2)
        async with listening(silent) as port:
            reached = await reaching.reach(f"https://127.0.0.1:{port}/", None, None)
        assert (reached.step, reached.problem) == (Step.TLS, "nothing came within 0.2 s")

    @openssl
    async def test_through_a_proxy(self, tmp_path: Path) -> None:
        certificate = Certificate.made(tmp_path / "c.pem")
        heads: list[bytes] = []
        async with listening(silent, certificate.server()) as port, listening(proxying(heads, port)) as proxy:
            reached = await reaching.reach(
                f"https://127.0.0.1:{port}/", f"http://me:secret@127.0.0.1:{proxy}", certificate.file
            )
        assert reached.step is Step.THERE
        assert reached.certificate_ends_at is not None
        assert heads[0].startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % port)
        assert b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n" in heads[0]

    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "it answers with status 407"),
            (b"SSH-2.0-OpenSSH\r\n\r\n", "it does not answer as a proxy does"),
            (b"", "it does not answer as a proxy does"),
        ],
    )
    async def test_a_proxy_that_refuses(self, answer: bytes, problem: str) -> None:
        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with closing(writer):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                await writer.drain()

        async with listening(refuse) as proxy:
            reached = await reaching.reach("https://upstream.invalid/", f"http://127.0.0.1:{proxy}", None)
        assert (reached.step, reached.problem) == (Step.PROXY, problem)


def proxying(heads: list[bytes], port: int) -> Handler:
    """A proxy that lets everybody through to one port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while piece := await source.read(65_536):
                sink.write(piece)
            sink.close()

        await asyncio.gather(copy(reader, back), copy(there, writer))

    return handle


class TestPort:
    async def test_free(self) -> None:
        assert (await looking.port("127.0.0.1", free_port())).occupant is Occupant.NOBODY

    async def test_not_ours_to_listen_at(self) -> None:
        seen = await looking.port("192.0.2.1", free_port())
        assert (seen.occupant, seen.problem) == (Occupant.NOT_TO_BE_HAD, "cannot assign requested address")

    @pytest.mark.parametrize(
        ("body", "occupant"),
        [
            (b'{"status":"ready"}', Occupant.HEADGATE),
            (b'{"status":"not ready"}', Occupant.HEADGATE_NOT_READY),
            (b'{"status":7}', Occupant.SOMEBODY),
            (b"[]", Occupant.SOMEBODY),
            (b"<html>", Occupant.SOMEBODY),
        ],
    )
    async def test_somebody_answers(self, body: bytes, occupant: Occupant) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with closing(writer):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
                await writer.drain()

        async with listening(answer) as port:
            assert (await looking.port("127.0.0.1", port)).occupant is occupant

    @openssl
    async def test_by_tls(self, tmp_path: Path) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with closing(writer):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"status":"ready"}')
                await writer.drain()

        async with listening(answer, Certificate.made(tmp_path / "c.pem").server()) as port:
            assert (await looking.port("127.0.0.1", port)).occupant is Occupant.HEADGATE


class TestFiles:
    def test_what_is_there(self, tmp_path: Path) -> None:
        file = tmp_path / "f"
        file.write_bytes(b"12345")
        file.chmod(0o640)
        seen = looking.see(file, Path("shown"))
        assert (seen.path, seen.exists, seen.is_file, seen.mode, seen.size_bytes) == (
            Path("shown"),
            True,
            True,
            0o640,
            5,
        )
        assert (seen.owner, seen.writable, seen.problem) == (os.geteuid(), True, "")
        assert (seen.free_bytes or 0) > 0

    def test_what_will_be_there(self, tmp_path: Path) -> None:
        seen = looking.see(tmp_path / "a" / "b", Path("b"))
        assert (seen.exists, seen.is_file, seen.writable, seen.owner) == (False, False, True, os.geteuid())

    def test_a_database(self, tmp_path: Path) -> None:
        file = tmp_path / "d"
        assert not looking.check_database(file).exists
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript("CREATE TABLE t (x); CREATE INDEX i ON t (x); INSERT INTO t VALUES (1);")
        assert looking.check_database(file).damage == ""
        file.write_bytes(b"no database at all, but long enough to be looked at" * 100)
        assert looking.check_database(file).damage == "file is not a database"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["d"], "looking makes no files"

    def test_one_that_takes_too_long(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "d"
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript("CREATE TABLE t (x); CREATE INDEX i ON t (x);")
            connection.executemany("INSERT INTO t VALUES (?)", [(f"{number}",) for number in range(50_000)])
            connection.commit()
        monkeypatch.setattr(looking, "PROBE_SECONDS", 0)
        seen = looking.check_database(file)
        assert (seen.damage, seen.whole) == ("", False)


@openssl
class TestOwnCertificate:
    def test_good(self, tmp_path: Path) -> None:
        made = Certificate.made(tmp_path / "c.pem")
        seen = looking.certificate(made.file, made.file.with_suffix(".key"))
        assert (seen.problem, seen.ends_at is not None) == ("", True)

    def test_expired(self, tmp_path: Path) -> None:
        made = expired(tmp_path / "c.pem")
        assert looking.certificate(made.file, made.file.with_suffix(".key")).ends_at == 0

    def test_another_ones_key(self, tmp_path: Path) -> None:
        one, other = Certificate.made(tmp_path / "a.pem"), Certificate.made(tmp_path / "b.pem")
        seen = looking.certificate(one.file, other.file.with_suffix(".key"))
        assert (seen.ends_at, seen.problem) == (None, "key values mismatch")

    def test_none(self, tmp_path: Path) -> None:
        assert looking.certificate(tmp_path / "nowhere", None).problem == "no such file or directory"


class TestAsking:
    async def asked(self, knobs: Knobs, token: str | None = "ghp_of_this_test") -> Answered:  # noqa: S107 -- invented
        async with running(GitHubStandIn(knobs).app) as base_url:
            settings = Settings.model_validate(
                {"upstreams": {"github": {"kind": "github", "base_url": base_url, "token": token}}}
            )
            async with questions(settings) as asked:
                return await asked.ask("github")

    async def test_what_github_says(self) -> None:
        answered = await self.asked(Knobs())
        assert (answered.status, answered.problem) == (200, "")
        assert answered.date is not None
        assert next(quota.limit for quota in answered.quotas if quota.resource == "core") == 5_000

    async def test_a_token_with_scopes_and_an_end(self) -> None:
        said = {"X-OAuth-Scopes": "repo", "github-authentication-token-expiration": "2027-01-15 08:00:00 UTC"}
        answered = await self.asked(Knobs(instead={"/rate_limit": Reply({"resources": {}}, 200, said)}))
        assert (answered.scopes, answered.expires) == ("repo", "2027-01-15 08:00:00 UTC")

    async def test_a_wrong_token(self) -> None:
        assert (await self.asked(Knobs(), "revoked_of_this_test")).status == 401

    async def test_no_answer(self) -> None:
        settings = Settings.model_validate(
            {"upstreams": {"github": {"kind": "github", "base_url": f"http://127.0.0.1:{free_port()}/"}}}
        )
        async with questions(settings) as asked:
            answered = await asked.ask("github")
        assert (answered.status, bool(answered.problem)) == (None, True)


def test_keys_of_settings_and_of_their_file(tmp_path: Path) -> None:
    one, other = ({"hashes": [{"sha256": digit * 64, "expires": "2027-01-15T08:00:00Z"}]} for digit in "ab")
    settings = Settings.model_validate({"callers": {"keys": {"one": one}}, "upstreams": {"github": {"kind": "github"}}})
    in_settings = KeySeen("one", 1_800_000_000.0)
    assert keys_seen(settings, tmp_path) == KeysSeen((in_settings,), needed=True)
    file = tmp_path / "var" / "keys.yaml"
    file.parent.mkdir()
    file.write_text(json.dumps({"keys": {"two": {**other, "operator": True}}}))
    found = keys_seen(settings, tmp_path)
    assert {key.name: key.operator for key in found.keys} == {"one": False, "two": True}
    for broken in ("keys: [1]", "keys: {a: {", "keys: {a: {hashes: []}}"):
        file.write_text(broken)
        seen = keys_seen(settings, tmp_path)
        assert (seen.keys, bool(seen.problem), seen.needed) == ((in_settings,), True, True)


def test_no_keys(tmp_path: Path) -> None:
    settings = Settings.model_validate({"upstreams": {"github": {"kind": "github"}}})
    assert keys_seen(settings, tmp_path) == KeysSeen()
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "keys.yaml").write_text("keys: {}\n")
    assert keys_seen(settings, tmp_path) == KeysSeen(needed=True)
