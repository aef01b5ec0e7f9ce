"""Byte sizes as people write them: `512MiB`, `1.5GB`, `1048576`."""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

EXPECTED_SIZE: Final = "a number of bytes greater than zero, such as 1048576 or 512MiB (KiB MiB GiB TiB count by 1024, KB MB GB TB by 1000)"
_LARGEST: Final = 2**63 - 1
_WRITTEN: Final = re.compile(r"(\d{1,19}(?:\.\d{1,9})?)\s*([a-z]*)", re.ASCII | re.IGNORECASE)
_UNITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "": 1,
        "b": 1,
        "kb": 10**3,
        "mb": 10**6,
        "gb": 10**9,
        "tb": 10**12,
        "kib": 2**10,
        "mib": 2**20,
        "gib": 2**30,
        "tib": 2**40,
    }
)


def parse_size(written: object) -> int:
    """Bytes that `written` stands for; a fraction of a byte is dropped. Letter case of the unit does not matter.

    Raises:
        ValueError: `written` is no byte size, or is not above zero. The message does not repeat it.
    """
    if isinstance(written, int) and not isinstance(written, bool):
        amount = written
    elif isinstance(written, str) and (match := _WRITTEN.fullmatch(written.strip())):
        unit = _UNITS.get(match[2].lower())
        amount = 0 if unit is None else int(Decimal(match[1]) * unit)
    else:
        amount = 0
    if not 0 < amount <= _LARGEST:
        raise ValueError(EXPECTED_SIZE)
    return amount


def format_size(size: int) -> str:
    """The shortest exact way to write `size`: `512MiB`, or the plain number where no binary unit fits."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        whole, rest = divmod(size, _UNITS[unit.lower()])
        if whole and not rest:
            return f"{whole}{unit}"
    return str(size)
