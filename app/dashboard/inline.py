"""A report as one file: the dashboard's own scripts and styles, and the report, in a page that needs nothing else."""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final, Literal

from app.dashboard import files

Kind = Literal["repository", "comparison", "organization"]

LIBRARIES: Final = ("vendor/preact_htm.js", "vendor/chart.js")
MODULES: Final = (
    "preact.js",
    "format.js",
    "shapes.js",
    "notices.js",
    "table.js",
    "charts.js",
    "report_view.js",
    "compare_view.js",
    "organization_view.js",
)
"""In an order in which each comes after those that it takes from. In one page they are one script, so that what they export
has one name in all of them.
"""
VIEWS: Final[Mapping[Kind, str]] = {
    "repository": "html`<${RepositoryReport} report=${data} />`",
    "comparison": "html`<${Comparison} comparison=${data} />`",
    "organization": "html`<${OrganizationReport} report=${data} />`",
}

_IMPORT = re.compile(r"^import \{[^}]*\} from \"\./[a-z_]+\.js\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|function|class|async)", re.MULTILINE)


def self_contained_page(kind: Kind, data: Mapping[str, Any], title: str) -> str:
    """The page. It is read from a disk as well as from a server, and asks nobody for anything.

    Args:
        kind: Of the report.
        data: The report, as JSON has it.
        title: Of the page.
    """
    libraries = "\n".join(f"<script>{_script(_text(name))}</script>" for name in LIBRARIES)
    modules = "\n".join(_EXPORT.sub("", _IMPORT.sub("", _text(name))) for name in MODULES)
    # In JSON a `<` stands in strings alone, where it may be escaped; so no value ends the script that holds it.
    told = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>{escape(title)}</title>
<style>
{_text("style.css")}
</style>
</head>
<body>
<main id="app"></main>
<noscript><p class="boot">This report needs JavaScript to be drawn; its numbers are in the file, as JSON.</p></noscript>
<script type="application/json" id="data">{told}</script>
{libraries}
<script type="module">
{_script(modules)}
const data = JSON.parse(document.getElementById("data").textContent);
render({VIEWS[kind]}, document.getElementById("app"));
</script>
</body>
</html>
"""


def _text(name: str) -> str:
    return files.content(name).decode()


def _script(text: str) -> str:
    """A script that holds the word for its own end would end there."""
    return text.replace("</script", "<\\/script")
