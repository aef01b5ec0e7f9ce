"""From a reply to bytes and headers: validators, quota headers, encodings.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime

from aiohttp import web
from multidict import CIMultiDict

from app.demo.github.callers import Caller
from app.demo.github.quota import Window
from app.demo.github.replies import Reply

JSON_TYPE = "application/json; charset=utf-8"
API_VERSION = "2022-11-28"
# Two lines, as api.github.com sends them.
VARY = ("Accept, Authorization, Cookie, X-GitHub-OTP", "Accept-Encoding, Accept, X-Requested-With")


def answer(reply: Reply, asked: Mapping[str, str], method: str, caller: Caller, gzip_from: int) -> web.Response:
    """The response without its quota headers: whether it cost anything is known only once it is a 304 or not."""
    raw = reply.body if reply.raw_type else json.dumps(reply.body, separators=(",", ":")).encode()
    headers: CIMultiDict[str] = CIMultiDict()
    for line in VARY:
        headers.add("Vary", line)
    headers["X-GitHub-Media-Type"] = "github.v3; param=raw" if reply.raw_type else "github.v3; format=json"
    headers["X-GitHub-Api-Version-Selected"] = asked.get("X-GitHub-Api-Version", API_VERSION)
    headers.extend(reply.headers)
    readable = method in {"GET", "HEAD"} and reply.status == 200
    if readable or reply.status == 301:
        scope = "private" if caller.authenticated else "public"
        headers.setdefault("Cache-Control", f"{scope}, max-age=60, s-maxage=60")
    if readable:
        headers["ETag"] = entity_tag(raw, caller)
        if reply.last_modified is not None:
            headers["Last-Modified"] = formatdate(reply.last_modified, usegmt=True)
        if is_not_modified(asked, headers["ETag"], reply.last_modified):
            return web.Response(status=304, headers=headers)
    headers["Content-Type"] = reply.raw_type or JSON_TYPE
    if len(raw) >= gzip_from and "gzip" in asked.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        # A fixed mtime: the same answer is the same bytes.
        raw = gzip.compress(raw, compresslevel=1, mtime=0)
    return web.Response(status=reply.status, body=raw, headers=headers)


def entity_tag(body: bytes, caller: Caller) -> str:
    """Weak, and another for every credential, so that one token's tag never matches with another token."""
    return f'W/"{hashlib.sha256(caller.key.encode() + b"/" + body).hexdigest()}"'


def is_not_modified(asked: Mapping[str, str], tag: str, last_modified: int | None) -> bool:
    """If-None-Match decides where it is sent (RFC 9110, 13.2.2), compared weakly; else If-Modified-Since."""
    wanted = asked.get("If-None-Match")
    if wanted is not None:
        opaque = {candidate.strip().removeprefix("W/") for candidate in wanted.split(",")}
        return "*" in opaque or tag.removeprefix("W/") in opaque
    since = asked.get("If-Modified-Since")
    if since is None or last_modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    # A date with "-0000" comes without a zone: it is UTC all the same.
    return last_modified <= int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def show_quota(response: web.Response, window: Window) -> None:
    response.headers.update(
        {
            "x-ratelimit-limit": str(window.limit),
            "x-ratelimit-remaining": str(window.remaining),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-reset": str(window.reset),
            "x-ratelimit-resource": window.resource,
        }
    )
