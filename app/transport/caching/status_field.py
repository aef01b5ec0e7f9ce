"""The Cache-Status field: how a reply was come by (RFC 9211)."""

import re
from math import floor

CACHE_NAME = "headgate"

_MAX_INTEGER = 999_999_999_999_999  # RFC 9651 section 3.3.1
_is_token = re.compile(r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*").fullmatch
_unprintable = re.compile(r"[^ -~]").sub
_to_escape = re.compile(r'(["\\])').sub


def hit(ttl_seconds: float, *, detail: str | None = None) -> str:
    """`headgate; hit; ttl=42`: answered from the cache, without asking upstream.

    Args:
        ttl_seconds: How long it stays fresh; below zero: since when it is stale.
        detail: A word or a sentence for whoever looks.
    """
    return f"{CACHE_NAME}; hit{_ttl(ttl_seconds)}{_detail(detail)}"


def forwarded(
    reason: str,
    *,
    fwd_status: int | None = None,
    stored: bool = False,
    collapsed: bool = False,
    ttl_seconds: float | None = None,
    detail: str | None = None,
) -> str:
    """`headgate; fwd=stale; fwd-status=304; ttl=60`: upstream was asked.

    Args:
        reason: Why: `uri-miss`, `vary-miss`, `stale`, `request`, `method`, `bypass`, `miss` or `partial`.
        fwd_status: What upstream answered, where that is not the status of the reply.
        stored: Whether the reply was kept.
        collapsed: Whether another request brought it.
        ttl_seconds: As in `hit`.
        detail: As in `hit`.
    """
    status = "" if fwd_status is None else f"; fwd-status={fwd_status}"
    kept, together = "; stored" if stored else "", "; collapsed" if collapsed else ""
    ttl = "" if ttl_seconds is None else _ttl(ttl_seconds)
    return f"{CACHE_NAME}; fwd={reason}{status}{kept}{together}{ttl}{_detail(detail)}"


def _ttl(seconds: float) -> str:
    return f"; ttl={floor(min(max(seconds, -_MAX_INTEGER), _MAX_INTEGER))}"


def _detail(text: str | None) -> str:
    if text is None:
        return ""
    if _is_token(text):
        return f"; detail={text}"
    escaped = _to_escape(r"\\\1", _unprintable("?", text))
    return f'; detail="{escaped}"'
