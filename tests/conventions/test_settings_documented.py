"""docs/settings.md, the JSON schema and the shipped YAML files say what the models say.

Run as a program, this file renews the tables and the schema: .venv/bin/python tests/conventions/test_settings_documented.py
"""

import io
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from app.cli import config
from app.settings import load_settings, settings_table
from app.settings.catalogue import read_catalogue
from app.settings.tree import dotted

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "settings.md"
SCHEMA = ROOT / "config" / "headgate.schema.json"
BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->\n"
RENEW = "renew it by: .venv/bin/python tests/conventions/test_settings_documented.py"
SHIPPED = sorted((ROOT / "config").glob("*.yaml"))


def test_every_setting_is_documented() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    missing = [path for path in map(dotted, read_catalogue().settings) if f"`{path}`" not in document]
    assert missing == [], RENEW


def test_the_tables_are_current() -> None:
    assert _document_with_tables() == DOCUMENT.read_text(encoding="utf-8"), RENEW


def test_the_committed_schema_is_current() -> None:
    assert _schema() == SCHEMA.read_text(encoding="utf-8"), "headgate config schema > config/headgate.schema.json"


def test_the_schema_is_valid_and_described() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    for model in schema["$defs"].values():
        for name, field in model["properties"].items():
            described = schema["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else field
            assert described.get("description"), name


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_shipped_files_load_and_fit_the_schema(file: Path) -> None:
    load_settings(config_path=file, environ={}, working_directory=ROOT)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(content)
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=headgate.schema.json\n")


def test_there_are_three_shipped_files() -> None:
    assert [file.name for file in SHIPPED] == ["demo.yaml", "headgate.yaml", "production.yaml"]


def test_without_a_file_it_is_as_with_the_shipped_one_but_for_the_number_of_workers() -> None:
    shipped = load_settings(config_path=ROOT / "config" / "headgate.yaml", environ={}, working_directory=ROOT)
    packaged = load_settings(environ={}, working_directory=ROOT / "docs", command_line={"server.workers": 2})
    assert packaged.file is None
    assert packaged.settings == shipped.settings


@pytest.mark.parametrize("wrong", [{"upstreams": {"a-b": {"kind": "http", "base_url": "http://x/"}}}, {"prot": 1}])
def test_the_schema_refuses_what_loading_refuses(wrong: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert not jsonschema.Draft202012Validator(schema).is_valid(wrong)


def _schema() -> str:
    output = io.StringIO()
    config.schema(output=output)
    return output.getvalue()


def _document_with_tables() -> str:
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{settings_table()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(_document_with_tables(), encoding="utf-8")
    SCHEMA.write_text(_schema(), encoding="utf-8")
