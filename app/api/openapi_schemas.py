"""The JSON schemas of the OpenAPI document: of answers, and of the parameters of paths, query strings and headers."""

import re
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import ModelSchema

from app.api.listing import CountedListing, Listing
from app.api.own_fields import CLASS_HEADER, CLASSES, SHORTEST_SECONDS, TIMEOUT_HEADER
from app.services.answers.answer import CountedSlice, CursorSlice, Slice

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"


_GENERIC = re.compile(r"(\w*)Listing\[(\w+)\]")
_PART = re.compile(r"Part\[(?:tuple\[)?(\w+)[^]]*\]+")


class _Generator(GenerateJsonSchema):
    """Pydantic's, without titles: they repeat the names of fields and models."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 -- pydantic's signature
        return False

    def model_schema(self, schema: ModelSchema) -> Schema:
        """Without `additionalProperties`: an answer may gain a field, and a client generated from this must bear it."""
        generated = super().model_schema(schema)
        return {key: value for key, value in generated.items() if key not in {"additionalProperties", "title"}}

    def normalize_name(self, name: str) -> str:
        """`RepositoryListing` for a `Listing[Repository]`, `CommitsPart` for a `Part[Commits]`."""
        return super().normalize_name(_PART.sub(r"\1Part", _GENERIC.sub(r"\1\2Listing", name)))


def answer_schemas(types: Iterable[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """A schema for each type of answer, in order, and the named ones that they refer to, by name."""
    adapters = [TypeAdapter(_written(kind)) for kind in types]
    of_each, shared = TypeAdapter.json_schemas(
        [(index, "serialization", adapter) for index, adapter in enumerate(adapters)],
        schema_generator=_Generator,
        ref_template=REFERENCE,
    )
    named = shared.get("$defs", {})
    return [of_each[index, "serialization"] for index in range(len(adapters))], dict(sorted(named.items()))


def parameters_of(path: Mapping[str, TypeAdapter[Any]], query: type[BaseModel]) -> list[Schema]:
    """The parameters of an endpoint, in the order in which they are declared."""
    in_path = [
        _parameter("path", name, adapter.json_schema(schema_generator=_Generator), required=True)
        for name, adapter in path.items()
    ]
    schema = query.model_json_schema(schema_generator=_Generator)
    required = schema.get("required", ())
    in_query = [
        _parameter("query", name, field, required=name in required)
        for name, field in schema.get("properties", {}).items()
    ]
    return in_path + in_query


def header_parameters() -> list[Schema]:
    """What a caller may say of any request that goes to an upstream (app/api/edge.py)."""
    timeout: Schema = {
        "type": "number",
        "minimum": SHORTEST_SECONDS,
        "description": "How many seconds there are for the answer, such as `2` or `0.5`: by then it is there, a stale one "
        "where that is allowed, or 504. Never more than the gateway's own setting, which holds unless given.",
    }
    urgency: Schema = {
        "type": "string",
        "enum": list(CLASSES),
        "description": "The caller's class, in any case of letters: a part of each upstream's quota is kept for the higher "
        "ones. The gateway's setting holds unless given.",
    }
    fields = ((TIMEOUT_HEADER, timeout), (CLASS_HEADER, urgency))
    return [_parameter("header", str(name), schema, required=False) for name, schema in fields]


def _parameter(place: str, name: str, schema: Schema, *, required: bool) -> Schema:
    """What describes the parameter is lifted out of what describes its value."""
    schema = _without_null(schema)
    parameter: Schema = {"name": name, "in": place, "required": required}
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    parameter["schema"] = schema
    if examples := schema.pop("examples", None):
        parameter["example"] = examples[0]
    return parameter


def _without_null(schema: Schema) -> Schema:
    """A query string cannot say null: what may be null there may be left out."""
    schema = dict(schema)
    variants = [variant for variant in schema.pop("anyOf", []) if variant != {"type": "null"}]
    if len(variants) == 1:
        schema |= variants[0]
    elif variants:
        schema["anyOf"] = variants
    if schema.get("default", "") is None:
        del schema["default"]
    return schema


def _written(answers: Any) -> Any:
    """The type of what is written for an answer: of a slice its listing, of a union one that tells its members apart."""
    origin = get_origin(answers)
    if origin is CountedSlice:
        return CountedListing.__class_getitem__(get_args(answers))
    if origin is Slice or origin is CursorSlice:
        return Listing.__class_getitem__(get_args(answers))
    if origin in {Union, UnionType} and (discriminator := _discriminator(get_args(answers))):
        return Annotated[answers, Field(discriminator=discriminator)]
    return answers


def _discriminator(members: Iterable[type[BaseModel]]) -> str | None:
    """The field whose one possible value tells the members of a union apart."""
    fields = [
        {name for name, field in member.model_fields.items() if get_origin(field.annotation) is Literal}
        for member in members
    ]
    shared = set.intersection(*fields)
    return min(shared) if shared else None
