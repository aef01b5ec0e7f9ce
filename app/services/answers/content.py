"""Answers about files and directories."""

import base64
from typing import Literal, Self

from app.clients.github import models
from app.services.answers.answer import Answer


class File(Answer):
    """A file with its content: as text where it is UTF-8, else in base64.

    `content` is null (and `encoding` `none`) when GitHub leaves it out, as it does above one megabyte.
    """

    type: Literal["file"] = "file"
    name: str
    path: str
    sha: str
    size_bytes: int
    encoding: Literal["utf-8", "base64", "none"]
    content: str | None
    html_url: str | None

    @classmethod
    def of(cls, file: models.File) -> Self:
        encoding, content = _written(file.decoded())
        return cls(
            name=file.name,
            path=file.path,
            sha=file.sha,
            size_bytes=file.size,
            encoding=encoding,
            content=content,
            html_url=file.html_url,
        )


class Entry(Answer):
    """`type` is GitHub's: `file`, `dir`, `symlink` or `submodule`."""

    type: str
    name: str
    path: str
    sha: str
    size_bytes: int

    @classmethod
    def of(cls, entry: models.ContentEntry) -> Self:
        return cls(type=entry.type, name=entry.name, path=entry.path, sha=entry.sha, size_bytes=entry.size)


class Directory(Answer):
    """Directories first, then files, each by name."""

    type: Literal["directory"] = "directory"
    path: str
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, path: str, entries: tuple[models.ContentEntry, ...]) -> Self:
        ordered = sorted(entries, key=lambda entry: (entry.type != "dir", entry.name))
        return cls(path=path, entries=tuple(Entry.of(entry) for entry in ordered))


def _written(content: bytes | None) -> tuple[Literal["utf-8", "base64", "none"], str | None]:
    if content is None:
        return "none", None
    try:
        return "utf-8", content.decode()
    except UnicodeDecodeError:
        return "base64", base64.b64encode(content).decode()
