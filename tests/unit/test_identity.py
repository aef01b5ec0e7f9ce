"""A credential is sealed: whatever shows an identity shows no secret."""

import copy
import pickle
from dataclasses import asdict, replace

import pytest

from app.identity import ANONYMOUS, Identity, SealedCredential

SECRET = "ghp_secret"
FIELDS = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def sealed() -> SealedCredential:
    return SealedCredential(FIELDS)


def test_revealing_gives_the_fields(sealed: SealedCredential) -> None:
    assert sealed.reveal() == FIELDS


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
