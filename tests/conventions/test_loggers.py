"""Who logs, logs events with fields: there is one way to get a logger."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
MODULES = sorted(path.relative_to(APP).as_posix() for path in APP.rglob("*.py") if "logs" not in path.parts)
METHODS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})


def calls(module: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse((APP / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


@pytest.mark.parametrize("module", MODULES)
def test_loggers_are_those_of_the_application(module: str) -> None:
    for call in calls(module):
        assert ast.unparse(call.func).rpartition(".")[2] not in {"getLogger", "get_logger"}, ast.unparse(call)


@pytest.mark.parametrize("module", MODULES)
def test_an_event_is_a_few_words_that_are_always_the_same(module: str) -> None:
    for call in calls(module):
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in {"logger", "_logger"}:
            told = ast.unparse(call)
            assert call.func.attr in METHODS, told
            assert len(call.args) == 1, told
            assert isinstance(call.args[0], ast.Constant), told
            assert isinstance(call.args[0].value, str), told
            assert "=" not in call.args[0].value, told
