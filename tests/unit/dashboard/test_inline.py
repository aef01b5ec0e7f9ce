"""A report as one file."""

import json
import re

import pytest

from app.dashboard.inline import Kind, self_contained_page

DATA = {"name": "</script><img src=x onerror=alert(1)>", "more": "<!--"}


@pytest.mark.parametrize("kind", ["repository", "comparison", "organization"])
def test_nothing_in_it_comes_from_elsewhere(kind: Kind) -> None:
    page = self_contained_page(kind, DATA, "acme & <rocket>")

    assert "<title>acme &amp; &lt;rocket&gt;</title>" in page
    assert re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", page) == []
    assert not re.search(r"^(import|export) ", page, re.MULTILINE)


def test_what_it_tells_cannot_end_the_script_that_holds_it() -> None:
    page = self_contained_page("repository", DATA, "x")

    (held,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert "<" not in held
    assert json.loads(held) == DATA
