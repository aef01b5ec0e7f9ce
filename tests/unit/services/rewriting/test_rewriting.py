"""What goes through a mount for one kind of caller, over an upstream that answers what the test says."""

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.services.rewriting.rewriting import Entrance, MountRules, Rewriting
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request, Streamed
from app.transport.session import UpstreamSession
from app.transport.upstream import Upstream
from tests.live import CONNECTION
from tests.unit.api.test_answer_memory import FakeSource
from tests.unit.services.rewriting.documents import Writer, documents

API, UPLOADS, GATEWAY = "https://api.github.com", "https://uploads.github.com", "http://gateway:8000"
HERE = Entrance(GATEWAY, "/github")
THERE = Entrance("https://public.example/prefix", "/github")
JSON = "application/json; charset=utf-8"
BODY = json.dumps({"url": f"{API}/repos/acme/rocket", "html_url": "https://github.com/acme/rocket"}).encode()
REWRITTEN = BODY.replace(API.encode(), f"{GATEWAY}/github".encode())


class Scripted:
    """Answers what it is told to, and notes what it was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Request] = []

    async def send(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.replies.pop(0)


class Mounts:
    """Two upstreams of GitHub, and one of which nothing is known."""

    def __init__(self, extent: Any = "full") -> None:
        self.stage = Scripted()
        self.upstreams = {
            "github": self._upstream("github", f"{API}/", GitHubDialect()),
            "uploads": self._upstream("uploads", f"{UPLOADS}/", GitHubDialect()),
            "plain": self._upstream("plain", "https://up.example/base/", PlainDialect()),
        }
        rules = {
            "github": MountRules("/github", extent, "/api/v3"),
            "uploads": MountRules("/github-uploads", extent, "/api/uploads"),
            "plain": MountRules("/plain", extent),
        }
        self.rewriting = Rewriting(self.upstreams, rules)

    def _upstream(self, name: str, base_url: str, dialect: Dialect) -> Upstream:
        kind = "http" if isinstance(dialect, PlainDialect) else "github"
        session = UpstreamSession(name, CONNECTION)  # never opened
        return Upstream(name, kind, base_url, dialect, self.stage, self.stage, session)

    async def got(
        self,
        *replies: Reply,
        entrance: Entrance | None = HERE,
        name: str = "github",
        target: str = "repos/acme/rocket",
        method: str = "GET",
        **fields: str,
    ) -> Reply:
        self.stage.replies[:] = replies
        self.stage.asked.clear()
        headers = CIMultiDict({field.replace("_", "-"): value for field, value in fields.items()})
        return await self.rewriting.send(self.upstreams[name], Request(method, target, headers), entrance)

    async def whole(self, *replies: Reply, **asked: Any) -> Buffered:
        reply = await self.got(*replies, **asked)
        assert isinstance(reply, Buffered)
        return reply


@pytest.fixture
def mounts() -> Mounts:
    return Mounts()


def reply(
    body: bytes = BODY,
    status: int = 200,
    fields: Mapping[str, str] | None = None,
    source: FakeSource | None = None,
    limit_bytes: int = 100_000,
) -> Buffered:
    headers = CIMultiDict({"Content-Type": JSON, "ETag": 'W/"abc"', "Content-Length": str(len(body)), **(fields or {})})
    return Buffered("github", status, headers, body, limit_bytes, source, "headgate; hit")


def packed(body: bytes = BODY, source: FakeSource | None = None) -> Buffered:
    return reply(gzip.compress(body), fields={"Content-Encoding": "gzip"}, source=source)


class TestBodies:
    async def test_lead_to_where_the_caller_came_in(self, mounts: Mounts) -> None:
        for entrance in (HERE, THERE, Entrance(GATEWAY, "/api/v3"), Entrance("", "/github")):
            got = await mounts.whole(reply(), entrance=entrance)
            there = f"{entrance.gateway}{entrance.mount}"
            assert got.body == BODY.replace(API.encode(), there.encode())
            assert got.headers["Content-Length"] == str(len(got.body))
            assert (got.status, got.cache) == (200, "headgate; hit")

    async def test_stay_compressed_and_are_the_same_bytes_each_time(self, mounts: Mounts) -> None:
        first, second = [await mounts.whole(packed()) for _ in range(2)]
        assert gzip.decompress(first.body) == REWRITTEN
        assert first.body == second.body
        assert first.headers["Content-Encoding"] == "gzip"
        assert first.headers["Content-Length"] == str(len(first.body))

    @given(documents, st.randoms(use_true_random=False), st.booleans())
    async def test_of_any_kind(self, document: Any, random: Any, compressed: bool) -> None:
        """As `JsonUrls`, with GitHub's own fields: of the bases in these documents only the first is an upstream's."""
        written = Writer(random.randrange, by=(f"{GATEWAY}/github".encode(), None, None)).write(document)
        got = await Mounts().whole(packed(written.before) if compressed else reply(written.before))
        assert got.content() == written.after
        assert got.headers["Content-Length"] == str(len(got.body))

    @pytest.mark.parametrize(
        "media_type", ["text/plain", "application/octet-stream", "application/vnd.github.raw+json", "text/json", ""]
    )
    async def test_of_another_type_are_left_alone(self, mounts: Mounts, media_type: str) -> None:
        got = await mounts.whole(reply(fields={"Content-Type": media_type}))
        assert got.body is BODY or got.body == BODY
        assert got.headers["Content-Length"] == str(len(BODY))

    @pytest.mark.parametrize("status", [201, 202, 301, 404, 422, 500])
    async def test_of_any_status(self, mounts: Mounts, status: int) -> None:
        got = await mounts.whole(reply(status=status), method="POST")
        assert got.body == REWRITTEN

    async def test_lead_to_neighbours_where_those_are_mounted(self, mounts: Mounts) -> None:
        body = json.dumps(
            {"url": f"{API}/a", "upload_url": f"{UPLOADS}/b{{?name}}", "c_url": "https://up.example/base/c"}
        )
        got = await mounts.whole(reply(body.encode()))
        assert json.loads(got.body) == {
            "url": f"{GATEWAY}/github/a",
            "upload_url": f"{GATEWAY}/github-uploads/b{{?name}}",
            "c_url": "https://up.example/base/c",
        }
        by_alias = await mounts.whole(reply(body.encode()), entrance=Entrance(GATEWAY, "/api/v3"))
        assert json.loads(by_alias.body)["upload_url"] == f"{GATEWAY}/api/uploads/b{{?name}}"
        other = await mounts.whole(reply(body.encode()), name="uploads", entrance=Entrance(GATEWAY, "/api/uploads"))
        assert json.loads(other.body)["url"] == f"{GATEWAY}/api/v3/a"

    async def test_without_a_url_are_the_same_object(self, mounts: Mounts) -> None:
        content = gzip.compress(b'{"a":1}')
        assert (await mounts.whole(reply(content, fields={"Content-Encoding": "gzip"}))).body is content

    async def test_in_an_unknown_coding_or_too_large_to_unfold_are_left_alone(self, mounts: Mounts) -> None:
        strange = await mounts.whole(reply(b"\x1b", fields={"Content-Encoding": "br"}))
        assert strange.body == b"\x1b"
        large = reply(gzip.compress(b" " * 10_000), fields={"Content-Encoding": "gzip"}, limit_bytes=5_000)
        assert (await mounts.whole(large)).body == large.body

    async def test_in_the_other_coding_become_plain(self, mounts: Mounts) -> None:
        got = await mounts.whole(reply(zlib.compress(BODY), fields={"Content-Encoding": "deflate"}))
        assert got.body == REWRITTEN
        assert "Content-Encoding" not in got.headers

    async def test_that_nobody_can_unpack_go_on_as_they_came(self, mounts: Mounts) -> None:
        broken = reply(b"\x1f\x8bnonsense", fields={"Content-Encoding": "gzip"})
        assert (await mounts.whole(broken)).body == broken.body

    async def test_that_stream_go_on_as_they_come(self, mounts: Mounts) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield BODY

        headers = CIMultiDict({"Content-Type": JSON, "ETag": '"s"', "Link": f'<{API}/x?page=2>; rel="next"'})
        got = await mounts.got(Streamed("github", 200, headers, pieces(), lambda: None), target="x")
        assert isinstance(got, Streamed)
        assert [piece async for piece in got.chunks()] == [BODY]
        assert got.headers["Link"] == f'<{GATEWAY}/github/x?page=2>; rel="next"'
        assert got.headers["ETag"].startswith('"s-hg')

    async def test_digests_of_other_bytes_are_taken_out(self, mounts: Mounts) -> None:
        digests = {"Content-MD5": "x", "Repr-Digest": "x", "Content-Digest": "x"}
        assert not {*digests} & {*(await mounts.whole(reply(fields=digests))).headers}
        assert {*digests} <= {*(await mounts.whole(reply(b"{}", fields=digests))).headers}


class TestKept:
    async def test_a_body_is_rewritten_once_for_each_base_and_coding(self, mounts: Mounts) -> None:
        source = FakeSource()
        stored = reply(source=source)
        got = [await mounts.whole(stored, entrance=each) for each in (HERE, HERE, THERE, HERE)]
        assert got[0].body is got[1].body is got[3].body
        assert got[2].body != got[0].body
        assert len(source.forms) == 2
        assert got[0].headers is got[3].headers
        assert got[0].headers["ETag"] != got[2].headers["ETag"]
        packed_too = await mounts.whole(packed(source=source))
        assert gzip.decompress(packed_too.body) == REWRITTEN

    async def test_header_fields_of_many_bases_are_not(self, mounts: Mounts) -> None:
        source = FakeSource()
        for number in range(100):
            entrance = Entrance(f"http://made-up-{number}:1", "/github")
            got = await mounts.whole(reply(status=304, body=b"", source=source), entrance=entrance)
            assert got.status == 304
        assert len(source.made["rewritten"]) < 10


class TestTags:
    async def tag(self, mounts: Mounts, entrance: Entrance = HERE) -> str:
        return str((await mounts.whole(reply(), entrance=entrance)).headers["ETag"])

    async def test_say_by_which_bases_the_body_is_rewritten(self, mounts: Mounts) -> None:
        mine, theirs = await self.tag(mounts), await self.tag(mounts, THERE)
        assert mine.startswith('W/"abc-hg')
        assert theirs.startswith('W/"abc-hg')
        assert mine != theirs
        assert await self.tag(Mounts()) == mine, "another worker's are the same"

    @pytest.mark.parametrize("field", ["If_None_Match", "If_Match"])
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
    async def test_map_back(self, mounts: Mounts, field: str, method: str) -> None:
        tag = await self.tag(mounts)
        got = await mounts.whole(reply(b"", 304), method=method, **{field: f'"x", {tag}'})
        assert mounts.stage.asked[0].headers[field.replace("_", "-")] == 'W/"abc"'
        assert got.headers["ETag"] == tag

    @pytest.mark.parametrize("asked", ['W/"abc"', '"abc"', '"-hg000000000000"', "nonsense"])
    async def test_what_is_none_of_these_matches_nothing(self, mounts: Mounts, asked: str) -> None:
        await mounts.got(reply(), If_None_Match=asked, If_Modified_Since="Sat, 01 Aug 2026 00:00:00 GMT")
        sent = mounts.stage.asked[0].headers
        assert "abc" not in sent["If-None-Match"]
        assert "If-Modified-Since" in sent, "it would count without the other"

    async def test_a_star_stays_one(self, mounts: Mounts) -> None:
        await mounts.got(reply(), method="PUT", If_Match="*")
        assert mounts.stage.asked[0].headers["If-Match"] == "*"

    async def test_are_not_touched_where_bodies_are_not(self) -> None:
        for extent in ("headers", "off"):
            mounts = Mounts(extent)
            got = await mounts.whole(reply(), If_None_Match='"x"')
            assert (got.body, got.headers["ETag"]) == (BODY, 'W/"abc"')
            assert mounts.stage.asked[0].headers["If-None-Match"] == '"x"'
        got = await Mounts().whole(reply(), target="graphql", method="POST")
        assert (got.body, got.headers["ETag"]) == (BODY, 'W/"abc"')

    def test_do_not_depend_on_how_python_hashes(self) -> None:
        program = (
            "from app.clients.github.urls import ALL\n"
            "from app.services.rewriting.rewriting import mark_of\n"
            "print(mark_of(ALL, ('a', 'b'), ('c', 'd')))"
        )
        marks = {
            subprocess.run(
                [sys.executable, "-c", program],
                cwd=Path(__file__).parents[4],
                env={"PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            ).stdout
            for seed in ("1", "2")
        }
        assert len(marks) == 1


class TestRanges:
    async def test_a_part_of_json_is_one_of_what_is_rewritten(self, mounts: Mounts) -> None:
        source = FakeSource()
        part = reply(BODY[:5], 206, {"Content-Range": f"bytes 0-4/{len(BODY)}"}, source)
        got = await mounts.whole(part, reply(source=source), Range="bytes=10-40")
        assert [("Range" in asked.headers) for asked in mounts.stage.asked] == [True, False]
        assert (got.status, got.body) == (206, REWRITTEN[10:41])
        assert got.headers["Content-Range"] == f"bytes 10-40/{len(REWRITTEN)}"
        assert "-hg" in got.headers["ETag"]

    async def test_only_where_the_tag_is_the_one_of_what_is_rewritten(self, mounts: Mounts) -> None:
        strong = {"ETag": '"abc"'}
        tag = (await mounts.whole(reply(fields=strong))).headers["ETag"]
        part = reply(BODY[:5], 206, {"Content-Range": "bytes 0-4/9", **strong})
        got = await mounts.whole(part, reply(fields=strong), Range="bytes=0-4", If_Range=tag)
        assert (got.status, got.body) == (206, REWRITTEN[:5])
        assert mounts.stage.asked[0].headers["If-Range"] == '"abc"'
        got = await mounts.whole(reply(fields=strong), Range="bytes=0-4", If_Range='"abc"')
        assert mounts.stage.asked[0].headers["If-Range"] != '"abc"'
        assert (got.status, got.body) == (200, REWRITTEN)

    async def test_beyond_the_end_of_what_is_rewritten(self, mounts: Mounts) -> None:
        source = FakeSource()
        beyond = Buffered("github", 416, CIMultiDict({"Content-Range": f"bytes */{len(BODY)}"}), b"", 100, source)
        first = len(BODY) + 2
        assert first < len(REWRITTEN)
        got = await mounts.whole(beyond, reply(source=source), Range=f"bytes={first}-")
        assert (got.status, got.body) == (206, REWRITTEN[first:])
        got = await mounts.whole(beyond, reply(source=source), Range=f"bytes={len(REWRITTEN)}-")
        assert (got.status, got.headers["Content-Range"]) == (416, f"bytes */{len(REWRITTEN)}")

    async def test_a_part_of_anything_else_is_upstreams(self, mounts: Mounts) -> None:
        part = reply(b"abc", 206, {"Content-Type": "application/zip", "Content-Range": "bytes 0-2/9"})
        got = await mounts.whole(part, Range="bytes=0-2")
        assert (got.status, got.body, len(mounts.stage.asked)) == (206, b"abc", 1)

    async def test_several_at_once_get_the_whole(self, mounts: Mounts) -> None:
        await mounts.got(reply(), Range="bytes=0-2,5-7", If_Range='"x"')
        assert not {"Range", "If-Range"} & {*mounts.stage.asked[0].headers}

    async def test_a_part_that_streams_is_closed(self, mounts: Mounts) -> None:
        closed: list[bool] = []

        async def pieces() -> AsyncIterator[bytes]:
            yield b"x"

        part = Streamed("github", 206, CIMultiDict({"Content-Type": JSON}), pieces(), lambda: closed.append(True))
        got = await mounts.whole(part, reply(), Range="bytes=0-4")
        assert (got.status, got.body, closed) == (206, REWRITTEN[:5], [True])


class TestRequests:
    @pytest.mark.parametrize(
        ("accepts", "sent"),
        [("gzip, deflate, br", "gzip"), ("br", "identity"), ("*", "gzip"), ("identity", "identity")],
    )
    async def test_no_coding_is_asked_for_that_cannot_be_undone(self, mounts: Mounts, accepts: str, sent: str) -> None:
        await mounts.got(reply(), method="POST", Accept_Encoding=accepts)
        assert mounts.stage.asked[0].headers["Accept-Encoding"] == sent

    async def test_a_read_goes_on_as_it_is(self, mounts: Mounts) -> None:
        await mounts.got(reply(), Accept_Encoding="br", Accept="x")
        assert dict(mounts.stage.asked[0].headers) == {"Accept-Encoding": "br", "Accept": "x"}

    async def test_of_a_head_the_length_is_not_known(self, mounts: Mounts) -> None:
        of_json = await mounts.whole(
            Buffered("github", 200, CIMultiDict({"Content-Type": JSON, "Content-Length": "9"}), b"", 100), method="HEAD"
        )
        assert "Content-Length" not in of_json.headers
        of_a_file = await mounts.whole(
            Buffered("github", 200, CIMultiDict({"Content-Type": "text/plain", "Content-Length": "9"}), b"", 100),
            method="HEAD",
        )
        assert of_a_file.headers["Content-Length"] == "9"


class TestHeaderFields:
    FIELDS: ClassVar[dict[str, str]] = {
        "Location": f"{API}/repositories/1",
        "Content-Location": "/x",
        "Link": f'<{API}/repositories/1?page=2>; rel="next"',
    }

    @pytest.mark.parametrize("extent", ["full", "headers"])
    async def test_lead_to_the_mount(self, extent: str) -> None:
        got = await Mounts(extent).whole(reply(b"", 301, self.FIELDS))
        assert {name: got.headers[name] for name in self.FIELDS} == {
            "Location": f"{GATEWAY}/github/repositories/1",
            "Content-Location": f"{GATEWAY}/github/x",
            "Link": f'<{GATEWAY}/github/repos/acme/rocket?page=2>; rel="next"',
        }

    async def test_each_line_of_them(self, mounts: Mounts) -> None:
        answered = reply(b"")
        headers = CIMultiDict(answered.headers)
        headers.extend([("Link", f"<{API}/a>; rel=x"), ("link", f"<{API}/b>; rel=y")])
        got = await mounts.whole(Buffered("github", 200, headers, b"", 100))
        assert got.headers.getall("Link") == [f"<{GATEWAY}/github/a>; rel=x", f"<{GATEWAY}/github/b>; rel=y"]

    async def test_or_nowhere(self) -> None:
        for mounts, entrance in ((Mounts("off"), HERE), (Mounts(), None)):
            answered = reply(b"", 301, self.FIELDS)
            assert await mounts.got(answered, entrance=entrance) is answered
