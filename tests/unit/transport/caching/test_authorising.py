"""Which queries hold a credential."""

import pytest

from app.transport.caching.authorising import names_a_credential


@pytest.mark.parametrize(
    "query",
    [
        "access_token=x", "a=b&api_key=x", "apiKey=x", "API-KEY=x", "key=x", "token", "client_secret=x", "a;sig=x",
        "X-Amz-Signature=x", "X-Amz-Security-Token=x", "api%5Fkey=x", "private_token=x", "auth[token]=x", "password=",
    ],
)  # fmt: skip
def test_one_that_does(query: str) -> None:
    assert names_a_credential(f"repos/acme?{query}")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "a=token",
        "page_token=x",
        "pageToken=x",
        "next_token=x",
        "continuation-token=x",
        "keyword=x",
        "sort=key",
        "q=a&&b",
        "author=x",
    ],
)
def test_one_that_does_not(query: str) -> None:
    assert not names_a_credential(f"repos/token/key?{query}")
    assert not names_a_credential("repos/key")
