"""One endpoint on the page: its address, its parameters, a line to try, and what it answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from app.api.docs_page.fields import FieldLine, Schemas
from app.api.docs_page.markup import Html, breakable, element, fragment, inline, prose

_PLACE = re.compile(r"(\{\w+\})")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path of the document.

    Attributes:
        method: The HTTP method; HEAD goes without saying.
        path: With its parameters in braces.
        parameters: As in the document.
        operation: As in the document.
        base_url: What callers put before the path.
        prefix: The path of the base URL, for links on the page itself.
    """

    method: str
    path: str
    parameters: list[dict[str, Any]]
    operation: dict[str, Any]
    base_url: str
    prefix: str

    @property
    def id(self) -> str:
        return str(self.operation["operationId"])

    @property
    def summary(self) -> str:
        return str(self.operation["summary"])

    def example(self) -> str:
        """The path with an example of every parameter that it needs."""
        needed = {each["name"]: str(each.get("example", each["name"])) for each in self.parameters if each["required"]}
        path = _PLACE.sub(lambda found: quote(needed.pop(found[0][1:-1])), self.path)
        return f"{path}?{urlencode(needed)}" if needed else path


def endpoint_article(endpoint: Endpoint, schemas: Schemas) -> Html:
    """The article about one endpoint."""
    example = endpoint.example()
    is_read = endpoint.method == "GET"
    option = "" if is_read else f"-X {endpoint.method} "
    return element(
        "article",
        element("h3", element("a", endpoint.summary, href=f"#{endpoint.id}")),
        element("p", element("span", endpoint.method), " ", _address(endpoint.path), class_="address"),
        prose(endpoint.operation.get("description", "")),
        _parameters(endpoint, schemas),
        element(
            "p",
            element("code", f"curl {option}'{endpoint.base_url}{example}'"),
            element("a", "open", href=f"{endpoint.prefix}{example}", aria_label=f"Open {example}") if is_read else None,
            class_="try",
        ),
        [_answer(status, response, schemas) for status, response in endpoint.operation["responses"].items()],
        _refusals(endpoint.operation["responses"]),
        id=endpoint.id,
    )


def _address(path: str) -> Html:
    """May be broken before each slash; parameters stand out."""
    parts = _PLACE.split(path)
    return element(
        "code",
        (element("var", part) if index % 2 else fragment(_breakable(part)) for index, part in enumerate(parts)),
    )


def _breakable(text: str) -> Iterator[str]:
    for index, segment in enumerate(text.split("/")):
        if index:
            yield element("wbr")
            yield "/"
        yield segment


def _parameters(endpoint: Endpoint, schemas: Schemas) -> Html | None:
    if not endpoint.parameters:
        return None
    rows = [
        element(
            "tr",
            element(
                "th",
                element("code", breakable(each["name"])),
                element("small", each["in"], ", required" if each["in"] == "query" and each["required"] else None),
                scope="row",
            ),
            element("td", inline(each.get("description", "")), element("small", _values(each["schema"], schemas))),
        )
        for each in endpoint.parameters
    ]
    return element(
        "table",
        element("caption", "Parameters"),
        element("thead", element("tr", element("th", "Name", scope="col"), element("th", "Meaning", scope="col"))),
        element("tbody", rows),
    )


def _values(schema: dict[str, Any], schemas: Schemas) -> Html:
    """What a parameter may be, and what it is when nobody says."""
    pattern, default = schema.get("pattern"), schema.get("default")
    return fragment(
        schemas.type_of(schema),
        (", matching ", element("code", pattern)) if pattern else None,
        ("; ", element("code", str(default)), " unless given") if default is not None else None,
    )


def _answer(status: str, response: dict[str, Any], schemas: Schemas) -> Html | None:
    """What an answer holds that the endpoint writes itself; problems are explained once, at the end of the page."""
    content = response.get("content", {})
    media_type = next(iter(content), None)
    if media_type is None:
        return None if "$ref" in response else element("p", element("b", status), " ", response["description"])
    variants = schemas.variants(content[media_type]["schema"])
    names = " or ".join(name for name, _ in variants if name)
    tables = [_fields(name, schema, schemas) for name, schema in variants if "properties" in schema]
    what = fragment(
        element("b", status), " ", element("code", names) if names else None, " ", element("small", media_type)
    )
    return element("details", element("summary", what), tables) if tables else element("p", what)


def _fields(name: str, schema: dict[str, Any], schemas: Schemas) -> Html:
    return fragment(
        prose(schema.get("description", "")),
        element(
            "table",
            element("caption", "Fields of ", element("code", name)),
            element("thead", element("tr", element("th", "Field", scope="col"), element("th", "Type", scope="col"))),
            element("tbody", [_field(line) for line in schemas.lines(schema)]),
        ),
    )


def _field(line: FieldLine) -> Html:
    *outer, name = line.path.split(".")
    return element(
        "tr",
        element(
            "th",
            element("code", element("span", breakable(".".join(outer) + ".")) if outer else None, breakable(name)),
            scope="row",
        ),
        element("td", line.type, element("small", inline(line.description)) if line.description else None),
    )


def _refusals(responses: dict[str, Any]) -> Html:
    statuses = [status for status, response in responses.items() if "$ref" in response]
    return element(
        "p",
        "May refuse with ",
        element("a", f"{', '.join(statuses[:-1])} or {statuses[-1]}", href="#errors"),
        ".",
        class_="refusals",
    )
