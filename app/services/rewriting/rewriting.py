"""Which mounts are rewritten, and how their URLs are called from outside."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Literal, NamedTuple

from app.services.rewriting.json_urls import JsonUrls
from app.services.rewriting.locations import Locations
from app.services.rewriting.rewriter import Bodies, Rewriter
from app.transport.dialect import UrlFields
from app.transport.exchange import Reply, Request, Streamed
from app.transport.upstream import Upstream, Upstreams

VERSION: Final = 1
"""A part of every entity tag: to be raised when the same body would be rewritten to other bytes."""
_REWRITERS: Final = 256
_FIELDS: Final = 64


class Entrance(NamedTuple):
    """How a caller has addressed the gateway.

    Attributes:
        gateway: Scheme, host and prefix, without a slash at its end; empty where that is not known: URLs are paths then.
        mount: Below that, the path under which it came to the upstream.
    """

    gateway: str
    mount: str


class MountRules(NamedTuple):
    """What the settings say of a mount.

    Attributes:
        path: Where it is.
        extent: What is rewritten.
        alias: Another path of it. Who has come by one alias finds what else has one there, too.
    """

    path: str
    extent: Literal["full", "headers", "off"]
    alias: str | None = None


class Rewriting:
    """Sends requests for callers who should find upstream's URLs behind the gateway.

    Args:
        upstreams: All of them.
        mounts: Of those that are mounted, by name.
    """

    def __init__(self, upstreams: Upstreams, mounts: Mapping[str, MountRules]) -> None:
        self._mounts = mounts
        self._bases = {name: upstream.base_url.removesuffix("/") for name, upstream in upstreams.items()}
        self._neighbours = tuple(
            name for name, upstream in upstreams.items() if upstream.kind == "github" and name in mounts
        )
        self._rewriter = lru_cache(_REWRITERS)(self._new_rewriter)
        self._urls = lru_cache(_FIELDS)(self._new_urls)

    async def send(self, upstream: Upstream, request: Request, entrance: Entrance | None) -> Reply:
        """The reply to `request`, as who came in at `entrance` should see it; None: as upstream gives it.

        Raises:
            HeadgateError: As by `upstream.transport`.
        """
        rules = self._mounts.get(upstream.name)
        if entrance is None or rules is None or rules.extent == "off":
            return await upstream.transport.send(request)
        rewriter = self._rewriter(upstream.name, upstream.dialect.url_fields(request), entrance)
        translated = rewriter.asked(request)
        reply = await upstream.transport.send(translated)
        whole = rewriter.asked_whole(translated, reply)
        if whole is None:
            return rewriter.answered(translated, reply)
        if isinstance(reply, Streamed):
            reply.close()
        reply = await upstream.transport.send(whole)
        return rewriter.part(request.headers, rewriter.answered(whole, reply))

    def _new_rewriter(self, name: str, fields: UrlFields, entrance: Entrance) -> Rewriter:
        base_url = entrance.gateway + entrance.mount
        locations = Locations(self._bases[name] + "/", base_url, fields.page_relations)
        if self._mounts[name].extent != "full" or not (fields.names or fields.endings or fields.links):
            return Rewriter(base_url, locations, None)
        there = {
            self._bases[other]: entrance.gateway + self._path(other, entrance.mount)
            for other in reversed(self._neighbours)
        }
        there[self._bases[name]] = base_url
        bases = tuple(sorted(there))
        by = tuple(there[base] for base in bases)
        bodies = Bodies(
            self._urls(fields, bases),
            tuple(each.encode("ascii") for each in by),
            mark_of(fields, bases, by),
            any_json=fields.any_json,
        )
        return Rewriter(base_url, locations, bodies)

    def _path(self, name: str, mount: str) -> str:
        """Where an upstream is for who has come to another under `mount`."""
        rules = self._mounts[name]
        if rules.alias is not None and any(mount == others.alias for others in self._mounts.values()):
            return rules.alias
        return rules.path

    @staticmethod
    def _new_urls(fields: UrlFields, bases: tuple[str, ...]) -> JsonUrls:
        return JsonUrls(fields, bases)


def mark_of(fields: UrlFields, bases: tuple[str, ...], by: tuple[str, ...]) -> str:
    """What an entity tag says of how its body was rewritten: the same in every worker, and after a restart."""
    said = repr((VERSION, fields, bases, by)).encode()
    return f"-hg{blake2b(said, digest_size=6).hexdigest()}"
