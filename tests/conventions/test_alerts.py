"""The alerts under deploy/prometheus ask for metrics that the gateway has, by labels that those have."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from app.metrics.families import FAMILIES
from app.metrics.family import Kind
from app.metrics.metrics import Metrics

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
SCRAPE = ROOT / "deploy/prometheus/prometheus.yml"
PLAYED = Path(__file__).with_name("alerts_played.yml")
PROMTOOL = shutil.which("promtool")

OF_PROMETHEUS = {"instance", "job"}
"""Labels that Prometheus puts on what it scrapes."""
NAME = re.compile(r"\b(?:headgate[a-z0-9_:]*|up)\b")
SELECTOR = re.compile(r"\b(headgate[a-z0-9_:]*|up)\{([^}]*)\}")
MATCHER = re.compile(r'([a-z_]+)\s*(?:=~|!~|!=|=)\s*"')
GROUPED = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
QUOTED = re.compile(r'"[^"]*"')


class Rule(NamedTuple):
    name: str
    expression: str
    said: str


def rules() -> list[Rule]:
    document = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [
        Rule(rule.get("alert") or rule["record"], rule["expr"], " ".join(rule.get("annotations", {}).values()))
        for group in document["groups"]
        for rule in group["rules"]
    ]


def samples() -> dict[str, set[str]]:
    """Every name that /metrics has samples under, with its labels."""
    found: dict[str, set[str]] = {}
    for family in FAMILIES:
        names = [family.name]
        if family.kind is Kind.HISTOGRAM:
            names = [f"{family.name}_{part}" for part in ("bucket", "count", "sum")]
        for name in names:
            found[name] = {*family.labels, *(["le"] if name.endswith("_bucket") else [])}
    recorded = {rule.name: {"instance"} for rule in rules() if ":" in rule.name}
    return {**found, **recorded, "up": set()}


def names_in(expression: str) -> set[str]:
    return set(NAME.findall(QUOTED.sub('""', expression)))


def test_the_names_here_are_those_of_the_registry() -> None:
    scraped = {
        name
        for family in Metrics().registry.collect()
        for name in (
            [f"{family.name}_{part}" for part in ("bucket", "count", "sum")]
            if family.type == "histogram"
            else [f"{family.name}_total" if family.type == "counter" else family.name]
        )
    }
    assert {name for name in samples() if name.startswith("headgate_")} == scraped


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_an_alert_asks_for_what_there_is(rule: Rule) -> None:
    there = samples()
    assert names_in(rule.expression) - {*there} == set()
    assert {name for name in NAME.findall(rule.said) if name != "headgate"} - {
        *there,
        *(f.name for f in FAMILIES),
    } == set()
    for name, selector in SELECTOR.findall(rule.expression):
        assert {*MATCHER.findall(selector)} - there[name] - OF_PROMETHEUS == set(), name
    every_label = set().union(*(there[name] for name in names_in(rule.expression)))
    for labels in GROUPED.findall(rule.expression):
        assert {label.strip() for label in labels.split(",")} - every_label - OF_PROMETHEUS == set()


def test_values_of_labels_are_such_as_there_are() -> None:
    text = ALERTS.read_text(encoding="utf-8")
    outcomes = {"hit", "revalidated", "stale", "collapsed", "miss", "bypass", "refused", "failed"}
    for said in re.findall(r'outcome[=!~]+"([^"]*)"', text):
        assert {*said.split("|")} <= outcomes


def test_each_says_what_is_and_what_to_do() -> None:
    document: dict[str, Any] = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    alerts = [rule for group in document["groups"] for rule in group["rules"] if "alert" in rule]
    assert len(alerts) >= 15
    for alert in alerts:
        assert alert["alert"].startswith("Headgate")
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert {*alert["annotations"]} == {"summary", "action"}


def test_prometheus_is_told_of_the_alerts_and_calls_the_job_as_they_do() -> None:
    document = yaml.safe_load(SCRAPE.read_text(encoding="utf-8"))
    assert document["rule_files"] == [ALERTS.name]
    assert [job["job_name"] for job in document["scrape_configs"]] == ["headgate"]


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (apt-get install prometheus)")
@pytest.mark.parametrize(
    "command", [("check", "rules", ALERTS), ("check", "config", SCRAPE), ("test", "rules", PLAYED)], ids=lambda c: c[0]
)
def test_promtool_finds_nothing(command: tuple[str, str, Path]) -> None:
    found = subprocess.run([str(PROMTOOL), *map(str, command)], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (apt-get install prometheus)")
def test_promtool_finds_nothing_in_a_page() -> None:
    page, _ = Metrics().page("")
    found = subprocess.run([str(PROMTOOL), "check", "metrics"], input=page, capture_output=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
