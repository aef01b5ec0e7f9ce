"""What a percent-encoded path says to whoever resolves it."""

import re
from urllib.parse import unquote

# Such a segment begins with a dot, in whatever writing: most paths have none, and are done with after one search.
_DOT_FIRST = re.compile(r"(?:^|[/\\]|%2f|%5c)(?:\.|%2e)", re.IGNORECASE)


def climbs(path: str) -> bool:
    """Whether some server could read a `.` or `..` segment in it, and so find another place than it seems to name.

    Escapes are undone first, slashes included: what checks a prefix must see what the upstream may see.
    """
    if _DOT_FIRST.search(path) is None:
        return False
    return any(segment in {".", ".."} for segment in unquote(path).replace("\\", "/").split("/"))
