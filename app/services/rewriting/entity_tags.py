"""Entity tags of what was rewritten (RFC 9110 section 8.8.3).

The tag that a caller gets validates what the caller got: upstream's own, and behind it a mark that says by which bases
the body was rewritten. So no worker has to remember which tag belongs to which, and a tag that somebody else was given,
or that upstream itself has given somebody, matches nothing.
"""

import re
from collections.abc import Iterable
from typing import Final

NOTHING: Final = '"of-something-else"'
"""Matches no tag. A condition that nothing fulfils is another thing than none."""

_tags = re.compile(r'(?:W/)?"[^"]*"|[^\s,]+').findall


def marked(tag: str, mark: str) -> str:
    """Upstream's `tag` as callers get it; weak where it is weak.

    Args:
        mark: Of characters that an entity tag may have.
    """
    return f'{tag[:-1]}{mark}"' if tag.endswith('"') else tag + mark


def unmarked(tag: str, mark: str) -> str:
    """The reverse, for a tag that a caller sends; `NOTHING` where it has another mark, or none."""
    for end in (mark + '"', mark):
        if tag.endswith(end):
            return tag[: -len(end)] + end[len(mark) :]
    return NOTHING


def condition(lines: Iterable[str], mark: str) -> str:
    """A caller's If-None-Match or If-Match as upstream, and the cache, must see it: `*` stays what it is."""
    tags = [tag for line in lines for tag in _tags(line)]
    if tags == ["*"]:
        return "*"
    theirs = [tag for tag in (unmarked(tag, mark) for tag in tags) if tag != NOTHING]
    return ", ".join(theirs) or NOTHING
