"""The page as a whole: contents, one section per resource, and every code of a problem with its anchor."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from app.api.codes import Code, every_code
from app.api.docs_page.endpoint import Endpoint, endpoint_article
from app.api.docs_page.fields import Schemas
from app.api.docs_page.markup import Html, breakable, element, fragment, inline, prose
from app.api.problems import PROBLEM_TYPE

LOCAL_URL = "http://127.0.0.1:8000"
"""Where the gateway listens unless told otherwise."""

_ICON = (
    "data:image/svg+xml,"
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' "
    "fill='%230b6e74'/%3E%3Cpath d='M8 7v18M24 7v18M8 13h16' stroke='white' stroke-width='3.5' "
    "stroke-linecap='round'/%3E%3C/svg%3E"
)


def stylesheet() -> bytes:
    return (files(__package__) / "style.css").read_bytes()


def render_page(document: dict[str, Any]) -> bytes:
    """The page for an OpenAPI document of `app.api.openapi`."""
    server = document["servers"][0]["url"]
    base_url = LOCAL_URL if server == "/" else server
    prefix = urlsplit(server).path.rstrip("/")
    sections = [(tag, list(_endpoints(document, tag["name"], base_url, prefix))) for tag in document["tags"]]
    page = element(
        "html",
        _head(document, prefix),
        element(
            "body",
            element("a", "Skip to the content", class_="skip", href="#content"),
            _banner(document, prefix),
            _contents(sections),
            element(
                "main",
                _introduction(document, base_url),
                [_section(tag, endpoints, document) for tag, endpoints in sections],
                _errors(document),
                id="content",
            ),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n".encode()


def _endpoints(document: dict[str, Any], tag: str, base_url: str, prefix: str) -> Iterator[Endpoint]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in {"parameters", "head"} and tag in operation["tags"]:
                parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                yield Endpoint(method.upper(), path, parameters, operation, base_url, prefix)


def _head(document: dict[str, Any], prefix: str) -> Html:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{document['info']['title']} API {document['info']['version']}"),
        element("link", rel="icon", href=_ICON),
        element("link", rel="stylesheet", href=f"{prefix}/docs/style.css"),
    )


def _banner(document: dict[str, Any], prefix: str) -> Html:
    info = document["info"]
    return element(
        "header",
        element("h1", info["title"], " ", element("span", "API")),
        element("p", f"Version {info['version']}"),
        element("p", element("a", "openapi.json", href=f"{prefix}/openapi.json")),
    )


def _contents(sections: list[tuple[dict[str, str], list[Endpoint]]]) -> Html:
    resources = [
        element(
            "li",
            element("a", _title(tag["name"]), href=f"#{_section_id(tag['name'])}"),
            element("ul", [element("li", element("a", each.summary, href=f"#{each.id}")) for each in endpoints]),
        )
        for tag, endpoints in sections
    ]
    errors = element("li", element("a", "Errors", href="#errors"))
    return element("nav", element("ul", resources, errors), aria_label="Contents")


def _introduction(document: dict[str, Any], base_url: str) -> Html:
    lines = element(
        "p",
        "The lines to try speak to ",
        element("code", base_url),
        "; the setting ",
        element("code", "server.public_url"),
        " makes them show another address. Their examples exist in ",
        element("code", "headgate demo"),
        ".",
    )
    return element("section", prose(document["info"]["description"]), lines, class_="introduction")


def _section(tag: dict[str, str], endpoints: list[Endpoint], document: dict[str, Any]) -> Html:
    schemas = Schemas(document["components"]["schemas"])
    return element(
        "section",
        element("h2", _title(tag["name"])),
        prose(tag["description"]),
        [endpoint_article(each, schemas) for each in endpoints],
        id=_section_id(tag["name"]),
    )


def _errors(document: dict[str, Any]) -> Html:
    named = document["components"]["schemas"]
    fields = [
        element(
            "tr",
            element("th", element("code", breakable(line.path)), scope="row"),
            element("td", inline(line.description)),
        )
        for line in Schemas(named).lines(named["Problem"])
    ]
    rows = [_code_row(code) for code in every_code()]
    return element(
        "section",
        element("h2", "Errors"),
        element(
            "p",
            "Every refusal is ",
            element("code", PROBLEM_TYPE),
            ". Go by its ",
            element("code", "code"),
            ": titles and details may be reworded.",
        ),
        _table("The fields of a problem", ("Field", "What it says"), fields),
        _table("The codes", ("Code", "What it means"), rows),
        id="errors",
    )


def _code_row(code: Code) -> Html:
    return element(
        "tr",
        element(
            "th",
            element("a", element("code", breakable(code.name)), href=f"#{code.name}"),
            element("small", str(code.status)),
            scope="row",
        ),
        element(
            "td",
            inline(code.meaning.replace("\n", " ")),
            element("small", element("code", "Retry-After"), " tells when to come again.") if code.tells_when else None,
        ),
        id=code.name,
    )


def _table(caption: str, headings: tuple[str, str], rows: list[Html]) -> Html:
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", [element("th", heading, scope="col") for heading in headings])),
        element("tbody", rows),
    )


def _title(tag: str) -> str:
    return fragment(tag.replace("_", " ").capitalize())


def _section_id(tag: str) -> str:
    """No code and no operation has a dash in its name."""
    return f"resource-{tag}"
