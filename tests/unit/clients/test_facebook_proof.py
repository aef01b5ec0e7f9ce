"""The proof that Graph wants of a server, and where it goes."""

import hmac
from hashlib import sha256

import pytest
from multidict import CIMultiDict

from app.clients.facebook import FacebookClient, FacebookDialect
from app.clients.facebook.proof import BearerWithProof, proof
from app.clients.refusal import refusal
from app.demo.facebook import FacebookKnobs, FacebookStandIn
from app.demo.serving import running
from app.errors import CredentialRejected, Forbidden, PrimaryLimit, RequestRejected, UpstreamFailed
from app.transport.dialect import Meaning, Quota
from app.transport.exchange import Buffered, Request
from tests.live import upstream_at

SECRET = "an-invented-app-secret"
NOW = 1_800_000_000.0


def test_it_is_the_hmac_of_the_token() -> None:
    assert proof("EAAx", SECRET) == hmac.new(SECRET.encode(), b"EAAx", sha256).hexdigest()


def test_it_stands_in_the_query_and_the_token_in_its_field() -> None:
    sealed = BearerWithProof(SECRET).sealed("EAAx")

    assert sealed.reveal() == {"Authorization": "Bearer EAAx"}
    assert sealed.reveal_query() == f"appsecret_proof={proof('EAAx', SECRET)}"
    assert SECRET not in repr(BearerWithProof(SECRET)) + repr(sealed)


def test_a_callers_own_token_gets_none() -> None:
    request = Request("GET", "acme?appsecret_proof=theirs", CIMultiDict({"Authorization": "Bearer theirs"}))

    rest, brought = BearerWithProof(SECRET).brought(request, {})

    assert brought == {"authorization": "Bearer theirs"}
    assert rest.target == "acme?appsecret_proof=theirs"
    assert "Authorization" not in rest.headers


@pytest.mark.parametrize("path", ["", "v23.0/"])
async def test_graph_accepts_it(path: str) -> None:
    standin = FacebookStandIn(FacebookKnobs(app_secret=SECRET))
    async with (
        running(standin.app) as url,
        upstream_at(url + path, FacebookDialect(SECRET), name="facebook", token="EAAx") as upstream,
    ):
        page = await FacebookClient(upstream).posts("acmerockets", limit=2)

    assert len(page.items) == 2


@pytest.mark.parametrize("secret", [None, "another"])
async def test_graph_refuses_who_has_none_or_a_wrong_one(secret: str | None) -> None:
    standin = FacebookStandIn(FacebookKnobs(app_secret=SECRET))
    async with (
        running(standin.app) as url,
        upstream_at(url, FacebookDialect(secret), name="facebook", token="EAAx") as upstream,
    ):
        with pytest.raises(RequestRejected):
            await FacebookClient(upstream).page("acmerockets")


def said(status: int, code: int, **more: object) -> Buffered:
    fields = {name.replace("_", "-"): str(more.pop(name)) for name in list(more) if name.startswith("X_")}
    subcode = more.pop("error_subcode", None)
    import json  # noqa: PLC0415

    error = {"message": f"(#{code}) what Graph says", "type": "OAuthException", "code": code, **more}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Buffered("facebook", status, CIMultiDict(fields), json.dumps({"error": error}).encode(), 1_000_000)


BUSINESS = '{"10": [{"type": "pages", "estimated_time_to_regain_access": 7}, {"estimated_time_to_regain_access": 12}]}'


@pytest.mark.parametrize(
    ("reply", "meaning", "wait"),
    [
        (said(400, 1), Meaning.FAILURE, None),
        (said(500, 2, is_transient=True), Meaning.FAILURE, None),
        (said(400, 100, is_transient=True), Meaning.FAILURE, None),
        (said(400, 4, is_transient=True), Meaning.PRIMARY_LIMIT, 3_600.0),
        (said(400, 17), Meaning.PRIMARY_LIMIT, 3_600.0),
        (said(400, 32), Meaning.PRIMARY_LIMIT, 3_600.0),
        (said(400, 341), Meaning.PRIMARY_LIMIT, 3_600.0),
        (said(400, 613), Meaning.PRIMARY_LIMIT, 3_600.0),
        (said(400, 80001, X_Business_Use_Case_Usage=BUSINESS), Meaning.PRIMARY_LIMIT, 720.0),
        (said(400, 80001, X_Business_Use_Case_Usage="nonsense"), Meaning.PRIMARY_LIMIT, 3_600.0),
        (said(400, 10), Meaning.FORBIDDEN, None),
        (said(403, 200), Meaning.FORBIDDEN, None),
        (said(403, 299), Meaning.FORBIDDEN, None),
        (said(401, 102), Meaning.CREDENTIAL_REJECTED, None),
        (said(400, 190, error_subcode=463), Meaning.CREDENTIAL_REJECTED, None),
        (said(404, 803), Meaning.NOT_FOUND, None),
        (said(400, 100, error_subcode=33), Meaning.NOT_FOUND, None),
        (said(400, 100), Meaning.REJECTED, None),
    ],
)
def test_the_code_says_what_is_meant(reply: Buffered, meaning: Meaning, wait: float | None) -> None:
    reading = FacebookDialect().read(reply, NOW)

    assert (reading.meaning, reading.retry_after_seconds) == (meaning, wait)
    expected = {
        Meaning.PRIMARY_LIMIT: PrimaryLimit,
        Meaning.FORBIDDEN: Forbidden,
        Meaning.CREDENTIAL_REJECTED: CredentialRejected,
        Meaning.FAILURE: UpstreamFailed,
    }.get(meaning)
    assert expected is None or isinstance(refusal("facebook", reply.status, reading), expected)


def test_the_highest_usage_limits() -> None:
    fields = CIMultiDict({"X-App-Usage": '{"call_count": 28, "total_time": 91, "total_cputime": 5}'})

    assert FacebookDialect().quotas(fields) == (Quota("app", 100, 9, 91, None),)
