"""An entry as bytes, and what names it there: nothing of the key itself is written, only digests of it.

A record is bound to its key and checked as a whole: whatever happens to a disk, what is read back is what was kept under
this very key, or nothing.
"""

import json
from hashlib import blake2b
from struct import Struct
from typing import Final

from multidict import CIMultiDict, CIMultiDictProxy

from app.transport.caching.entry import Content, Entry, Key
from app.transport.caching.place import without_credentials

_CHECK_BYTES: Final = 16
# The format's number, and how many bytes of JSON come before the body.
_HEAD: Final = Struct("<BI")
_FORMAT: Final = 1


class Corrupt(Exception):
    """These bytes are not what was written under this key."""


def name_of(key: Key) -> bytes:
    """16 bytes that stand for `key`.

    The target comes last and the number of fields is an upstream's own, so that no two keys are the same text.
    """
    text = "\0".join((key.upstream, key.partition, *key.fields, key.target))
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def number_of(name: bytes) -> int:
    """63 bits of a name: what rows, locks and the board go by. That a record is right, its check alone says."""
    return int.from_bytes(name[:8], "little") >> 1


def row_of(name: bytes, vary: tuple[tuple[str, str], ...]) -> int:
    """The number of the row for one variant."""
    digest = blake2b(repr(vary).encode(errors="surrogatepass"), digest_size=8, key=name).digest()
    return int.from_bytes(digest, "little") >> 1


def encoded(entry: Entry, name: bytes) -> bytes:
    """`entry` as it is written under the key that `name` stands for."""
    head = json.dumps(
        (
            entry.status,
            [*entry.headers.items()],
            (
                entry.requested_at,
                entry.born_at,
                entry.fresh_seconds,
                entry.stale_while_revalidate_seconds,
                entry.stale_if_error_seconds,
            ),
            (entry.always_validate, entry.never_stale, entry.immutable),
            entry.vary,
            [without_credentials(tag) for tag in entry.tags],
            entry.sequence,
        ),
        separators=(",", ":"),
    ).encode()
    record = b"".join((_HEAD.pack(_FORMAT, len(head)), head, entry.content.body))
    return blake2b(record, digest_size=_CHECK_BYTES, key=name).digest() + record


def decoded(data: object, name: bytes) -> Entry:
    """The entry that was written as `data` under the key that `name` stands for.

    Raises:
        Corrupt: It was not.
    """
    if not isinstance(data, bytes):  # a flipped bit can change a column's type
        raise Corrupt
    record = memoryview(data)[_CHECK_BYTES:]
    if blake2b(record, digest_size=_CHECK_BYTES, key=name).digest() != data[:_CHECK_BYTES]:
        raise Corrupt
    # From here on it is what some release of this program wrote.
    number, head_bytes = _HEAD.unpack_from(record)
    if number != _FORMAT:
        raise Corrupt
    body_at = _CHECK_BYTES + _HEAD.size + head_bytes
    status, headers, times, flags, vary, tags, sequence = json.loads(data[_CHECK_BYTES + _HEAD.size : body_at])
    requested_at, born_at, fresh, stale_while_revalidate, stale_if_error = times
    always_validate, never_stale, immutable = flags
    return Entry(
        status=status,
        headers=CIMultiDictProxy(CIMultiDict(headers)),
        content=Content(data[body_at:]),
        requested_at=requested_at,
        born_at=born_at,
        fresh_seconds=fresh,
        stale_while_revalidate_seconds=stale_while_revalidate,
        stale_if_error_seconds=stale_if_error,
        always_validate=always_validate,
        never_stale=never_stale,
        immutable=immutable,
        vary=tuple((field, value) for field, value in vary),
        tags=tuple(tags),
        sequence=sequence,
    )
