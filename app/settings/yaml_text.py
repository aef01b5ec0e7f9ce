"""YAML to plain values, with the line of each.

Read from PyYAML's nodes and not from its loader, for three reasons: nodes know their lines; the loader lets the second
of two equal keys win in silence; and its scalars follow YAML 1.1, where `no` is a boolean, `0777` is octal, `1:30` is
ninety and `2022-11-28` a date. Here the core schema of YAML 1.2 holds: null, true, false, numbers, and all else is text.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import yaml

from app.settings.faults import SettingsFault, Source, Unreadable
from app.settings.masking import shown_path
from app.settings.tree import Layer, SettingPath, item_step

MOST_NODES: Final = 20_000  # aliases of aliases can unfold without end
DEEPEST: Final = 32
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset({_TAG + name for name in ("str", "map", "seq")})
_NULL: Final = re.compile(r"null|Null|NULL|~|")
_TRUE: Final = re.compile(r"true|True|TRUE")
_FALSE: Final = re.compile(r"false|False|FALSE")
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}")
_OTHER_BASE: Final = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# PyYAML's problems quote what they found, and that may be a piece of a secret. Names of its tokens are harmless.
_QUOTED: Final = re.compile(r"""(['"])(?!<)(?:(?!\1).){2,}\1""", re.DOTALL)

_Place = Callable[[int, int | None], Source]


def read_tree(text: str, file: str) -> tuple[Layer, list[SettingsFault]]:
    """The mapping that `text` holds. Duplicate keys are faults, but the rest is read on, so that all faults are told.

    Raises:
        Unreadable: The text is no YAML, or holds no mapping.
    """

    def place(line: int, column: int | None = None) -> Source:
        return Source.yaml(file, line, column)

    node = _compose(text, place)
    reader = _Reader(place)
    if node is None or (isinstance(node, yaml.ScalarNode) and _scalar(node) is None):
        return Layer(), []  # nothing but comments
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(_fault("a mapping of settings (`server:`, `upstreams:`, …)", place(_line(node))))
    return Layer(reader.mapping(node, ()), reader.sources), reader.faults


def read_value(text: str) -> Any:
    """What one value means by the rules of YAML: `8`, `true`, `null`, `[a, b]`, `{a: 1}`. What is no YAML is text."""
    try:
        node = _compose(text, _nowhere)
    except Unreadable:
        return text
    reader = _Reader(_nowhere)
    value = None if node is None else reader.value(node, ())
    return text if reader.faults else value


class _Reader:
    """Walks the nodes of one document."""

    def __init__(self, place: _Place) -> None:
        self.sources: dict[SettingPath, Source] = {}
        self.faults: list[SettingsFault] = []
        self._place = place
        self._nodes = 0
        self._depth = 0
        self._gave_up = False

    def value(self, node: yaml.Node, path: SettingPath) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES or self._depth > DEEPEST:
            if not self._gave_up:
                expected = "a document of reasonable size and depth (is an alias used inside itself?)"
                self._refuse(path[:1], expected, node)
            self._gave_up = True  # told once; nothing more is read
            self._nodes = MOST_NODES
            return None
        if node.tag not in _PLAIN_TAGS:
            expected = "a plain value without a tag (!…); put text that begins with an exclamation mark in quotes"
            self._refuse(path, expected, node)
            return None
        self._depth += 1
        try:
            return self._plain(node, path)
        finally:
            self._depth -= 1

    def _plain(self, node: yaml.Node, path: SettingPath) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, item_step(index))) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - there is no fourth kind of node
        return _scalar(node)

    def mapping(self, node: yaml.MappingNode, path: SettingPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        own: list[tuple[yaml.ScalarNode, yaml.Node]] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(path, "names of settings as keys, not lists or mappings", key)
            elif key.value == "<<" and key.style is None:
                self._inherit(value, path, result)
            else:
                own.append((key, value))
        lines: dict[str, int] = {}
        for key, value in own:
            here = (*path, key.value)
            if key.value in lines:
                self._refuse(here, f"each key once, but it is also on line {lines[key.value]}", key)
                continue
            lines[key.value] = _line(key)
            if key.value in result:  # inherited: what is said here takes its place
                for inherited in [known for known in self.sources if known[: len(here)] == here]:
                    del self.sources[inherited]
            self.sources[here] = self._place(_line(key), None)
            result[key.value] = self.value(value, here)
        return result

    def _inherit(self, node: yaml.Node, path: SettingPath, result: dict[str, Any]) -> None:
        """`<<: *anchor`: what is there holds unless the mapping says otherwise; the first of several wins."""
        parents = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for parent in reversed(parents):
            if isinstance(parent, yaml.MappingNode):
                result.update(self.value(parent, path) or {})
            else:
                self._refuse(path, "a mapping after <<", parent)

    def _refuse(self, path: SettingPath, expected: str, node: yaml.Node) -> None:
        self.faults.append(_fault(expected, self._place(_line(node), None), path))


def _compose(text: str, place: _Place) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        fault = _fault("text without control characters", place(line, None))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = _QUOTED.sub("…", ", ".join(part for part in (error.context, error.problem) if part))
        where = place(mark.line + 1, mark.column + 1) if mark else place(1, None)
        fault = _fault(f"valid YAML; the parser says: {said}", where)
    except (RecursionError, ValueError, OverflowError):  # brackets without end; escapes beyond Unicode
        fault = _fault("valid YAML: its brackets go too deep, or an escape in quotes is no character", place(1, None))
    raise Unreadable(fault)


def _nowhere(line: int, column: int | None) -> Source:
    return Source.yaml("", line, column)


def _fault(expected: str, source: Source, path: SettingPath = ()) -> SettingsFault:
    return SettingsFault(shown_path(path) or "configuration file", expected, source)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _scalar(node: yaml.ScalarNode) -> object:
    text: str = node.value
    if node.style is not None:
        return text  # quoted, or a block
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return text[0] in "tT"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if special := _SPECIAL.fullmatch(text):
        return float((special[1] or "") + (special[2] or special[3]))
    return text
