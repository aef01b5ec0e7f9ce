"""What a worker serves by its own socket: TLS as the settings say, and no more connections than they let in."""

import asyncio
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
import uvloop
from sanic import Sanic

from app.cli.supervision.line import LISTENS, STOP, Line
from app.cli.worker.serving import serve
from app.place import WorkerPlace
from app.server import worker_app
from tests.faults.certificates import AVAILABLE, Certificate
from tests.faulty_upstream import Connection, FaultyUpstream, Seen
from tests.gateway import rewritable_sanic, settings_of
from tests.waits import eventually

LIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
SECONDS = 10.0
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Run = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test in each event loop that a worker may have."""

    def run_it(test: Callable[[], Awaitable[None]]) -> None:
        async def in_time() -> None:
            async with asyncio.timeout(6 * SECONDS):
                await test()

        with asyncio.Runner(loop_factory=request.param) as runner, rewritable_sanic():
            runner.run(in_time())

    return run_it


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    if not AVAILABLE:
        pytest.skip("openssl makes the certificate")
    return Certificate.made(tmp_path_factory.mktemp("made") / "c.pem")


@asynccontextmanager
async def a_worker(upstreams: dict[str, Any] | None = None, /, **server: Any) -> AsyncIterator[int]:
    """Serves until the block ends, and then ends in good order; the port."""
    settings = settings_of({"drain_seconds": 0, "graceful_shutdown_seconds": 1, **server}, **(upstreams or {}))
    place = WorkerPlace(settings=settings, identity_key=b"k" * 32)
    app = worker_app(place)
    ends = socket.socketpair()
    main, theirs = (Line(end) for end in ends)
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            life = asyncio.create_task(serve(app, place, listener, theirs, when_ready=lambda: None))
            await eventually(lambda: life.done() or LISTENS in main.hear(), SECONDS)
            assert not life.done(), life
            yield listener.getsockname()[1]
            main.tell(STOP)
            async with asyncio.timeout(SECONDS):
                await life
    finally:
        Sanic.unregister_app(app)
        for end in ends:
            end.close()


def tls_of(certificate: Certificate) -> dict[str, str]:
    return {"certificate_file": str(certificate.file), "key_file": str(certificate.file.with_suffix(".key"))}


def trusting(certificate: Certificate, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A caller's side; with a version, that one and no other."""
    context = ssl.create_default_context(cafile=str(certificate.file))
    context.set_alpn_protocols(["h2", "http/1.1"])
    if version is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is what the test is about
            context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def connected(port: int, tls: ssl.SSLContext | None = None) -> Stream:
    async with asyncio.timeout(SECONDS):
        return await asyncio.open_connection("127.0.0.1", port, ssl=tls)


async def answer_to(sent: bytes, stream: Stream) -> bytes:
    """All that comes back until the other side closes; nothing if it cuts."""
    reader, writer = stream
    with closing(writer):
        try:
            writer.write(sent)
            async with asyncio.timeout(SECONDS):
                return await reader.read()
        except ConnectionError:
            return b""


async def is_let_in(port: int, tls: ssl.SSLContext | None = None) -> bool:
    try:
        return (await answer_to(LIVE, await connected(port, tls))).startswith(b"HTTP/1.1 200 ")
    except ConnectionError:
        return False


def errors_in(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    return (record.getMessage() for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"})


def test_tls_1_2_and_1_3_are_spoken_and_nothing_older(certificate: Certificate, run: Run) -> None:
    async def test() -> None:
        async with a_worker(tls=tls_of(certificate)) as port:
            for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
                stream = await connected(port, trusting(certificate, version))
                agreed = stream[1].get_extra_info("ssl_object")
                assert agreed.version() == version.name.replace("_", ".")
                assert agreed.selected_alpn_protocol() == "http/1.1"
                answer = await answer_to(LIVE, stream)
                assert answer.startswith(b"HTTP/1.1 200 ")
                assert b"alt-svc" not in answer.lower()
            for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    await connected(port, trusting(certificate, version))

    run(test)


def test_what_is_no_tls_ends_without_an_answer_and_without_a_traceback(
    certificate: Certificate, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        async with a_worker(tls=tls_of(certificate), limits={"request_seconds": 1}) as port:
            for sent in (LIVE, b"\x16\x03\x01\x02\x00\x01nonsense" * 100, b"\x00"):
                assert not (await answer_to(sent, await connected(port))).startswith(b"HTTP/"), sent
            stalled = await connected(port)  # it is given up
            assert await answer_to(b"", stalled) == b""
            assert await is_let_in(port, trusting(certificate))

    run(test)
    assert list(errors_in(caplog)) == []


def test_what_is_rewritten_begins_with_https(certificate: Certificate, run: Run) -> None:
    async def test() -> None:
        async with FaultyUpstream() as upstream:

            async def moved(connection: Connection, _: Seen) -> None:
                fields = f"Location: {upstream.url}there\r\n"
                await connection.answer(b"", status="302 Found", fields=fields)

            upstream.script = moved
            upstreams = {"other": {"kind": "http", "base_url": upstream.url, "mount": "/other"}}
            async with a_worker(upstreams, tls=tls_of(certificate)) as port:
                asked = b"GET /other/here HTTP/1.1\r\nHost: gate.example:8443\r\nConnection: close\r\n\r\n"
                answer = await answer_to(asked, await connected(port, trusting(certificate)))
                assert b"location: https://gate.example:8443/other/there\r\n" in answer.replace(
                    b"Location", b"location"
                )

    run(test)


def test_beyond_the_limit_a_connection_is_closed_at_once(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with a_worker(limits={"connections": 3}) as port:
            held = [await connected(port) for _ in range(3)]
            assert not await is_let_in(port)
            assert not await is_let_in(port)
            for _, writer in held[:2]:
                writer.close()
            await let_in(port)
            assert await answer_to(LIVE, held[2])

    run(test)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 1, "once in a while is enough"
    assert "connections were turned away" in told[0]
    assert list(errors_in(caplog)) == []


def test_who_has_not_yet_agreed_upon_tls_counts_too(certificate: Certificate, run: Run) -> None:
    async def test() -> None:
        async with a_worker(tls=tls_of(certificate), limits={"connections": 3}) as port:
            held = [await connected(port) for _ in range(3)]
            tls = trusting(certificate)
            assert not await is_let_in(port, tls)
            for _, writer in held:
                writer.close()
            await let_in(port, tls)

    run(test)


def test_a_renewed_certificate_is_what_the_next_worker_shows(
    certificate: Certificate, tmp_path: Path, run: Run
) -> None:
    """A reload starts new workers."""
    renewed = Certificate(tmp_path / "c.pem")

    async def test() -> None:
        async with a_worker(tls=tls_of(renewed)) as port:
            assert await is_let_in(port, trusting(renewed))
            with pytest.raises(ssl.SSLCertVerificationError):
                await connected(port, trusting(certificate))

    for _ in range(2):
        Certificate.made(renewed.file)
        run(test)


async def let_in(port: int, tls: ssl.SSLContext | None = None) -> None:
    """Soon: that others have gone is noticed a moment later."""
    async with asyncio.timeout(SECONDS):
        while not await is_let_in(port, tls):  # noqa: ASYNC110 -- there is nothing to wait for but the gateway itself
            await asyncio.sleep(0.02)
