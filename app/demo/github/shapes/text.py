"""The small values that every shape has."""

import base64
from datetime import UTC, datetime

HTML = "https://github.com"
RAW = "https://raw.githubusercontent.com"


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_or_none(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)


def node_id(kind: str, number: object) -> str:
    name = f"{kind}{number}"
    return base64.b64encode(f"0{len(kind)}:{name}".encode()).decode()
