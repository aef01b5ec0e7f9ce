"""How a credential is sent to an upstream, and how a caller's own of the same form is told."""

from base64 import b64decode
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.identity import QUERY
from app.transport.credential_forms import BEARER, AsPassword, CredentialForm, InField, InQuery
from app.transport.exchange import Request

FORMS: list[CredentialForm] = [BEARER, InField("X-Api-Key"), AsPassword("someone"), InQuery("api_key")]


class TestSending:
    @pytest.mark.parametrize(
        ("form", "fields"),
        [
            (BEARER, {"Authorization": "Bearer s3cret"}),
            (InField("X-Api-Key"), {"X-Api-Key": "s3cret"}),
            (InField("Authorization"), {"Authorization": "s3cret"}),
            (InField("Authorization", "SSWS"), {"Authorization": "SSWS s3cret"}),
            (AsPassword("Aladdin"), {"Authorization": "Basic QWxhZGRpbjpzM2NyZXQ="}),
        ],
    )
    def test_in_a_header_field(self, form: CredentialForm, fields: dict[str, str]) -> None:
        sealed = form.sealed("s3cret")
        assert (sealed.reveal(), sealed.reveal_query()) == (fields, "")

    def test_user_and_password_are_utf8(self) -> None:
        """RFC 7617 section 2.1 has this example."""
        assert AsPassword("test").sealed("123£").reveal() == {"Authorization": "Basic dGVzdDoxMjPCow=="}

    @given(user=st.text(st.characters(exclude_characters=":", exclude_categories=["Cs", "Cc"])), password=st.text())
    def test_a_password_may_hold_what_a_users_name_may_not(self, user: str, password: str) -> None:
        password = password.encode(errors="ignore").decode()
        _, _, told = AsPassword(user).sealed(password).reveal()["Authorization"].partition(" ")
        assert b64decode(told).decode().partition(":") == (user, ":", password)

    @given(name=st.text(min_size=1), token=st.text(min_size=1))
    def test_in_the_query_whatever_it_holds(self, name: str, token: str) -> None:
        name, token = (text.encode(errors="ignore").decode() for text in (name, token))
        sealed = InQuery(name).sealed(token)
        assert sealed.reveal() == {}
        assert parse_qsl(sealed.reveal_query(), keep_blank_values=True) == [(name, token)]
        assert sealed.reveal_query().isascii()

    @pytest.mark.parametrize("form", FORMS)
    def test_a_seal_shows_neither_form(self, form: CredentialForm) -> None:
        assert "s3cret" not in repr(form.sealed("s3cret"))


def brought(form: CredentialForm, target: str, **headers: str) -> tuple[str, dict[str, str], dict[str, str]]:
    fields = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    request, credentials = form.brought(Request("GET", target, fields), {"cookie": "a=1"})
    return request.target, {name.lower(): value for name, value in request.headers.items()}, dict(credentials)


class TestOfACaller:
    @pytest.mark.parametrize("form", FORMS)
    def test_who_brings_none_is_passed_as_they_are(self, form: CredentialForm) -> None:
        request, credentials = Request("GET", "a?b=1&&c"), {"cookie": "a=1"}
        assert form.brought(request, credentials) == (request, credentials)
        assert form.brought(request, credentials)[0] is request

    def test_a_field_that_nobody_would_take_for_one_is_one_where_it_is_named(self) -> None:
        target, fields, credentials = brought(InField("X-Gate"), "a", X_Gate="theirs", X_Other="1")
        assert (target, fields, credentials) == ("a", {"x-other": "1"}, {"cookie": "a=1", "x-gate": "theirs"})

    def test_a_field_that_stands_twice_counts_as_a_whole(self) -> None:
        request = Request("GET", "a", CIMultiDict([("x-gate", "1"), ("X-Gate", "2")]))
        asked, credentials = InField("X-Gate").brought(request, {})
        assert (credentials, len(asked.headers)) == ({"x-gate": "1, 2"}, 0)

    @pytest.mark.parametrize(
        ("target", "rest", "told"),
        [
            ("a?api_key=k", "a", "api_key=k"),
            ("a?x=1&api_key=k&y=2", "a?x=1&y=2", "api_key=k"),
            ("a?api_key=k&x=%2F&&y", "a?x=%2F&&y", "api_key=k"),
            ("a?api_key=1&x&api_key=2", "a?x", "api_key=1&api_key=2"),
            ("a?API_Key=k", "a", "API_Key=k"),
            ("a?api%5Fkey=k", "a", "api%5Fkey=k"),
            ("a?api_key", "a", "api_key"),
            ("a?api_key=", "a", "api_key="),
            ("?api_key=k", "", "api_key=k"),
            ("a?x=1&api_key=%3D%26", "a?x=1", "api_key=%3D%26"),
        ],
    )
    def test_a_parameter_leaves_the_target_and_the_rest_stays_as_it_is(self, target: str, rest: str, told: str) -> None:
        assert brought(InQuery("api_key"), target) == (rest, {}, {"cookie": "a=1", QUERY: told})

    @pytest.mark.parametrize(
        "target", ["a", "a?", "a?x=api_key=k", "a?api_keys=k", "a?x;api_key=k", "api_key=k", "a?[api_key]=1"]
    )
    def test_what_is_called_otherwise_is_none(self, target: str) -> None:
        assert brought(InQuery("api_key"), target) == (target, {}, {"cookie": "a=1"})

    @pytest.mark.parametrize("mask", ["*", "********", "%2A%2a*"])
    def test_what_covers_ours_in_a_link_is_none_either(self, mask: str) -> None:
        assert brought(InQuery("api_key"), f"a?page=2&api_key={mask}") == ("a?page=2", {}, {"cookie": "a=1"})
