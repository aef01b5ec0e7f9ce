"""What the event loop asks of the threads that reach the disk; each thread writes its answer into the job."""

from asyncio import Future
from collections.abc import Callable
from dataclasses import dataclass, field

from app.transport.caching.entry import Entry, Key
from app.transport.caching.place import Glob
from app.transport.caching.tier import Held


@dataclass(slots=True, eq=False)
class HeldHere(Held):
    """What a worker has in memory of a key that all workers share.

    Attributes:
        number: The key's (`record.number_of`).
        word: Where the board tells of changes under the key.
        stamp: What stood there when this was right.
        complete: Whether these are all variants that anybody has kept.
        pending: How many of our own changes are on their way to the disk.
        round: In which round of touches it was used last.
    """

    number: int = 0
    word: int = 0
    stamp: int = 0
    complete: bool = False
    pending: int = 0
    round: int = -1


@dataclass(slots=True, eq=False)
class Keep:
    """Answer: whether it was kept, and what stood in the key's word of the board before and after."""

    key: Key
    name: bytes
    number: int
    entry: Entry
    held: HeldHere
    size_bytes: int
    on_visible: Callable[[], None] | None
    kept: bool = False
    before: int = 0
    after: int = 0


@dataclass(slots=True, eq=False)
class Drop:
    number: int


@dataclass(slots=True, eq=False)
class Mark:
    tags: tuple[str, ...]
    done: "Future[None]"


@dataclass(slots=True, eq=False)
class Purge:
    """Answer: how many entries were removed from the disk; or, not written, what number it has."""

    glob: Glob
    done: "Future[int]"
    count: int = 0
    unwritten: int = 0


@dataclass(slots=True, eq=False)
class Use:
    """These keys were used."""

    numbers: list[int]


@dataclass(slots=True, eq=False)
class Discard:
    """These rows are corrupt; or, without any, the whole of this generation of the database is."""

    generation: int
    ids: list[int]


@dataclass(slots=True, eq=False)
class Find:
    """Answer: the entries, newest first."""

    name: bytes
    number: int
    done: "Future[tuple[Entry, ...]]"
    entries: tuple[Entry, ...] = field(default=())


@dataclass(slots=True, eq=False)
class Count:
    """Answer: how many entries there are on disk, and what they take in bytes."""

    done: "Future[tuple[int, int]]"
    entries: int = 0
    bytes: int = 0


ReadJob = Find | Count
WriteJob = Keep | Drop | Mark | Purge | Use | Discard
