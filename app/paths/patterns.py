"""What an operator writes to name paths of an upstream, as regular expressions."""

import re
from typing import Final

_SEGMENT: Final = re.compile(r"\*\*|\*|\{sha\}|[^*{]+|\{")
_PARTS: Final = {"**": ".*", "*": "[^/]*", "{sha}": "(?:[0-9a-f]{40}|[0-9a-f]{64})"}


def expression(pattern: str) -> str:
    """`*` stands for characters of one segment, `**` for any, `{sha}` for the full SHA of a git object."""
    parts = _SEGMENT.findall(pattern.lstrip("/"))
    return "".join(_PARTS.get(part) or re.escape(part) for part in parts)
