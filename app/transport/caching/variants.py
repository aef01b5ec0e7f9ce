"""Which of the replies under one key fits a request (RFC 9111 section 4.1)."""

import re
from collections.abc import Sequence
from functools import lru_cache

from app.transport.caching.entry import Entry
from app.transport.caching.grammar import QUOTED_STRING, elements, is_token
from app.transport.exchange import Headers

ANYTHING = "*/*"
ABSENT = ""
_EMPTY = ","
"""A field that is there and holds nothing: an empty list, as a lone comma is."""

_parts = re.compile(rf';((?:{QUOTED_STRING}|[^;"]|")*)', re.DOTALL).findall
_is_weight = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)").fullmatch


def nominated(
    headers: Headers, request_headers: Headers, covered: frozenset[str]
) -> tuple[tuple[str, str], ...] | None:
    """What a reply's Vary nominates: each field's lower-case name with its normalised value in the request, sorted.

    None: no other request will match (`*`, or something that is no name).

    Args:
        covered: Lower-case names that are told apart otherwise: by the key, by the identity, or they are our own.
    """
    fields = _counting(tuple(headers.getall("Vary", ())), covered)
    if fields is None:
        return None
    return tuple([(name, normalised(name, request_headers.getall(name, ()))) for name in fields])


@lru_cache(maxsize=1_000)  # an upstream says the same over and over
def _counting(vary: tuple[str, ...], covered: frozenset[str]) -> tuple[str, ...] | None:
    names = {name for line in vary for piece in line.split(",") if (name := piece.strip(" \t"))}
    if not all(name != "*" and is_token(name) for name in names):
        return None
    return tuple(sorted({name.lower() for name in names} - covered))


def normalised(name: str, values: Sequence[str]) -> str:
    """One text for all values of a request's field that mean the same. Never raises.

    A list's lines are joined and the space around its commas goes. Accept and Accept-Language compare without case and
    by weight; equal weights have no order in Accept-Language, and keep theirs in Accept, where servers are known to go
    by it. An absent field differs from an empty one, but not in Accept, where both mean anything.

    Args:
        name: In lower case.
        values: The field's lines; none where it is absent.
    """
    if name == "accept":
        if len(values) == 1 and "," not in values[0] and ";" not in values[0]:  # nearly all are like that
            return values[0].strip(" \t").lower() or ANYTHING
        return _by_weight(values) or ANYTHING
    if not values:
        return ABSENT
    if name == "accept-language":
        return _by_weight(values, ordered=True) or _EMPTY
    return ",".join(_stripped(values)) or _EMPTY


def matching(variants: tuple[Entry, ...], request_headers: Headers) -> Entry | None:
    """The newest of `variants` (which come newest first) whose nominated fields the request has alike; or else one
    in the language that the request likes best, for no other reply could please it more (RFC 9111 section 4.1).
    """
    for entry in variants:
        for name, value in entry.vary:
            if normalised(name, request_headers.getall(name, ())) != value:
                break
        else:
            return entry
    return next((entry for entry in variants if _is_in_best_language(entry, request_headers)), None)


def _is_in_best_language(entry: Entry, request_headers: Headers) -> bool:
    language = entry.headers.get("Content-Language")
    if language is None:
        return False
    for name, value in entry.vary:
        wanted = normalised(name, request_headers.getall(name, ()))
        if wanted != value and not (name == "accept-language" and _best(wanted) == language.strip(" \t").lower()):
            return False
    return True


def _best(by_weight: str) -> str | None:
    """The first element of a list in the order of weight, if nothing else weighs as much and it is wanted at all."""
    first, _, rest = by_weight.partition(",")
    second = rest.partition(",")[0]
    return first if ";" not in first and (not second or ";q=" in second) else None


def _stripped(lines: Sequence[str]) -> list[str]:
    """The elements of a list; empty ones do not count (RFC 9110 section 5.6.1.2)."""
    return [text for line in lines for element in elements(line) if (text := element.strip(" \t"))]


def _by_weight(lines: Sequence[str], *, ordered: bool = False) -> str:
    weighted = [_weighted(element) for element in _stripped(lines)]
    if ordered:
        weighted.sort(key=lambda pair: pair[1])
    weighted.sort(key=lambda pair: -pair[0])
    return ",".join(text if weight == 1 else f"{text};q={weight:g}" for weight, text in weighted)


def _weighted(element: str) -> tuple[float, str]:
    """Weight (RFC 9110 section 12.4.2) and the rest of an element."""
    head, *parameters = (part.strip(" \t") for part in _parts(f";{element}"))
    weight = 1.0
    kept = [head.lower()]
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.lower() == "q" and _is_weight(value):
            weight = float(value)
        else:
            kept.append(f"{name.lower()}={value}")
    return weight, ";".join(kept)
