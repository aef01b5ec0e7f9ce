"""Header fields that say where something is: Location, Content-Location and Link."""

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from app.transport.redirects import redirected_target

_link_values = re.compile(r'<(?P<reference>[^>]*)>(?P<parameters>(?:[^,<"]|"(?:[^"\\]|\\.)*")*)')
_relations = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE).findall
_by_number = re.compile(r"(?:repositories|organizations|user|users|teams?|enterprises)/[0-9]+(?P<rest>/.*)?").fullmatch


class Locations:
    """Where a reply's references lead, for who came by another URL than upstream's.

    Args:
        upstream_url: Upstream's base URL, ending in `/`.
        base_url: How the caller names the same place, without a slash at its end.
        page_relations: As in `UrlFields`.
    """

    __slots__ = ("_base_url", "_page_relations", "_upstream_url")

    def __init__(self, upstream_url: str, base_url: str, page_relations: tuple[str, ...]) -> None:
        self._upstream_url = upstream_url
        self._base_url = base_url
        self._page_relations = frozenset(page_relations)

    def led(self, reference: str, target: str) -> str:
        """A Location or Content-Location in the reply to `target`. What leads elsewhere stays as it is, but absolute:
        relative to the caller's URL it would lead to another place.
        """
        return self._led(reference, target, lambda inside: inside)

    def linked(self, line: str, target: str) -> str:
        """A Link field in the reply to `target` (RFC 8288). Another page of what was asked stays under the path that was
        asked: who is limited to that must be able to turn the page.
        """

        def value(found: re.Match[str]) -> str:
            relations = {
                relation.lower() for each in _relations(found["parameters"]) for relation in "".join(each).split()
            }
            is_page = not self._page_relations.isdisjoint(relations)

            def path_asked(inside: str) -> str:
                path, mark, query = inside.partition("?")
                if self._page_relations and (is_page or _is_same(path, asked)):
                    return asked + mark + query
                return inside

            asked = target.partition("?")[0].replace(">", "%3E")
            return f"<{self._led(found['reference'], target, path_asked)}>{found['parameters']}"

        return _link_values.sub(value, line)

    def _led(self, reference: str, target: str, path: Callable[[str], str]) -> str:
        address, mark, fragment = reference.partition("#")
        if address + "/" == self._upstream_url:
            address = self._upstream_url
        inside = redirected_target(self._upstream_url, target, address)
        if inside is not None:
            return f"{self._base_url}/{path(inside)}{mark}{fragment}"
        try:
            return reference if urlsplit(reference).scheme else urljoin(self._upstream_url + target, reference)
        except ValueError:  # no URL at all
            return reference


def _is_same(path: str, asked: str) -> bool:
    """Whether `path` names by a number what was `asked` for by a name."""
    found = _by_number(path)
    if found is None:
        return False
    rest = found["rest"] or ""
    return asked.endswith(rest) and asked.removesuffix(rest).count("/") <= 2
