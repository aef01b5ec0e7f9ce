"""A text in the form that the media type asks for.

https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types
"""

import re
from html import escape

from app.demo.github.replies import Json

_PARAMETER = re.compile(r"application/vnd\.github(?:\.v3)?\.(text|html|full)\+json")
_FORMS = {"text": ("body_text",), "html": ("body_html",), "full": ("body", "body_text", "body_html")}


def rendered(shape: Json, accept: str) -> Json:
    """The shape with its `body` as plain text, as HTML or as all of them; as it is where nobody asks for that."""
    asked = _PARAMETER.search(accept)
    if asked is None:
        return shape
    body = shape["body"]
    paragraphs = [] if body is None else body.split("\n\n")
    forms = {
        "body": body,
        "body_text": None if body is None else "\n".join(paragraphs),
        "body_html": None if body is None else "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs),
    }
    kept = {name: value for name, value in shape.items() if name != "body"}
    return {**kept, **{name: forms[name] for name in _FORMS[asked[1]]}}
