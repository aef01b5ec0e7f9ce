"""Endpoints that tell one thing after the other: what goes wrong under way, and who asks for less than all of it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from pydantic import BaseModel
from sanic import Blueprint

from app.api.streaming import streamed
from app.errors import SecondaryLimit
from app.server import create_app
from tests.gateway import container_of, serving_gateway


class Step(BaseModel):
    done: int


class Whole(BaseModel):
    total: int


PROBLEMS: dict[str, Exception] = {
    "limited": SecondaryLimit("github", "not now", status=429, retry_after_seconds=6.2),
    "unforeseen": ValueError("a secret of ours"),
}


@asynccontextmanager
async def telling(**options: Any) -> Any:
    """Tells a step, then what its path names: the whole, a problem, or nothing for a while."""
    app = create_app(container_of())
    steps: list[str] = []
    blueprint = Blueprint("told", url_prefix="/told/<what>")

    @blueprint.route("/", methods=["GET", "HEAD"], strict_slashes=False)  # type: ignore[untyped-decorator]  # Sanic
    @streamed("Told", answers=Whole, events={"step": Step, "whole": Whole}, **options)
    async def told(what: str) -> AsyncGenerator[BaseModel, None]:
        steps.append("begun")
        yield Step(done=1)
        steps.append("gone on")
        if what in PROBLEMS:
            raise PROBLEMS[what]
        if what == "late":
            await asyncio.sleep(0.05)
        yield Whole(total=1)

    app.blueprint(blueprint)
    async with serving_gateway(app) as base_url:
        yield base_url, steps


async def lines(url: str, accept: str = "application/x-ndjson") -> list[str]:
    async with aiohttp.ClientSession() as caller, caller.get(url, headers={"Accept": accept}) as answer:
        assert answer.status == 200
        return (await answer.text()).splitlines()


async def test_what_goes_wrong_under_way_is_the_last_event() -> None:
    async with telling() as (base_url, _):
        step, problem = map(json.loads, await lines(f"{base_url}/told/limited"))

    assert step == {"event": "step", "data": {"done": 1}}
    assert problem["event"] == "problem"
    told = problem["data"]
    assert (told["code"], told["status"], told["retry_after_seconds"]) == ("upstream_secondary_limit", 429, 7)


async def test_what_nobody_foresaw_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    async with telling() as (base_url, _):
        text = "\n".join(await lines(f"{base_url}/told/unforeseen", "text/event-stream"))

    assert "event: problem" in text
    told = json.loads(text.rpartition("data: ")[2])
    assert (told["code"], told["retry_after_seconds"]) == ("internal", None)
    assert "a secret of ours" not in text


async def test_as_one_answer_a_problem_has_its_status() -> None:
    async with (
        telling() as (base_url, _),
        aiohttp.ClientSession() as caller,
        caller.get(f"{base_url}/told/limited") as answer,
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_while_nothing_happens_the_connection_is_kept_alive() -> None:
    async with telling(still_here_seconds=0.01) as (base_url, _):
        told = await lines(f"{base_url}/told/late", "text/event-stream")

    assert ": still here" in told
    assert told[-2:] == ['data: {"total":1}', ""]


async def test_a_head_ends_where_the_work_begins() -> None:
    async with telling() as (base_url, steps), aiohttp.ClientSession() as caller:
        async with caller.head(f"{base_url}/told/whole") as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
            assert "Content-Length" not in answer.headers
        async with caller.get(f"{base_url}/told/whole") as answer:
            assert await answer.json() == {"total": 1}

    assert steps == ["begun", "begun", "gone on"]
