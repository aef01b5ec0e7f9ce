"""Any upstream behind its mount, on real sockets: how its credential is sent, where it never shows, what is offered."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.container import Container
from app.server import create_app
from app.settings import Settings
from tests.faulty_upstream import Connection, FaultyUpstream, Seen
from tests.gateway import Ask, Got, asking, container_of, sent_raw, serving_gateway

SECRET = "s3cret/of-the-gateway"
SENT = "s3cret%2Fof-the-gateway"
THEIRS = "k3y-of-a-caller"


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream() as upstream:
        upstream.script = repeating
        yield upstream


async def repeating(connection: Connection, seen: Seen) -> None:
    """Repeats the URL wherever an upstream may."""
    url = f"http://{seen.headers['Host']}{seen.target}"
    body = json.dumps({"self": url, "next": f"{url}&page=2"}).encode()
    status = "301 Moved Permanently" if "/moved" in seen.target else "200 OK"
    fields = f"Location: {url}&there\r\nLink: <{url}&page=2>; rel=next\r\nCache-Control: max-age=60\r\n"
    await connection.answer(body, status=status, fields=fields)


def settings_of(upstream: FaultyUpstream, **more: Any) -> dict[str, Any]:
    return {"kind": "http", "base_url": f"{upstream.url}v2/", "mount": "/any", **more}


@asynccontextmanager
async def asking_any(upstream: FaultyUpstream, **more: Any) -> AsyncIterator[Ask]:
    app = create_app(container_of(any=settings_of(upstream, **more)))
    async with serving_gateway(app) as base_url, asking(base_url) as ask:
        yield ask


class TestForms:
    @pytest.mark.parametrize(
        ("credential", "target", "fields"),
        [
            ({}, "/v2/x?a=%2F", {"Authorization": f"Bearer {SECRET}"}),
            ({"scheme": "Token"}, "/v2/x?a=%2F", {"Authorization": f"Token {SECRET}"}),
            ({"header": "X-Gate"}, "/v2/x?a=%2F", {"X-Gate": SECRET}),
            ({"header": "X-Gate", "scheme": "Key"}, "/v2/x?a=%2F", {"X-Gate": f"Key {SECRET}"}),
            ({"basic_user": "me"}, "/v2/x?a=%2F", {"Authorization": "Basic bWU6czNjcmV0L29mLXRoZS1nYXRld2F5"}),
            ({"query": "api_key"}, f"/v2/x?a=%2F&api_key={SENT}", {}),
        ],
    )
    async def test_ours_reads_for_who_is_trusted_and_brings_none(
        self, upstream: FaultyUpstream, credential: dict[str, str], target: str, fields: dict[str, str]
    ) -> None:
        async with asking_any(upstream, token=SECRET, credential=credential) as ask:
            await ask("/any/x?a=%2F")
            await ask("/any/y", "POST")
            await ask("/any/z", Origin="http://elsewhere.example")
        read, *others = upstream.seen

        assert read.target == target
        assert {name: read.headers.get(name) for name in ("Authorization", "X-Gate") if name in read.headers} == fields
        assert [seen.target for seen in others] == ["/v2/y", "/v2/z"]
        for seen in others:
            assert "Authorization" not in seen.headers
            assert "X-Gate" not in seen.headers

    @pytest.mark.parametrize("credential", [{"header": "X-Gate"}, {"query": "api_key"}])
    async def test_a_caller_who_brings_one_of_the_same_form_is_who_it_says(
        self, upstream: FaultyUpstream, credential: dict[str, str]
    ) -> None:
        async def asked(ask: Ask, theirs: str | None) -> Got:
            if theirs is None:
                return await ask("/any/x?a=1")
            if "query" in credential:
                return await ask(f"/any/x?API_KEY={theirs}&a=1")
            return await ask("/any/x?a=1", X_Gate=theirs)

        async with asking_any(upstream, token=SECRET, credential=credential, cache={"fresh_seconds": 60}) as ask:
            for theirs in ("one-of-them", "another-one", None):
                for _ in range(2):
                    await asked(ask, theirs)

        sent = [seen.headers.get("X-Gate", seen.target.partition("=1&")[2]) for seen in upstream.seen]
        if "query" in credential:
            # What repeats a caller's own credential is kept nowhere, so they are asked for again.
            assert sent == ["API_KEY=one-of-them"] * 2 + ["API_KEY=another-one"] * 2 + [f"api_key={SENT}"]
        else:
            assert sent == ["one-of-them", "another-one", SECRET], "each has a private cache"

    async def test_who_has_another_credential_is_not_given_ours_beside_it(self, upstream: FaultyUpstream) -> None:
        async with asking_any(upstream, token=SECRET, credential={"query": "api_key"}) as ask:
            await ask("/any/x", Authorization="Bearer theirs")
        assert [seen.target for seen in upstream.seen] == ["/v2/x"]


class TestSecrecy:
    async def test_no_answer_repeats_ours(self, upstream: FaultyUpstream) -> None:
        async with asking_any(upstream, token=SECRET, credential={"query": "api_key"}) as ask:
            answers = [await ask(path) for path in ("/any/x", "/any/x", "/any/moved", "/any/x?y", "/api/v1/upstreams")]
            for answer in answers:
                everything = f"{answer.headers}{answer.raw!r}"
                assert SECRET not in everything
                assert SENT not in everything
        assert {seen.target for seen in upstream.seen if "/x" in seen.target} == {
            f"/v2/x?api_key={SENT}",
            f"/v2/x?y&api_key={SENT}",
        }

    async def test_a_link_with_the_mask_in_it_can_be_followed(self, upstream: FaultyUpstream) -> None:
        async with asking_any(upstream, token=SECRET, credential={"query": "api_key"}) as ask:
            first = await ask("/any/x")
            target = first.body["next"].partition("/v2/")[2]
            assert "api_key=*" in target
            await ask(f"/any/{target}")
        assert [seen.target for seen in upstream.seen] == [
            f"/v2/x?api_key={SENT}",
            f"/v2/x?page=2&api_key={SENT}",
        ]

    async def test_neither_the_store_nor_the_log_has_one(
        self, upstream: FaultyUpstream, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        any_upstream = settings_of(upstream, token=SECRET, credential={"query": "api_key"})
        settings = Settings.model_validate(
            {
                "cache": {"store": "disk", "path": str(tmp_path / "cache")},
                "usage": {"path": str(tmp_path / "usage.db")},
                "upstreams": {"any": any_upstream},
            }
        )
        caplog.set_level(logging.DEBUG)
        async with serving_gateway(create_app(Container(settings=settings))) as base_url, asking(base_url) as ask:
            for _ in range(2):
                await ask("/any/x?b=1")
                await ask(f"/any/x?api_key={THEIRS}&b=1")
                await ask(f"/any/moved?api_key={THEIRS}")
            assert "; hit" in (await ask("/any/x?b=1")).headers["Cache-Status"]
        stored = b"".join(file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())

        assert b"/v2/x?b=1" in stored
        for secret in (SECRET, SENT, THEIRS):
            assert secret.encode() not in stored
            assert secret not in "".join(record.getMessage() for record in caplog.records if record.name != "asyncio")

    async def test_errors_do_not_show_it(self, upstream: FaultyUpstream) -> None:
        async def failing(connection: Connection, _: Seen) -> None:
            connection.reset()

        upstream.script = failing
        async with asking_any(upstream, token=SECRET, credential={"query": "api_key"}) as ask:
            for answer in (await ask("/any/x"), await ask("/any/../x"), await ask("/api/v1/upstreams")):
                assert SENT not in f"{answer.headers}{answer.raw!r}"
                assert SECRET not in f"{answer.headers}{answer.raw!r}"


class TestOffers:
    ALLOW = (
        {"methods": ["GET"], "paths": ["repos/acme/**", "users/*"]},
        {"methods": ["POST"], "paths": ["repos/acme/*/issues"]},
    )

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/any/repos/acme/rocket"),
            ("HEAD", "/any/repos/acme/rocket"),
            ("GET", "/any//repos/acme/rocket?x=/admin"),
            ("GET", "/any/repos/acme/rocket/contents/a%2Fb"),
            ("POST", "/any/repos/acme/rocket/issues"),
        ],
    )
    async def test_what_is_offered_reaches_upstream(self, upstream: FaultyUpstream, method: str, path: str) -> None:
        async with asking_any(upstream, allow=self.ALLOW) as ask:
            await ask(path, method)
        assert [(seen.method, seen.target) for seen in upstream.seen] == [
            (method, f"/v2/{path.removeprefix('/any').lstrip('/')}")
        ]

    @pytest.mark.parametrize(
        ("method", "path", "status", "allow"),
        [
            ("GET", "/any/admin", 403, None),
            ("POST", "/any/admin", 403, None),
            ("GET", "/any", 403, None),
            ("GET", "/any/users/a/keys", 403, None),
            ("GET", "/any/users/a%2Fkeys", 403, None),
            ("GET", "/any/users/a%252Fkeys", 403, None),
            ("GET", "/any/users/a;/keys", 403, None),
            ("GET", "/any/repos/acme/../../admin", 400, None),
            ("GET", "/any/Repos/acme/rocket", 403, None),
            ("GET", "/any/x?/repos/acme/", 403, None),
            ("DELETE", "/any/repos/acme/rocket", 405, "GET, HEAD"),
            ("OPTIONS", "/any/users/octocat", 405, "GET, HEAD"),
            ("DELETE", "/any/repos/acme/rocket/issues", 405, "GET, HEAD, POST"),
            ("POST", "/any/repos/acme/rocket/issues/1", 405, "GET, HEAD"),
        ],
    )
    async def test_all_else_is_refused_and_upstream_not_asked(
        self, upstream: FaultyUpstream, method: str, path: str, status: int, allow: str | None
    ) -> None:
        async with asking_any(upstream, allow=self.ALLOW) as ask:
            answer = await ask(path, method)
        assert (answer.status, answer.headers.get("Allow")) == (status, allow)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert upstream.seen == []

    async def test_a_field_makes_no_other_method_of_one_that_is_offered(self, upstream: FaultyUpstream) -> None:
        async with asking_any(upstream, allow=self.ALLOW) as ask:
            answer = await ask("/any/repos/acme/rocket/issues", "POST", X_HTTP_Method_Override="DELETE")
            assert (answer.status, answer.body["code"]) == (405, "method_not_offered")
            assert upstream.seen == []
            await ask("/any/repos/acme/rocket/issues", "POST", X_HTTP_Method_Override="post")
        assert len(upstream.seen) == 1

    async def test_it_limits_any_kind_and_not_the_typed_api(self, upstream: FaultyUpstream) -> None:
        github = {
            "kind": "github",
            "base_url": upstream.url,
            "mount": "/github",
            "allow": [{"methods": ["GET"], "paths": ["users/*"]}],
        }
        async with serving_gateway(create_app(container_of(github=github))) as base_url:
            refused = await sent_raw(
                base_url, b"GET /github/repos/a/b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            await sent_raw(base_url, b"GET /api/v1/repos/a/b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert refused.status == 403
        assert json.loads(refused.body)["code"] == "path_not_offered"
        assert [seen.target for seen in upstream.seen] == ["/repos/a/b"]
