"""Answers whose bytes never change while the process runs: the documents about the API itself."""

from hashlib import sha256

from sanic import HTTPResponse

from app.api.edge import EdgeRequest

MAX_AGE_SECONDS = 300
"""Short, so that a new version of the gateway is seen soon; after that a 304 costs next to nothing."""


class ConstantAnswer:
    """One body with its validator; answers 304 to whoever has it already."""

    def __init__(self, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> None:
        self._body = body
        self._content_type = content_type
        self._etag = f'"{sha256(body).hexdigest()[:32]}"'
        self._headers = {
            "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
            "ETag": self._etag,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            **(headers or {}),
        }

    def answer(self, request: EdgeRequest) -> HTTPResponse:
        if self._is_known(request.headers.getall("If-None-Match", [])):
            return HTTPResponse(status=304, headers=dict(self._headers))
        return HTTPResponse(self._body, headers=dict(self._headers), content_type=self._content_type)

    def _is_known(self, if_none_match: list[str]) -> bool:
        """RFC 9110 section 13.1.2: weak comparison with any of the list, or `*`."""
        given = {tag.strip().removeprefix("W/") for field in if_none_match for tag in field.split(",")}
        return not given.isdisjoint({self._etag, "*"})
