"""The page at /docs: whole without scripts, without anything from elsewhere, and readable for all."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, ClassVar

import pytest

from app.api.docs import CONTENT_SECURITY_POLICY
from app.api.docs_page import render_page, stylesheet
from app.api.docs_page.endpoint import Endpoint
from app.api.docs_page.fields import FieldLine, Schemas
from app.api.docs_page.markup import Html, breakable, element, fragment, inline, prose
from app.api.openapi import build_document
from app.server import create_app
from tests.gateway import container_of

VOID = {"meta", "link", "br", "wbr"}


class Page(HTMLParser):
    """A page taken apart: its elements in order, its texts by element, and whether everything is closed."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def all(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build_document(create_app(container_of()), None)


@pytest.fixture(scope="module")
def markup(document: dict[str, Any]) -> str:
    return render_page(document).decode()


@pytest.fixture(scope="module")
def page(markup: str) -> Page:
    return Page(markup)


def test_every_element_is_closed(page: Page) -> None:
    assert page.open == []


def test_no_script_and_no_style_is_in_the_page(page: Page) -> None:
    names = {name for name, _ in page.elements}
    attributes = {key for _, given in page.elements for key in given}

    assert not names & {"script", "style", "iframe", "object", "embed", "base", "form"}
    assert not [key for key in attributes if key.startswith("on") or key == "style"]


def test_nothing_is_loaded_but_the_stylesheet(page: Page) -> None:
    loaded = [given["href"] for name, given in page.elements if name == "link"]

    assert page.all("src") == []
    assert [url for url in loaded if url and not url.startswith("data:image/svg+xml,")] == ["/docs/style.css"]


def test_the_stylesheet_loads_nothing() -> None:
    assert not re.search(rb"url\(|@import|@font-face|//", stylesheet())


def test_the_policy_allows_what_the_page_needs_and_no_script() -> None:
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "style-src 'self'" in CONTENT_SECURITY_POLICY
    assert "script-src" not in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_the_page_says_what_it_is(page: Page, markup: str) -> None:
    given = dict(page.elements)

    assert markup.startswith('<!doctype html>\n<html lang="en">')
    assert page.texts["title"] == ["Headgate API 0.1.0"]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in [
        attributes for name, attributes in page.elements if name == "meta"
    ]
    assert "main" in given


def test_headings_descend_step_by_step(page: Page) -> None:
    levels = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_anchor_leads_to_one(page: Page) -> None:
    ids = page.all("id")

    assert len(set(ids)) == len(ids)
    assert {url[1:] for url in page.all("href") if url.startswith("#")} <= set(ids)


def test_every_other_link_stays_on_this_gateway(page: Page) -> None:
    assert [url for url in page.all("href") if not re.match(r"#|/(?!/)|data:", url)] == []


def test_every_table_has_a_caption_and_headings(page: Page) -> None:
    names = [name for name, _ in page.elements]

    assert names.count("table") == names.count("caption") == names.count("thead")
    assert all(given.get("scope") in {"row", "col"} for name, given in page.elements if name == "th")


def test_every_endpoint_is_on_the_page_with_a_line_to_try(document: dict[str, Any], markup: str) -> None:
    for path, item in document["paths"].items():
        article = markup.partition(f'<article id="{item["get"]["operationId"]}">')[2].partition("</article>")[0]
        example = Endpoint("GET", path, item.get("parameters", []), item["get"], "", "").example()
        assert f"curl 'http://127.0.0.1:8000{example}'".replace("&", "&amp;") in article
        for parameter in item.get("parameters", []):
            assert parameter["name"] in article.replace("<wbr>", "")


def test_behind_a_public_url_lines_and_links_show_it(document: dict[str, Any]) -> None:
    page = Page(render_page({**document, "servers": [{"url": "https://gate.example/headgate"}]}).decode())

    assert "curl 'https://gate.example/headgate/health/live'" in page.texts["code"]
    links = [url for url in page.all("href") if url.startswith("/")]
    assert "/headgate/docs/style.css" in links
    assert all(url.startswith("/headgate/") for url in links)


def test_text_is_escaped(document: dict[str, Any]) -> None:
    hostile = "<script>alert(1)</script> \" & '"
    tag = {"name": "issues", "description": hostile}
    page = Page(render_page({**document, "info": {**document["info"], "title": hostile}, "tags": [tag]}).decode())

    assert "script" not in {name for name, _ in page.elements}
    assert f"{hostile} " in "".join(page.texts["h1"])
    assert hostile in "".join(page.texts["p"])


def test_what_changes_something_is_to_be_tried_and_not_opened(markup: str) -> None:
    article = markup.partition('<article id="purgeCache">')[2].partition("</article>")[0]
    assert "<span>DELETE</span>" in article
    assert "curl -X DELETE 'http://127.0.0.1:8000/api/v1/cache'" in article
    assert ">open</a>" not in article
    assert "<code>pattern</code>" in article


def test_an_example_is_written_as_a_url() -> None:
    parameters = [
        {"name": "path", "in": "path", "required": True, "example": "a dir/b?.md"},
        {"name": "q", "in": "query", "required": True, "example": "x & y"},
        {"name": "page", "in": "query", "required": False, "example": 2},
        {"name": "kind", "in": "query", "required": True},
    ]

    assert Endpoint("GET", "/at/{path}", parameters, {}, "", "").example() == "/at/a%20dir/b%3F.md?q=x+%26+y&kind=kind"


class TestMarkup:
    def test_text_is_escaped_and_markup_is_not(self) -> None:
        assert (
            element("p", "a < b & ", element("b", "c"), None, ["d", Html("<br>")])
            == "<p>a &lt; b &amp; <b>c</b>d<br></p>"
        )

    def test_attributes(self) -> None:
        assert element("a", class_="x", aria_label='"', id=None) == '<a class="x" aria-label="&quot;"></a>'

    def test_an_element_that_holds_nothing_has_no_end(self) -> None:
        assert element("meta", charset="utf-8") == '<meta charset="utf-8">'

    def test_prose(self) -> None:
        assert prose("One\ntwo `<code>`.\n\n- a\n- b\n") == (
            "<p>One two <code>&lt;code&gt;</code>.</p><ul><li>a</li><li>b</li></ul>"
        )

    def test_prose_of_nothing(self) -> None:
        assert prose("") == ""

    def test_a_lonely_backtick_is_text(self) -> None:
        assert inline("a ` b") == "a ` b"

    def test_names_break_after_dots_and_underscores(self) -> None:
        assert breakable("owner.avatar_url") == "owner.<wbr>avatar_<wbr>url"

    def test_fragments_nest(self) -> None:
        assert fragment(["a", ["<", None]]) == "a&lt;"


class TestFields:
    NAMED: ClassVar[dict[str, Any]] = {
        "Tree": {
            "properties": {
                "name": {"type": "string", "description": "What it is called."},
                "parent": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]},
                "leaves": {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}},
            }
        },
        "Leaf": {"properties": {"colour": {"enum": ["red", "green"]}, "any": {}}},
    }

    def test_nested_fields_stand_under_their_whole_path_and_once(self) -> None:
        assert list(Schemas(self.NAMED).lines(self.NAMED["Tree"], seen=("Tree",))) == [
            FieldLine("name", "string", "What it is called."),
            FieldLine("parent", "Tree or null", ""),
            FieldLine("leaves", "array of Leaf", ""),
            FieldLine("leaves[].colour", '"red" or "green"', ""),
            FieldLine("leaves[].any", "any", ""),
        ]

    @pytest.mark.parametrize(
        ("schema", "words"),
        [
            ({"type": "integer", "minimum": 1, "maximum": 9}, "integer, 1 to 9"),
            ({"type": "integer", "minimum": 1}, "integer, at least 1"),
            ({"type": "string", "maxLength": 5}, "string, at most 5 characters"),
            ({"type": "string", "format": "date"}, "string, date"),
            ({"const": "file"}, '"file"'),
            ({"type": "array"}, "array of any"),
        ],
    )
    def test_types_in_words(self, schema: dict[str, Any], words: str) -> None:
        assert Schemas({}).type_of(schema) == words

    def test_the_members_of_a_union(self) -> None:
        union = {"oneOf": [{"$ref": "#/components/schemas/Leaf"}, {"$ref": "#/components/schemas/Tree"}]}

        assert [name for name, _ in Schemas(self.NAMED).variants(union)] == ["Leaf", "Tree"]
