"""https://docs.github.com/en/rest/releases/assets: uploaded at an address of its own, read at the API's."""

from itertools import chain

from app.demo.github.ask import Ask
from app.demo.github.paging import paged
from app.demo.github.records import Asset, Release, Repository
from app.demo.github.replies import Json, Reply, invalid, not_found
from app.demo.github.routing import under_repository
from app.demo.github.shapes.history import asset_shape

BINARY = "application/octet-stream"


def assets(ask: Ask, repository: Repository) -> Reply:
    release = _release(ask, repository)

    def shape(asset: Asset) -> Json:
        return asset_shape(repository, release, asset, ask.api)

    return paged(ask, release.assets, shape, ask.by_number(repository))


def upload(ask: Ask, repository: Repository) -> Reply:
    """The body is the file, whatever it holds."""
    author = ask.myself()
    release = _release(ask, repository)
    name, content = ask.query.get("name"), ask.body
    if not name or not isinstance(content, bytes):
        raise invalid("ReleaseAsset", "name")
    if any(asset.name == name for asset in release.assets):
        raise invalid("ReleaseAsset", "name", "already_exists")
    number = max((asset.id for asset in release.assets), default=release.id * 1_000) + 1
    made = Asset(number, name, ask.query.get("label") or None, ask.content_type or BINARY, content, author, ask.now)
    release.assets.append(made)
    return Reply(asset_shape(repository, release, made, ask.api), 201)


def asset(ask: Ask, repository: Repository) -> Reply:
    """The file itself where that is asked for: github.com may also redirect there."""
    release, found = _asset(ask, repository)
    if BINARY in ask.accept:
        found.downloads += 1
        return Reply(found.content, raw_type=found.content_type)
    return Reply(asset_shape(repository, release, found, ask.api))


def delete(ask: Ask, repository: Repository) -> Reply:
    ask.require_credential()
    release, found = _asset(ask, repository)
    release.assets.remove(found)
    return Reply(None, 204)


def _release(ask: Ask, repository: Repository) -> Release:
    found = next((one for one in repository.releases if str(one.id) == ask.params["number"]), None)
    if found is None:
        raise not_found()
    return found


def _asset(ask: Ask, repository: Repository) -> tuple[Release, Asset]:
    for release in repository.releases:
        for found in release.assets:
            if str(found.id) == ask.params["asset"]:
                return release, found
    raise not_found()


ROUTES = tuple(
    chain(
        under_repository("GET", r"/releases/{number:\d+}/assets", assets),
        under_repository("GET", r"/releases/assets/{asset:\d+}", asset),
        under_repository("DELETE", r"/releases/assets/{asset:\d+}", delete),
    )
)
UPLOAD = under_repository("POST", r"/releases/{number:\d+}/assets", upload, takes_files=True)
