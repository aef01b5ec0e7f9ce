"""What the documents show and name is there: the tests run, the excerpts are the example's, the links lead somewhere."""

import argparse
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli.main import _parser

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
DECISIONS = ROOT / "docs" / "decisions"
DOCUMENTS = [
    README,
    ARCHITECTURE,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
EVERY_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what it is written in (empty: nothing was said) and its text."""

    language: str
    text: str

    @property
    def is_test(self) -> bool:
        return self.language == "python" and "async def test_" in self.text

    @property
    def is_excerpt(self) -> bool:
        return self.language == "python" and not self.is_test


def blocks_of(document: Path) -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(document.read_text("utf-8"))]


def prose_of(document: Path) -> str:
    """Without the fenced blocks."""
    return BLOCK.sub("", document.read_text("utf-8"))


def commands_of(document: Path) -> list[str]:
    """What a reader may type: the spans of code, and the lines behind a prompt without what a comment says of them."""
    lines = [line for block in blocks_of(document) for line in block.text.splitlines()]
    typed = [line.removeprefix("$ ").partition(" #")[0].strip() for line in lines if line.startswith("$ ")]
    return [*SPAN.findall(prose_of(document)), *typed]


def test_the_readme_shows_two_tests_and_two_excerpts() -> None:
    blocks = blocks_of(README)

    assert sum(block.is_test for block in blocks) == 2
    assert sum(block.is_excerpt for block in blocks) == 2


# The tests that README shows


def shown_tests() -> list[Block]:
    return [block for block in blocks_of(README) if block.is_test]


@pytest.mark.parametrize("block", shown_tests(), ids=["of a service", "of the api"])
def test_a_shown_test_passes_as_it_stands(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "test_shown.py"
    file.write_text(block.text, encoding="utf-8")
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]

    run = subprocess.run(
        [*pytest_, "--rootdir", str(ROOT), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout


def test_a_service_test_has_no_more_than_ten_lines() -> None:
    first = shown_tests()[0]

    assert len(first.text.splitlines()) <= 10


# The excerpts of the example


def code_of(text: str) -> list[str]:
    """The lines without comments and without those that are empty then."""
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    return [line.rstrip() for line in lines if line.strip()]


@pytest.mark.parametrize(
    "block",
    [block for block in blocks_of(README) if block.is_excerpt],
    ids=lambda block: block.text.partition("\n")[0],
)
def test_an_excerpt_is_what_the_example_says(block: Block) -> None:
    shown = code_of(block.text)
    files = {file.name: code_of(file.read_text("utf-8")) for file in (ROOT / "examples" / "minimal").glob("*.py")}

    holding = [
        name
        for name, lines in files.items()
        if any(lines[start : start + len(shown)] == shown for start in range(len(lines)))
    ]
    assert len(holding) == 1, f"no file of examples/minimal holds these lines one after the other: {shown}"


# Links and paths


@EVERY_DOCUMENT
def test_every_relative_link_leads_to_something(document: Path) -> None:
    links = [link for link in LINK.findall(prose_of(document)) if not re.match(r"[a-z]+:", link)]

    assert [
        link for link in links if link.startswith("/") or not (document.parent / link.partition("#")[0]).exists()
    ] == []


def test_links_are_found_where_there_are_some() -> None:
    assert "docs/decisions/0002-the-session-in-a-holder.md" in LINK.findall(prose_of(README))


def named_paths(text: str) -> Iterator[Path]:
    """Spans that name a place of the repository. A bare name (`models.py`) stands beside the path named before it."""
    folder = Path()
    for span in SPAN.findall(text):
        if re.fullmatch(r"(?:app|config|docs|examples|tests|benchmarks|requirements)/[\w./-]*", span):
            path = Path(span)
            folder = path if span.endswith("/") else path.parent
            yield path
        elif re.fullmatch(r"\w+\.py", span):
            yield folder / span


def test_every_path_in_the_architecture_exists() -> None:
    named = [path for paragraph in re.split(r"\n(?=\n|\|)", prose_of(ARCHITECTURE)) for path in named_paths(paragraph)]

    assert len(named) > 30
    assert Path("app/clients/github/models.py") in named
    assert [str(path) for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "document", [document for document in DOCUMENTS if document != ARCHITECTURE], ids=lambda path: path.name
)
def test_every_full_path_in_the_other_documents_exists(document: Path) -> None:
    named = [path for span in SPAN.findall(prose_of(document)) if "/" in span for path in named_paths(f"`{span}`")]

    assert [str(path) for path in named if not (ROOT / path).exists()] == []


# Commands


def named_targets(document: Path) -> set[str]:
    return {name for command in commands_of(document) for name in re.findall(r"(?:^|\s)make ([a-z-]+)", command)}


@EVERY_DOCUMENT
def test_every_make_target_exists(document: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))

    assert named_targets(document) - targets == set()


def test_every_make_target_is_in_a_document() -> None:
    described = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert described - set().union(*(named_targets(document) for document in DOCUMENTS)) <= {"help", "clean"}


def every_parser(
    parser: argparse.ArgumentParser, *words: str
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command by its words."""
    yield words, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from every_parser(child, *words, name)


def parsers(parser: argparse.ArgumentParser) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command by its words, with its options."""
    for words, each in every_parser(parser):
        yield words, set(each._option_string_actions)


def invocations(document: Path) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """What is written of the command: `headgate config check|show --json` is two, with one option each."""
    for command in commands_of(document):
        if found := re.match(r"(?:\S*/)?headgate((?: [a-z]+)*)((?: ?\| ?[a-z]+)*)(.*)", command):
            *before, last = found[1].split() or [""]
            options = set(re.findall(r"--[a-z-]+", found[3]))
            for word in [last, *re.findall(r"[a-z]+", found[2])]:
                yield (*before, word) if word else (), options


@EVERY_DOCUMENT
def test_every_headgate_command_exists_with_its_options(document: Path) -> None:
    known = dict(parsers(_parser()))

    for written, options in invocations(document):
        words = written if written in known or written[:-1] not in with_arguments() else written[:-1]
        assert words in known, f"headgate {' '.join(words)}"
        assert options <= known[words], f"headgate {' '.join(words)} {' '.join(options)}"


def with_arguments() -> set[tuple[str, ...]]:
    """The commands that take something after their names, such as a key's."""
    return {
        words
        for words, parser in every_parser(_parser())
        if any(action.dest in {"name", "names", "pattern"} for action in parser._actions)
    }


def test_every_headgate_command_is_in_a_document() -> None:
    told = {words for document in DOCUMENTS for words, _ in invocations(document)}

    told |= {words[:-1] for words in told}
    assert {words for words, _ in parsers(_parser())} - {("config",), ("cache",)} <= told | {()}


# Decisions


def test_every_decision_is_listed_by_its_number_and_title() -> None:
    listed = re.findall(
        r"^\| \[(\d+)\]\(([^)]+)\) \| (.+) \|$", (DECISIONS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    files = sorted(file for file in DECISIONS.glob("*.md") if file.name != "README.md")

    assert [name for _, name, _ in listed] == [file.name for file in files]
    for number, name, title in listed:
        heading = (DECISIONS / name).read_text("utf-8").partition("\n")[0]
        assert heading == f"# {number}. {title}"
        assert name.startswith(f"{int(number):04}-")
