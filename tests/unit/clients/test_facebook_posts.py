"""How the pages of a list are turned, on replies that Graph may give."""

import json
import re
from typing import Any

import pytest

from app.clients.facebook import FacebookClient
from app.clients.facebook.models import Posts
from app.errors import MalformedUpstreamReply
from tests.aioresponses_shim import Answers

TOKEN = "EAAmarked0of0the0gateway"
URL = f"https://graph.example/v23.0/1/posts?access_token={TOKEN}&after=z"
ASKED = re.compile(r"^https://graph\.example/v23\.0/acme/posts\?")
POST = {"id": "1_1", "created_time": "2026-06-01T09:30:00+0000"}


def told(answers: Answers, paging: dict[str, Any]) -> None:
    answers.get(ASKED, payload={"data": [POST], "paging": paging})


@pytest.mark.parametrize(
    ("paging", "after", "before"),
    [
        ({}, None, None),
        ({"cursors": {"after": "a", "before": "b"}}, None, None),
        ({"cursors": {"after": "a", "before": "b"}, "next": URL}, "a", None),
        ({"cursors": {"after": "a", "before": "b"}, "previous": URL}, None, "b"),
        ({"previous": URL}, None, None),
    ],
)
async def test_a_page_follows_where_graph_gives_its_url(
    answers: Answers, facebook: FacebookClient, paging: dict[str, Any], after: str | None, before: str | None
) -> None:
    told(answers, paging)

    page = await facebook.posts("acme")

    assert (page.after, page.before) == (after, before)


async def test_half_a_list_does_not_pass_for_the_whole(answers: Answers, facebook: FacebookClient) -> None:
    told(answers, {"next": URL})

    with pytest.raises(MalformedUpstreamReply) as caught:
        await facebook.posts("acme")

    assert caught.value.path == "paging.cursors.after"


def test_no_url_with_the_token_in_it_is_held() -> None:
    posts = Posts.model_validate_json(json.dumps({"data": [POST], "paging": {"next": URL, "previous": URL}}))

    assert posts.paging.next is posts.paging.previous is True
    assert TOKEN not in repr(posts) + posts.model_dump_json()
