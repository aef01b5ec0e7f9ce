"""Graph's errors, as the guide and the page on rate limits describe them, and what they become."""

import json

import pytest
from multidict import CIMultiDict

from app.clients.facebook import FacebookDialect
from app.clients.refusal import refusal
from app.errors import CredentialRejected, Forbidden, PrimaryLimit, UpstreamFailed
from app.transport.dialect import Meaning
from app.transport.exchange import Buffered
from app.transport.retry.rules import RetryRules

NOW = 1_800_000_000.0


def said(status: int, code: int, **more: object) -> Buffered:
    fields = {name.replace("_", "-"): str(more.pop(name)) for name in list(more) if name[0].isupper()}
    subcode = more.pop("error_subcode", None)
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
        (said(400, True), Meaning.REJECTED, None),
        (said(503, 12345), Meaning.FAILURE, None),
        (said(400, 4, Retry_After=60), Meaning.PRIMARY_LIMIT, 60.0),
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


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (said(400, 1), 0.0),
        (said(500, 2), 0.0),
        (said(400, 100, is_transient=True), 0.0),
        (said(500, 2, Retry_After=1), 1.0),
        (said(500, 2, Retry_After=9), None),
        (said(500, 12345), None),
        (said(400, 4, is_transient=True), None),
        (said(400, 190, is_transient=False), None),
    ],
)
def test_what_graph_calls_passing_is_asked_again(reply: Buffered, wait: float | None) -> None:
    assert RetryRules().wanted_wait(reply, FacebookDialect(), NOW) == wait
