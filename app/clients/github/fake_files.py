"""The files of a fake's repository in the shapes in which GitHub answers them."""

import base64
import hashlib
from collections.abc import Mapping
from urllib.parse import quote

from app.clients.github.fake_parts import HTML, Facts
from app.clients.github.models import ContentEntry, File


def blob_sha(content: bytes) -> str:
    """As git computes it."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def file_at(files: Mapping[str, bytes], path: str, full_name: str, ref: str) -> File | None:
    if path not in files:
        return None
    content = base64.encodebytes(files[path]).decode()
    return File.model_validate({**_entry(files, path, full_name, ref), "content": content, "encoding": "base64"})


def directory_at(files: Mapping[str, bytes], path: str, full_name: str, ref: str) -> tuple[ContentEntry, ...]:
    """What lies directly in it, by name; nothing where there is no such directory."""
    prefix = f"{path}/" if path else ""
    names = {found.removeprefix(prefix).partition("/")[0] for found in files if found.startswith(prefix)}
    entries = (_entry(files, prefix + name, full_name, ref) for name in sorted(names))
    return tuple(ContentEntry.model_validate(entry) for entry in entries)


def readme_path(files: Mapping[str, bytes]) -> str | None:
    """The README at the root, whatever its suffix."""
    return next((path for path in sorted(files) if "/" not in path and path.upper().startswith("README")), None)


def _entry(files: Mapping[str, bytes], path: str, full_name: str, ref: str) -> Facts:
    content = files.get(path)
    escaped = quote(path)
    base = {"name": path.rpartition("/")[2], "path": path}
    if content is None:
        below = repr(sorted(found for found in files.items() if found[0].startswith(f"{path}/")))
        tree = hashlib.sha1(below.encode(), usedforsecurity=False).hexdigest()
        return {**base, "type": "dir", "sha": tree, "html_url": f"{HTML}/{full_name}/tree/{ref}/{escaped}"}
    return {
        **base,
        "type": "file",
        "sha": blob_sha(content),
        "size": len(content),
        "html_url": f"{HTML}/{full_name}/blob/{ref}/{escaped}",
        "download_url": f"https://raw.githubusercontent.com/{full_name}/{ref}/{escaped}",
    }
