"""YAML's text to values and lines."""

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings.faults import Unreadable
from app.settings.tree import dotted
from app.settings.yaml_text import read_tree, read_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("null", None), ("~", None), ("true", True), ("False", False),
        ("yes", "yes"), ("off", "off"), ("8", 8), ("-8", -8), ("+8", 8), ("0777", 777), ("0o17", 15), ("0x1F", 31),
        ("1_000", "1_000"), ("1:30", "1:30"), ("2022-11-28", "2022-11-28"), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0),
        (".inf", math.inf), ("-.Inf", -math.inf), ("'8'", "8"), ('"true"', "true"), ("[1, a]", [1, "a"]),
        ("{a: [1, {b: 2}]}", {"a": [1, {"b": 2}]}), ("12345678901234567890", 12345678901234567890.0),
        ("http://x/", "http://x/"), ("[1, ", "[1, "), ("!tag x", "!tag x"), ("!!str 8", 8), ("- a\n- b", ["a", "b"]),
    ],
)  # fmt: skip
def test_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    read = read_value(text)
    assert read == value
    assert type(read) is type(value)


def test_not_a_number() -> None:
    assert math.isnan(read_value(".nan"))


def lines(text: str) -> dict[str, str]:
    layer, faults = read_tree(text, "x")
    assert faults == []
    return {dotted(path): str(source) for path, source in layer.sources.items()}


def test_every_key_has_its_line() -> None:
    assert lines("a: 1\nb:\n  c: {d: 2}\n\n  e: [3,\n   {f: 4}]\n") == {
        "a": "x:1", "b": "x:2", "b.c": "x:3", "b.c.d": "x:3", "b.e": "x:5", "b.e[1].f": "x:6",
    }  # fmt: skip


def test_merge_keys() -> None:
    text = "base: &a\n  x: 1\n  y: {z: 1}\nother: &b {x: 2, w: 3}\none: {<<: *a, y: 5}\ntwo: {<<: [*a, *b]}\n"
    layer, faults = read_tree(text, "x")
    assert faults == []
    assert layer.tree["one"] == {"x": 1, "y": 5}
    assert layer.tree["two"] == {"x": 1, "y": {"z": 1}, "w": 3}
    assert str(layer.sources["one", "x"]) == "x:2"
    assert str(layer.sources["one", "y"]) == "x:5"
    assert ("one", "y", "z") not in layer.sources


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3", "a: expected each key once, but it is also on line 1 (x:3)"),
        ("s: {a: 1, a: 2}", "s.a: expected each key once, but it is also on line 1 (x:1)"),
        ("[a]: 1", "configuration file: expected names of settings as keys, not lists or mappings (x:1)"),
        ("a: !x y", "a: expected a plain value without a tag"),
        ("a: !!binary y", "a: expected a plain value without a tag"),
        ("a: !x [y]", "a: expected a plain value without a tag"),
        ("a: !x {y: z}", "a: expected a plain value without a tag"),
        ("a: {<<: 3}", "a: expected a mapping after << (x:1)"),
        ("a: &a {b: *a}", "a: expected a document of reasonable size and depth"),
        ("a: &a [*a, *a]", "a: expected a document of reasonable size and depth"),
        ("a: &a {<<: *a}", "a: expected a document of reasonable size and depth"),
    ],
)
def test_faults_that_do_not_stop_the_reading(text: str, told: str) -> None:
    _, faults = read_tree(text, "x")
    assert len(faults) == 1
    assert str(faults[0]).startswith(told)


def test_aliases_do_not_unfold_without_end() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    _, faults = read_tree("\n".join(levels), "x")
    assert ["reasonable size" in fault.expected for fault in faults] == [True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1,\n", "valid YAML; the parser says: while parsing a flow node, expected the node content, but found "),
        ("a: b\n c: d", "valid YAML; the parser says: mapping values are not allowed here (x:2:3)"),
        ("a: \x00", "text without control characters (x:1)"),
        ("a: 1\n---\nb: 2", "valid YAML; the parser says: expected a single document in the stream, but found another"),
        ("a: " + "[" * 5000, "valid YAML: its brackets go too deep"),
        ('a: "\\UFFFFFFFF"', "valid YAML: its brackets go too deep, or an escape in quotes is no character"),
        ("- a", "a mapping of settings (`server:`, `upstreams:`, …) (x:1)"),
        ("hello", "a mapping of settings"),
    ],
)
def test_what_is_no_yaml_says_where(text: str, told: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_tree(text, "x")
    assert str(caught.value).startswith(f"configuration file: expected {told}")


@pytest.mark.parametrize("text", ["token: *SECRET1", "token: !SECRET1!x y", "a: !<tag:SECRET1 y", "%SECRET1 x\na"])
def test_the_parsers_words_do_not_repeat_what_was_written(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_tree(text, "x")
    assert "SECRET1" not in str(caught.value)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read_tree(text, "x")
    read_value(text)


def test_a_value_is_read_the_same_way_everywhere() -> None:
    layer, _ = read_tree("a: {b: [1, 2]}", "x")
    value: Any = read_value("{b: [1, 2]}")
    assert layer.tree == {"a": value}
