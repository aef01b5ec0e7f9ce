"""Serving a part of a stored body (RFC 9110 section 14)."""

import re
from dataclasses import dataclass

from app.transport.dates import epoch_seconds
from app.transport.exchange import Headers

_is_range = re.compile(r"(?P<first>[0-9]*)-(?P<last>[0-9]*)").fullmatch
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Whole:
    """The range is ignored: 200 with all of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """206 with one range.

    Attributes:
        first: The first byte's offset.
        last: The last byte's offset, inclusive.
        complete_length: Bytes of the whole.
    """

    first: int
    last: int
    complete_length: int

    @property
    def content_range(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.complete_length}"


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """416 without a body."""

    complete_length: int

    @property
    def content_range(self) -> str:
        return f"bytes */{self.complete_length}"


def partial(range_field: str, if_range: str | None, headers: Headers, length: int) -> Whole | Part | Unsatisfiable:
    """What a GET with a Range field gets of a stored 200.

    A unit that is not `bytes`, a malformed range, an If-Range that does not hold, and several ranges at once, which
    a server may ignore, all get the whole.

    Args:
        range_field: The value of Range.
        if_range: The value of If-Range, if there is one.
        headers: Of the stored reply.
        length: Bytes of its body, as it is stored.
    """
    unit, _, ranges = range_field.partition("=")
    found = _is_range(ranges.strip(" \t"))
    if (
        unit.strip(" \t").lower() != "bytes"
        or found is None
        or (if_range is not None and not _holds(if_range, headers))
    ):
        return Whole()
    if not found["first"]:
        return _suffix(found["last"], length)
    first = _number(found["first"])
    last = _number(found["last"]) if found["last"] else length - 1
    if found["last"] and last < first:
        return Whole()
    return Part(first, min(last, length - 1), length) if first < length else Unsatisfiable(length)


def _suffix(digits: str, length: int) -> Whole | Part | Unsatisfiable:
    if not digits:
        return Whole()
    wanted = _number(digits)
    if not wanted:
        return Unsatisfiable(length)
    # Of nothing, the last bytes are all of it, and no Content-Range can say that.
    return Part(max(length - wanted, 0), length - 1, length) if length else Whole()


def _number(digits: str) -> int:
    """Python refuses to read thousands of digits; more than `_MAX_DIGITS` is beyond any body."""
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= _MAX_DIGITS else 10**_MAX_DIGITS


def _holds(if_range: str, headers: Headers) -> bool:
    """RFC 9110 section 13.1.5: strong comparison, and a date only where it is a strong validator (section 8.8.2.2)."""
    validator = if_range.strip(" \t")
    if validator.startswith(('"', "W/")):
        return validator.startswith('"') and validator == headers.get("ETag", "").strip(" \t")
    modified_at, generated_at = epoch_seconds(headers.get("Last-Modified")), epoch_seconds(headers.get("Date"))
    if modified_at is None or generated_at is None:
        return False
    return generated_at - modified_at >= 1 and epoch_seconds(validator) == modified_at
