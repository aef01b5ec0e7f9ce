"""Schemas of answers and of parameters."""

from datetime import datetime
from typing import Annotated, Literal

import pytest
from pydantic import Field, TypeAdapter

from app.api.openapi_schemas import REFERENCE, Schema, answer_schemas, parameters_of
from app.services.answers.answer import Answer, CountedSlice, Slice
from app.services.queries import NoQuery


class Leaf(Answer):
    kind: Literal["leaf"] = "leaf"
    colour: str | None


class Twig(Answer):
    """Bears leaves."""

    kind: Literal["twig"] = "twig"
    leaves: tuple[Leaf, ...]


class Stone(Answer):
    weight: int


def schema_of(answers: object) -> tuple[Schema, dict[str, Schema]]:
    (schema,), named = answer_schemas([answers])
    return schema, named


def test_an_answer_is_a_reference_and_what_it_holds_is_named() -> None:
    schema, named = schema_of(Twig)

    assert schema == {"$ref": REFERENCE.format(model="Twig")}
    assert list(named) == ["Leaf", "Twig"]
    assert named["Twig"]["description"] == "Bears leaves."


def test_every_field_of_an_answer_is_required_and_untitled() -> None:
    _, named = schema_of(Leaf)

    assert named["Leaf"]["required"] == ["kind", "colour"]
    assert "title" not in named["Leaf"]
    assert all("title" not in field for field in named["Leaf"]["properties"].values())


def test_an_answer_may_gain_fields() -> None:
    assert "additionalProperties" not in schema_of(Leaf)[1]["Leaf"]


@pytest.mark.parametrize(
    ("answers", "name", "fields"),
    [
        (Slice[Leaf], "LeafListing", ["items", "next", "previous"]),
        (CountedSlice[Leaf], "CountedLeafListing", ["items", "next", "previous", "total", "incomplete"]),
    ],
)
def test_a_slice_is_written_as_a_listing(answers: object, name: str, fields: list[str]) -> None:
    schema, named = schema_of(answers)

    assert schema == {"$ref": REFERENCE.format(model=name)}
    assert list(named[name]["properties"]) == named[name]["required"] == fields
    assert named[name]["properties"]["items"]["items"] == {"$ref": REFERENCE.format(model="Leaf")}
    assert named[name]["description"].startswith("A page of a list")


def test_a_union_tells_its_members_apart_where_a_field_can() -> None:
    schema, _ = schema_of(Leaf | Twig)

    assert schema["oneOf"] == [{"$ref": REFERENCE.format(model=name)} for name in ("Leaf", "Twig")]
    assert schema["discriminator"]["propertyName"] == "kind"


def test_a_union_without_such_a_field_is_any_of_them() -> None:
    assert [member["$ref"].rpartition("/")[2] for member in schema_of(Leaf | Stone)[0]["anyOf"]] == ["Leaf", "Stone"]


class Query(NoQuery):
    since: datetime | None = Field(None, description="From when.")
    size: int = Field(30, ge=1, le=100, description="How many.")
    order: Literal["up", "down"] | int | None = None
    q: str = Field(description="What.", examples=["stars"])


def test_parameters_of_a_query() -> None:
    since, size, order, q = parameters_of({}, Query)

    assert since == {
        "name": "since",
        "in": "query",
        "required": False,
        "description": "From when.",
        "schema": {"type": "string", "format": "date-time"},
    }
    assert size["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 30}
    assert order["schema"] == {"anyOf": [{"type": "string", "enum": ["up", "down"]}, {"type": "integer"}]}
    assert (q["required"], q["example"]) == (True, "stars")


def test_parameters_of_a_path_are_required_and_come_first() -> None:
    name: TypeAdapter[str] = TypeAdapter(
        Annotated[str, Field(pattern="^[a-z]+$", description="Which.", examples=["a"])]
    )

    first, *others = parameters_of({"name": name}, Query)

    assert first == {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "Which.",
        "schema": {"type": "string", "pattern": "^[a-z]+$"},
        "example": "a",
    }
    assert all(other["in"] == "query" for other in others)


def test_no_parameters() -> None:
    assert parameters_of({}, NoQuery) == []


def test_a_type_that_is_no_model() -> None:
    assert schema_of(str) == ({"type": "string"}, {})
