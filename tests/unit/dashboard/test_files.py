"""The dashboard's files: what is served, what of others they hold, and what must not be in them."""

import gzip
import re
from hashlib import sha256
from pathlib import Path

import pytest

from app.dashboard import files
from app.dashboard.inline import LIBRARIES, MODULES

STATIC = Path(files.__file__).parent / "static"
FIRST_PAINT_BYTES = 100_000
SCRIPTS = sorted(name for name in files.names() if name.endswith(".js") and not name.startswith("vendor/"))
LATER = {"vendor/chart.js"}  # loaded when the first chart is shown


def vendored() -> dict[str, str]:
    """By file, the digests that the page beside them names."""
    return dict(
        re.findall(
            r"^\| `([\w.]+)` \|.*\| `([0-9a-f]{64})` \|$", (STATIC / "vendor/README.md").read_text(), re.MULTILINE
        )
    )


def test_libraries_are_what_they_are_said_to_be() -> None:
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in (STATIC / "vendor").glob("*.js")}

    assert found == vendored()


def test_each_library_has_its_licence_beside_it() -> None:
    assert {path.name for path in (STATIC / "vendor").iterdir() if "LICENSE" in path.name} == {
        "chart.LICENSE.md",
        "htm.LICENSE",
        "kurkle_color.LICENSE.md",
        "preact.LICENSE",
    }


def test_first_paint_is_small() -> None:
    sizes = {name: len(gzip.compress(files.content(name))) for name in files.names()}

    assert sum(size for name, size in sizes.items() if name not in LATER) < FIRST_PAINT_BYTES / 2
    assert sum(sizes.values()) < FIRST_PAINT_BYTES, "with the charts as well"


def test_all_that_is_served_has_a_media_type_and_licences_are_not_served() -> None:
    assert all(files.media_type(name) for name in files.names())
    assert not any("LICENSE" in name or name.endswith(".md") for name in files.names())


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_have_the_form_in_which_a_saved_page_can_hold_them(name: str) -> None:
    text = files.content(name).decode()
    statements = [line for line in text.splitlines() if line.startswith(("import", "export"))]

    for line in statements:
        assert re.fullmatch(r'import \{[^}]*\} from "\./[a-z_]+\.js";', line) or re.match(
            r"export (const|function|class|async function)", line
        ), line
    assert len(text.splitlines()) <= 300
    assert "eval(" not in text
    assert "innerHTML" not in text


def test_what_a_saved_page_holds_comes_after_what_it_takes_from() -> None:
    before: set[str] = set()
    names: list[str] = []
    for module in MODULES:
        text = files.content(module).decode()
        assert set(re.findall(r'from "\./([a-z_]+\.js)";', text)) <= before, module
        names += re.findall(r"^(?:export )?(?:async )?(?:const|let|function\*?|class) (\w+)", text, re.MULTILINE)
        before.add(module)
    assert len(names) == len(set(names)), "one script cannot hold two things of the same name"
    assert set(LIBRARIES) <= set(files.names())


def test_the_page_holds_no_script_and_no_style_of_its_own() -> None:
    page = files.content(files.PAGE).decode()

    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert "<style" not in page
    assert " style=" not in page
    assert re.findall(r"\son\w+=", page) == []
    assert re.findall(r"https?://", page) == []


def test_all_modules_are_named_in_the_page_so_that_none_is_waited_for() -> None:
    page = files.content(files.PAGE).decode()
    named = re.findall(r'<(?:script|link)[^>]* (?:src|href)="/assets/([^"]+)"', page)

    assert {name for name in named if name.endswith(".js")} == {*SCRIPTS, "vendor/preact_htm.js"}
    assert len(named) == len(set(named))


def test_the_theme_is_worn_before_anything_is_painted() -> None:
    page = files.content(files.PAGE).decode()

    assert page.index('<script src="/assets/theme.js"></script>') < page.index("stylesheet")


def test_the_digest_is_of_all_that_is_served() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", files.digest())
    assert files.digest() == files.digest()
