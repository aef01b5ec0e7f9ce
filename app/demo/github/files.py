"""The few files of an invented repository."""

from app.demo.github.records import Repository

SUFFIXES = {
    "Python": "py",
    "TypeScript": "ts",
    "Go": "go",
    "C": "c",
    "TeX": "tex",
    "Rust": "rs",
    "HCL": "tf",
    "Shell": "sh",
    "Fortran": "f90",
    "C++": "cpp",
    "SVG": "svg",
}
# The smallest thing that is no UTF-8: the signature of a PNG and one chunk of nothing.
LOGO = b"\x89PNG\r\n\x1a\n" + bytes(range(128, 160))


def files_of(repository: Repository, *, conducted: bool) -> dict[str, bytes]:
    """Paths and contents; `conducted` adds what a community profile looks for, and names that need escaping."""
    suffix = SUFFIXES[repository.language or "Shell"]
    texts = {
        "README.md": _readme(repository),
        ".gitignore": "build/\n*.log\n",
        f"src/main.{suffix}": f"The {repository.name} begins here.\n",
        f"src/core/engine.{suffix}": "One thing, done well.\n" * 12,
        "docs/guide.md": f"# How to use {repository.name}\n\nStart it, and read what it says.\n",
    }
    if repository.license:
        texts["LICENSE"] = f"{repository.license.name}\n\nCopyright (c) {repository.owner.name}\n"
    files = {path: text.encode() for path, text in texts.items()}
    if conducted:
        files["CONTRIBUTING.md"] = b"# Contributing\n\nSmall changes, with a test.\n"
        files["CODE_OF_CONDUCT.md"] = b"# Code of conduct\n\nBe kind.\n"
        files["docs/Überblick und Ziele.md"] = "# Überblick\n\nWohin es geht.\n".encode()
        files["assets/logo.png"] = LOGO
    return files


def _readme(repository: Repository) -> str:
    return (
        f"# {repository.name}\n\n{repository.description}.\n\n"
        "## Use\n\nInstall it, then read [the guide](docs/guide.md).\n\n"
        "## Why\n\nBecause somebody had to. Naïve at first, robust by now.\n"
    )
