"""https://docs.github.com/en/rest/repos/contents."""

import base64
import hashlib
from urllib.parse import quote

from app.demo.github.records import Repository
from app.demo.github.replies import Json
from app.demo.github.shapes.text import HTML, RAW


def blob_sha(content: bytes) -> str:
    """As git computes it."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def tree_sha(repository: Repository, path: str) -> str:
    """No real tree, but one that changes when something below it does."""
    below = sorted(item for item in repository.files.items() if item[0].startswith(f"{path}/"))
    return hashlib.sha1(repr(below).encode(), usedforsecurity=False).hexdigest()


def entry(repository: Repository, path: str, ref: str, api: str) -> Json:
    """One line of a directory."""
    content = repository.files.get(path)
    kind, sha = ("dir", tree_sha(repository, path)) if content is None else ("file", blob_sha(content))
    escaped = quote(path)
    url = f"{api}/repos/{repository.full_name}/contents/{escaped}?ref={quote(ref)}"
    git = f"{api}/repos/{repository.full_name}/git/{'trees' if content is None else 'blobs'}/{sha}"
    html = f"{HTML}/{repository.full_name}/{'tree' if content is None else 'blob'}/{ref}/{escaped}"
    return {
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": sha,
        "size": 0 if content is None else len(content),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": None if content is None else f"{RAW}/{repository.full_name}/{ref}/{escaped}",
        "type": kind,
        "_links": {"self": url, "git": git, "html": html},
    }


def file_shape(repository: Repository, path: str, ref: str, api: str) -> Json:
    """A file with its content: Base64 in lines of sixty, each ended, as GitHub sends it."""
    text = base64.b64encode(repository.files[path]).decode()
    lines = "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
    return {**entry(repository, path, ref, api), "content": lines, "encoding": "base64"}


def children(repository: Repository, directory: str) -> list[str]:
    """What lies directly in it, by name as GitHub sorts; nothing when there is no such directory."""
    prefix = f"{directory}/" if directory else ""
    names = {path.removeprefix(prefix).split("/", 1)[0] for path in repository.files if path.startswith(prefix)}
    return [prefix + name for name in sorted(names)]
