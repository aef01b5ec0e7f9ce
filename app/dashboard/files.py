"""The files of the dashboard, as they lie in `static`."""

from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

PAGE: Final = "index.html"
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What is served; licences beside the libraries are not."""


def names() -> Iterator[str]:
    """Of all that is served, as paths below `static`."""
    yield from sorted(_below(_static(), PurePosixPath()))


def content(name: str) -> bytes:
    """What a file holds."""
    return _static().joinpath(*PurePosixPath(name).parts).read_bytes()


def digest() -> str:
    """Of all that is served: another one with the smallest change in any file."""
    whole = sha256()
    for name in names():
        whole.update(f"{name}\0".encode())
        whole.update(sha256(content(name)).digest())
    return whole.hexdigest()[:16]


def media_type(name: str) -> str:
    """By its suffix."""
    return MEDIA_TYPES[PurePosixPath(name).suffix]


def _static() -> Traversable:
    return files(__package__).joinpath("static")


def _below(folder: Traversable, path: PurePosixPath) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, path / entry.name)
        elif PurePosixPath(entry.name).suffix in MEDIA_TYPES:
            yield str(path / entry.name)
