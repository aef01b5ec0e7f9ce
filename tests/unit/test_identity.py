"""A credential is sealed: whatever shows an identity shows no secret."""

import copy
import pickle
from dataclasses import asdict, replace

import pytest

from app.identity import ANONYMOUS, QUERY, Identities, Identity, SealedCredential

SECRET = "ghp_secret"
FIELDS = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def sealed() -> SealedCredential:
    return SealedCredential(FIELDS)


def test_revealing_gives_the_fields(sealed: SealedCredential) -> None:
    assert sealed.reveal() == FIELDS


def test_what_belongs_into_the_query_is_no_field() -> None:
    sealed = SealedCredential({**FIELDS, QUERY: f"api_key={SECRET}"})
    assert (sealed.reveal(), sealed.reveal_query()) == (FIELDS, f"api_key={SECRET}")
    assert SECRET not in repr(sealed)


def test_it_keeps_its_own_copy() -> None:
    fields = dict(FIELDS)
    sealed = SealedCredential(fields)
    fields.clear()
    assert sealed.reveal() == FIELDS


def test_no_way_of_writing_it_shows_the_secret(sealed: SealedCredential) -> None:
    identity = Identity("gateway:github", sealed)
    for text in (repr(sealed), str(sealed), f"{sealed}", f"{identity!r:>60}", "%s %r" % (identity, identity)):  # noqa: UP031
        assert SECRET not in text


def test_it_does_not_leave_its_process(sealed: SealedCredential) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="does not leave its process"):
            pickle.dumps(sealed, protocol)
    with pytest.raises(TypeError, match="does not leave its process"):
        pickle.dumps(Identity("one", sealed))


def test_it_is_not_taken_apart_by_accident(sealed: SealedCredential) -> None:
    with pytest.raises(TypeError):
        vars(sealed)
    for spread in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="does not leave its process"):
            spread(sealed)
    with pytest.raises(TypeError, match="does not leave its process"):
        asdict(Identity("one", sealed))


def test_an_identity_without_a_credential_is_anonymous(sealed: SealedCredential) -> None:
    assert ANONYMOUS.anonymous
    assert Identity("gateway:github:anonymous").anonymous
    assert not Identity("gateway:github", sealed).anonymous


def test_an_identity_is_a_value(sealed: SealedCredential) -> None:
    identity = Identity("one", sealed)
    assert identity == Identity("one", sealed)
    assert identity != Identity("one", SealedCredential(FIELDS)), "two seals are told apart without being opened"
    assert identity != replace(identity, partition="two")
    with pytest.raises(AttributeError):
        identity.partition = "two"  # type: ignore[misc]


class TestIdentities:
    """Of callers with a credential of their own."""

    def test_who_brings_none_is_nobody(self) -> None:
        assert Identities(b"key").of({}) is ANONYMOUS

    def test_the_same_credential_is_the_same_partition(self) -> None:
        identities = Identities(b"key")
        one, again = identities.of(FIELDS), identities.of(dict(FIELDS))

        assert one.partition == again.partition
        assert one.credential is not None
        assert one.credential.reveal() == FIELDS

    @pytest.mark.parametrize(
        "fields",
        [
            {"Authorization": f"bearer {SECRET}"},
            {"Authorization": f"Bearer {SECRET} "},
            {"Authorization": f"Bearer {SECRET.upper()}"},
            {"Cookie": f"Bearer {SECRET}"},
            {**FIELDS, "Cookie": ""},
            {**FIELDS, "Cookie": "a=1"},
            {**FIELDS, "X-GitHub-OTP": "123456"},
            {"Authorization": ""},
            {**FIELDS, QUERY: "api_key=1"},
            {QUERY: f"Authorization={SECRET}"},
        ],
    )
    def test_another_is_another(self, fields: dict[str, str]) -> None:
        identities = Identities(b"key")
        assert identities.of(fields).partition != identities.of(FIELDS).partition
        assert identities.of(fields).partition != ANONYMOUS.partition

    def test_neither_the_order_of_the_fields_nor_the_case_of_their_names_counts(self) -> None:
        identities = Identities(b"key")
        both = {"Authorization": "a", "Cookie": "b"}
        assert identities.of(both).partition == identities.of({"cookie": "b", "authorization": "a"}).partition
        assert identities.of(both).partition == identities.of(dict(reversed(both.items()))).partition
        assert identities.of(both).partition == identities.of({"authorization": "a", "Cookie": "b"}).partition

    def test_one_field_cannot_pass_for_two(self) -> None:
        identities = Identities(b"key")
        two = identities.of({"authorization": "a", "cookie": "b"})
        assert identities.of({"authorization": "a\ncookie:b"}).partition != two.partition

    def test_nobody_can_compute_it_without_the_key(self) -> None:
        assert Identities(b"key").of(FIELDS).partition != Identities(b"other").of(FIELDS).partition
        assert Identities(b"key").of(FIELDS).partition == Identities(b"key").of(FIELDS).partition
        assert Identities().of(FIELDS).partition != Identities().of(FIELDS).partition, "each has a key of its own"

    def test_it_does_not_look_like_ours_and_shows_nothing(self) -> None:
        partition = Identities(b"key").of(FIELDS).partition
        assert partition.startswith("caller:")
        assert SECRET not in partition

    def test_bytes_that_are_no_text_make_one_too(self) -> None:
        identities = Identities(b"key")
        odd = [identities.of({"Authorization": text}).partition for text in ("\udcff", "\udcfe", "é", "\x00")]
        assert len({*odd}) == 4

    @pytest.mark.parametrize("size", [1, 32, 64, 65, 4_096])
    def test_a_key_may_be_as_long_as_its_file_may(self, size: int) -> None:
        keys = [bytes([number]) * size for number in (1, 2)]
        assert len({Identities(key).of(FIELDS).partition for key in keys}) == 2
