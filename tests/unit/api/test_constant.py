"""Answers that never change: validators and what becomes of them."""

import pytest

from app.api.constant import MAX_AGE_SECONDS
from tests.gateway import Ask

CONSTANT = ["/openapi.json", "/docs", "/docs/style.css"]


@pytest.mark.parametrize("path", CONSTANT)
async def test_they_may_be_kept_for_a_while(ask: Ask, path: str) -> None:
    answer = await ask(path)

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == f"public, max-age={MAX_AGE_SECONDS}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.raw


@pytest.mark.parametrize("path", CONSTANT)
@pytest.mark.parametrize("written", ["{}", "W/{}", '"other", {}', '"a",W/{},"b"', "*"])
async def test_whoever_has_it_gets_304(ask: Ask, path: str, written: str) -> None:
    etag = (await ask(path)).headers["ETag"]

    answer = await ask(path, If_None_Match=written.format(etag))

    assert (answer.status, answer.raw) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["Cache-Control"] == f"public, max-age={MAX_AGE_SECONDS}"
    assert "X-Request-ID" in answer.headers


@pytest.mark.parametrize("written", ['"other"', "", "nonsense"])
async def test_whoever_has_another_gets_it_whole(ask: Ask, written: str) -> None:
    assert (await ask("/docs", If_None_Match=written)).status == 200


async def test_head_tells_the_length(ask: Ask) -> None:
    got, head = await ask("/openapi.json"), await ask("/openapi.json", "HEAD")

    assert (head.status, head.raw) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.raw))
    assert head.headers["ETag"] == got.headers["ETag"]
