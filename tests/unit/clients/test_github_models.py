import base64

import pytest
from pydantic import ValidationError

from app.clients.github import models
from app.clients.github.models import Contributor, File, Issue, Label, Matches, Repository, User

FILE = {"type": "file", "name": "a", "path": "a", "sha": "1"}


class TestFile:
    def test_is_decoded_though_its_base64_comes_in_lines(self) -> None:
        content = base64.encodebytes(b"x" * 200).decode()

        assert File.model_validate({**FILE, "encoding": "base64", "content": content}).decoded() == b"x" * 200

    def test_may_be_empty(self) -> None:
        assert File.model_validate({**FILE, "encoding": "base64", "content": ""}).decoded() == b""

    @pytest.mark.parametrize(
        "fields",
        [{}, {"encoding": "none", "content": ""}, {"encoding": "base64"}, {"encoding": "base64", "content": "a"}],
    )
    def test_has_no_bytes_where_github_sent_none(self, fields: dict[str, str]) -> None:
        assert File.model_validate({**FILE, **fields}).decoded() is None


class TestContents:
    def test_an_object_is_a_file_and_a_list_a_directory(self) -> None:
        assert isinstance(models.CONTENTS.validate_python(FILE), File)
        assert isinstance(models.CONTENTS.validate_python([FILE, {**FILE, "type": "dir"}]), tuple)
        assert models.CONTENTS.validate_python([]) == ()


def test_a_contributor_may_be_anonymous() -> None:
    contributor = Contributor.model_validate({"contributions": 3, "name": "Ada", "email": "a@x.example"})

    assert (contributor.login, contributor.type) == (None, "Anonymous")


def test_labels_may_be_names_or_objects() -> None:
    issue = Issue.model_validate({"number": 1, "title": "t", "state": "open", "labels": ["a", {"name": "b"}]})

    assert issue.labels == ("a", Label(name="b"))


def test_models_cannot_be_changed() -> None:
    user = User(login="ada")

    with pytest.raises(ValidationError, match="frozen"):
        user.login = "eve"  # type: ignore[misc]


def test_a_faulty_value_is_not_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        Repository.model_validate({"id": "s3cret"})

    assert "s3cret" not in str(caught.value)


def test_a_search_that_was_whole_is_not_incomplete() -> None:
    found = Matches[User].model_validate_json(b'{"total_count": 1, "items": [{"login": "ada"}]}')

    assert (found.total_count, found.items[0].login, found.incomplete_results) == (1, "ada", False)
