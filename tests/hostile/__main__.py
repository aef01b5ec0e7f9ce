"""`python -m tests.hostile`: sends everything in the list, and writes what each got into docs/hostile-input.md."""

import asyncio
import sys
from collections import Counter

from tests.hostile.inputs import inputs
from tests.hostile.judging import told
from tests.hostile.playing import played
from tests.hostile.table import PLACE, table


def main() -> int:
    rows, found = asyncio.run(played(inputs()))
    counted = Counter(told(got) for _, *both in rows for got in both)
    said = (
        f"Made by `python -m tests.hostile`: {len(rows)} inputs, each sent twice. They got "
        + ", ".join(f"{count} times {what}" for what, count in sorted(counted.items()))
        + f"; {len(found)} went otherwise than they must.\n\n"
    )
    if not found:
        PLACE.renew(said + table(rows))
    sys.stdout.write(said + "".join(f"- {one}\n" for one in sorted(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
