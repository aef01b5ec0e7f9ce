"""A JSON schema as lines of a table: one for each field, those of nested objects under their whole path."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_NULL = {"type": "null"}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field as a reader looks for it.

    Attributes:
        path: `owner.login`, `items[].number`.
        type: In words.
        description: In Markdown; may be empty.
    """

    path: str
    type: str
    description: str


class Schemas:
    """The named schemas of an OpenAPI document, and what can be said of those that refer to them."""

    def __init__(self, named: dict[str, Schema]) -> None:
        self._named = named

    def variants(self, schema: Schema) -> list[tuple[str, Schema]]:
        """The named schemas that an answer may follow: one, or the members of a union."""
        return [(self._name(member), self._resolved(member)) for member in schema.get("oneOf", [schema])]

    def lines(self, schema: Schema, prefix: str = "", seen: tuple[str, ...] = ()) -> Iterator[FieldLine]:
        """Depth first. A schema that holds itself is shown once."""
        for name, field in schema.get("properties", {}).items():
            path = f"{prefix}{name}"
            inner, marks = self._inside(field)
            yield FieldLine(path, self.type_of(field), field.get("description", ""))
            target = self._name(inner)
            if target and target not in seen:
                yield from self.lines(self._resolved(inner), f"{path}{marks}.", (*seen, target))

    def type_of(self, schema: Schema) -> str:
        """`integer, 1 to 100`, `array of string`, `Owner or null`."""
        if "$ref" in schema:
            return self._name(schema)
        if "anyOf" in schema:
            return " or ".join(self.type_of(variant) for variant in schema["anyOf"])
        if "const" in schema or "enum" in schema:
            return " or ".join(f'"{value}"' for value in schema.get("enum", [schema.get("const")]))
        if schema.get("type") == "array":
            return f"array of {self.type_of(schema.get('items', {}))}"
        return ", ".join(part for part in (schema.get("type", "any"), schema.get("format"), _bounds(schema)) if part)

    def _inside(self, schema: Schema) -> tuple[Schema, str]:
        """What a field holds once nullability and lists are taken off, and the marks of those lists."""
        marks = ""
        while True:
            variants = [variant for variant in schema.get("anyOf", []) if variant != _NULL]
            if len(variants) == 1:
                schema = variants[0]
            elif schema.get("type") == "array":
                schema, marks = schema.get("items", {}), marks + "[]"
            else:
                return schema, marks

    @staticmethod
    def _name(schema: Schema) -> str:
        return str(schema.get("$ref", "")).rpartition("/")[2]

    def _resolved(self, schema: Schema) -> Schema:
        return self._named[self._name(schema)] if "$ref" in schema else schema


def _bounds(schema: Schema) -> str:
    """The bounds of a number, or of the length of a text."""
    for low, high, unit in (("minimum", "maximum", ""), ("minLength", "maxLength", " characters")):
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None:
            return f"{least} to {most}{unit}"
        if least is not None:
            return f"at least {least}{unit}"
        if most is not None:
            return f"at most {most}{unit}"
    return ""
