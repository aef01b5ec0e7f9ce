"""https://docs.github.com/en/rest/repos/contents."""

from itertools import chain

from app.demo.github.ask import Ask
from app.demo.github.records import Repository
from app.demo.github.replies import Refusal, Reply, not_found
from app.demo.github.routing import under_repository
from app.demo.github.shapes.contents import children, entry, file_shape

RAW_TYPES = ("application/vnd.github.raw", "application/vnd.github.v3.raw")


def readme(ask: Ask, repository: Repository) -> Reply:
    return _file(ask, repository, "README.md")


def contents(ask: Ask, repository: Repository) -> Reply:
    """A file is an object, a directory a list without pages, anything else 404."""
    path = ask.params.get("path", "").strip("/")
    if path in repository.files:
        return _file(ask, repository, path)
    below = children(repository, path)
    if not below:
        # The root of an empty repository too, with words of its own.
        raise Refusal(404, "This repository is empty.") if not repository.commits else not_found()
    ref = _ref(ask, repository)
    return Reply([entry(repository, child, ref, ask.api) for child in below])


def _file(ask: Ask, repository: Repository, path: str) -> Reply:
    if path not in repository.files:
        raise not_found()
    ref = _ref(ask, repository)
    changed = repository.commits[0].date
    if any(kind in ask.accept for kind in RAW_TYPES):
        return Reply(
            repository.files[path], last_modified=changed, raw_type="application/vnd.github.raw+json; charset=utf-8"
        )
    return Reply(file_shape(repository, path, ref, ask.api), last_modified=changed)


def _ref(ask: Ask, repository: Repository) -> str:
    """Every ref has the same files here, but it has to exist."""
    ref = ask.query.get("ref") or repository.default_branch
    if repository.history(ref) is None:
        raise Refusal(404, f"No commit found for the ref {ref}")
    return ref


ROUTES = tuple(
    chain(
        under_repository("GET", "/readme", readme),
        under_repository("GET", "/contents", contents),
        under_repository("GET", "/contents/{path:.*}", contents),
    )
)
