"""Callers and their keys, as they are listed."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, Final

from app.settings.moments import moment_of

_HEAD: Final = ("NAME", "KEYS", "ENDS", "CLASS", "RATE", "POINTS A DAY", "ALLOW", "DENY", "FROM")
_SHOWN_DIGITS: Final = 8
"""Of a hash: enough to tell two apart."""


def as_listed(name: str, key: Mapping[str, Any], source: str, now: float) -> dict[str, Any]:
    """What `--json` shows of a caller.

    Args:
        name: Its name.
        key: Its section.
        source: Where it stands.
        now: Seconds since the epoch.
    """
    return {
        "name": name,
        "from": source,
        "hashes": [
            {
                "sha256": f"{each['sha256'][:_SHOWN_DIGITS]}…",
                "created": each.get("created"),
                "expires": each.get("expires"),
                "good": _end(each) > now,
            }
            for each in key["hashes"]
        ],
        "class": key.get("class"),
        "operator": bool(key.get("operator")),
        "allow": list(key.get("allow") or ()),
        "deny": list(key.get("deny") or ()),
        "rate": key.get("rate"),
        "daily_points": key.get("daily_points"),
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """For people: one line for each caller."""
    lines = [_HEAD, *map(_line, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _line(row: Mapping[str, Any]) -> tuple[str, ...]:
    good = [each for each in row["hashes"] if each["good"]]
    last = max((_end(each) for each in good), default=0.0)
    ends = "ended" if not good else "never" if last == inf else next(e["expires"] for e in good if _end(e) == last)
    kind = [text for text in (row["class"], "operator" if row["operator"] else None) if text]
    return (
        row["name"],
        str(len(good)),
        ends,
        ", ".join(kind) or "-",
        row["rate"] or "-",
        "-" if row["daily_points"] is None else str(row["daily_points"]),
        "; ".join(row["allow"]) or "-",
        "; ".join(row["deny"]) or "-",
        row["from"],
    )


def _end(hashed: Mapping[str, Any]) -> float:
    expires = hashed.get("expires")
    return inf if expires is None else moment_of(expires)
