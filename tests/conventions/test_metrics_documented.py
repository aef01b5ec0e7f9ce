"""docs/metrics.md has every metric that there is, as the code has it.

Run as a program, this file renews the table: .venv/bin/python -m tests.conventions.test_metrics_documented
"""

from app.metrics.families import FAMILIES
from app.metrics.family import Family, Kind
from tests.marked import DOCS, Marked, line

PLACE = Marked(DOCS / "metrics.md", "metrics")
RENEW = "renew it by: .venv/bin/python -m tests.conventions.test_metrics_documented"

KINDS = {
    Kind.COUNTER: "counter",
    Kind.HISTOGRAM: "histogram",
    Kind.SUM: "gauge: sum",
    Kind.MAX: "gauge: highest",
    Kind.MIN: "gauge: lowest",
}


def test_the_table_is_current() -> None:
    assert PLACE.content() == table(), RENEW


def test_what_else_the_page_names_is_there() -> None:
    page = PLACE.document.read_text(encoding="utf-8")
    for family in FAMILIES:
        assert f"`{family.name}`" in page


def table() -> str:
    rows = [line(("metric", "labels", "kind", "what it says")), "|---|---|---|---|"]
    return "\n".join([*rows, *(line(_cells(family)) for family in FAMILIES)]) + "\n"


def _cells(family: Family) -> tuple[str, str, str, str]:
    labels = ", ".join(f"`{label}`" for label in family.labels)
    return f"`{family.name}`", labels, KINDS[family.kind], family.help


if __name__ == "__main__":
    PLACE.renew(table())
