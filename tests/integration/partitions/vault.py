"""An upstream that keeps a secret for each of its callers, and is careless about everything else.

Every reply says for whom it is: in its body, in a field and in its entity tag. What it says of caches a test sets, the
worse the better: the gateway may not rely on an upstream to protect its callers from each other.
"""

import asyncio
import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

TOKENS = {name: f"tok-{name}-MARK-0123456789" for name in ("alice", "bob", "carol", "gateway")}
PUBLIC = "public, max-age=60, s-maxage=60"


def secret_of(name: str) -> str:
    return f"secret-of-{name}"


@dataclass
class Vault:
    """`app` is what a server serves; everything else a test changes at any time.

    Attributes:
        cache_control: Of every reply.
        fields: Further fields of every reply.
        revoked: Who is not known any more.
        hidden: Who gets a 404.
        failing: Whether it answers 503.
        packs: Whether it sends gzip to who takes it.
        large: Whether bodies are past every cap.
        gate: While it is closed, nobody is answered.
        seen: Who asked for what, oldest first.
    """

    cache_control: str = PUBLIC
    fields: list[tuple[str, str]] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    failing: bool = False
    packs: bool = False
    large: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()
        self.app = web.Application()
        self.app.router.add_route("*", "/{path:.*}", self.answer)

    def times(self, target: str) -> int:
        return sum(asked == target for _, _, asked in self.seen)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        who = _who(request)
        overriding = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
        method = next((request.headers[name] for name in overriding if name in request.headers), request.method)
        self.seen.append((who, method, request.raw_path))
        await self.gate.wait()
        if self.failing:
            return web.Response(status=503)
        if who in self.revoked or who == "stranger":
            return web.json_response({"message": "Bad credentials"}, status=401)
        headers: CIMultiDict[str] = CIMultiDict(self.fields)
        if self.cache_control:
            headers["Cache-Control"] = self.cache_control
        headers["X-For"] = secret_of(who)
        headers["ETag"] = f'"{who}-{request.raw_path}"'
        if who in self.hidden:
            return web.json_response({"message": "Not Found"}, status=404, headers=headers)
        if request.path.startswith("/repos/old/"):
            headers["Location"] = f"/repositories/17{request.path.removeprefix('/repos/old/name')}"
            return web.json_response({"for": secret_of(who)}, status=301, headers=headers)
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return await self._whole(request, who, headers)

    async def _whole(self, request: web.Request, who: str, headers: CIMultiDict[str]) -> web.StreamResponse:
        told: dict[str, Any] = {
            "for": secret_of(who),
            "login": "octo",
            "id": 1,
            "name": secret_of(who),
            "host": request.headers.get("X-Forwarded-Host", request.host),
            "language": request.headers.get("Accept-Language"),
            "accept": request.headers.getall("Accept", []),
        }
        if self.large:
            reply = web.StreamResponse(headers=headers)
            await reply.prepare(request)
            for _ in range(200):
                await reply.write(json.dumps(told).encode() * 10)
            return reply
        body = json.dumps(told).encode()
        if self.packs and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        return web.Response(body=body, headers=headers, content_type="application/json")


def _who(request: web.Request) -> str:
    """By whichever field of theirs comes first; `nobody` without one, `stranger` with one that nobody has."""
    given = [
        *request.headers.getall("Authorization", []),
        *request.headers.getall("X-GitHub-OTP", []),
        *request.headers.getall("Cookie", []),
        *request.headers.getall("X-Api-Key", []),
        *request.headers.getall("Private-Token", []),
        request.query.get("access_token", ""),
    ]
    names = {name for line in given for name, token in TOKENS.items() if token in line}
    if len(names) == 1:
        return names.pop()
    return "stranger" if "".join(given).strip() else "nobody"
