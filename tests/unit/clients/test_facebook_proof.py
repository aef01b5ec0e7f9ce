"""The proof that Graph wants of a server, and where it goes."""

import pytest
from multidict import CIMultiDict

from app.clients.facebook.proof import GraphCredential, proof
from app.identity import QUERY
from app.transport.exchange import Request

SECRET = "an-invented-app-secret"


def test_it_is_the_hmac_of_the_token() -> None:
    """RFC 4231, test case 2."""
    told = proof("what do ya want for nothing?", "Jefe")

    assert told == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_it_stands_in_the_query_and_the_token_in_its_field() -> None:
    sealed = GraphCredential(SECRET).sealed("EAAx")

    assert sealed.reveal() == {"Authorization": "Bearer EAAx"}
    assert sealed.reveal_query() == f"appsecret_proof={proof('EAAx', SECRET)}"
    assert SECRET not in repr(GraphCredential(SECRET)) + repr(sealed)


@pytest.mark.parametrize("form", [GraphCredential(SECRET), GraphCredential()])
@pytest.mark.parametrize(
    ("target", "fields", "rest", "credentials"),
    [
        ("acme?a=1", {}, "acme?a=1", {}),
        ("acme", {"Authorization": "Bearer t"}, "acme", {"authorization": "Bearer t"}),
        ("acme?access_token=t", {}, "acme", {QUERY: "access_token=t"}),
        ("acme?Access%5Ftoken=t&a=1", {}, "acme?a=1", {QUERY: "Access%5Ftoken=t"}),
        ("acme?appsecret_proof=p&a=1&access_token=t", {}, "acme?a=1", {QUERY: "access_token=t&appsecret_proof=p"}),
        (
            "acme?appsecret_proof=p",
            {"Authorization": "Bearer t"},
            "acme",
            {"authorization": "Bearer t", QUERY: "appsecret_proof=p"},
        ),
        ("acme?access_token=***&appsecret_proof=****", {}, "acme", {}),
    ],
)
def test_whatever_a_caller_brings_is_the_callers(
    form: GraphCredential, target: str, fields: dict[str, str], rest: str, credentials: dict[str, str]
) -> None:
    request, brought = form.brought(Request("GET", target, CIMultiDict(fields)), {})

    assert (request.target, brought) == (rest, credentials)
    assert "Authorization" not in request.headers
