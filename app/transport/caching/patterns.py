"""What an operator writes to name stored replies, as the globs over `upstream/target` that stores take."""

import re
from collections.abc import Mapping
from typing import Final

EVERYTHING: Final = "*"
_ABSOLUTE: Final = re.compile(r"([a-z][a-z0-9+.-]*)://([^/]*)/?(.*)", re.IGNORECASE | re.DOTALL)
_SPECIAL: Final = frozenset("*?")


def place_patterns(written: str, base_urls: Mapping[str, str]) -> tuple[str, ...]:
    """The globs that `written` stands for; several where upstreams share a base URL.

    Args:
        written: A glob over `upstream/target` (`github/repos/acme/*`), the name of an upstream for all of it, or a glob
            over absolute URLs below a base URL (`https://api.github.com/repos/acme/*`).
        base_urls: Of every upstream by name, each with its last slash, scheme and host in lower case.

    Raises:
        ValueError: It can fit nothing. The message finishes the sentence "expected …".
    """
    absolute = _ABSOLUTE.fullmatch(written)
    if absolute:
        scheme, host, path = absolute.groups()
        url = f"{scheme.lower()}://{host.lower()}/{path}"
        found = tuple(f"{name}/{url[len(base) :]}" for name, base in base_urls.items() if url.startswith(base))
        if not found:
            raise ValueError(f"a URL below the base_url of an upstream: {', '.join(dict.fromkeys(base_urls.values()))}")
        return found
    upstream, slash, _ = written.partition("/")
    if _SPECIAL.isdisjoint(upstream) and upstream not in base_urls:
        raise ValueError(f"a pattern that begins with the name of an upstream ({', '.join(base_urls)}) or with *")
    return (written,) if slash or not _SPECIAL.isdisjoint(upstream) else (f"{upstream}/*",)
