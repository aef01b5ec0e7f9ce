"""Who asks, as the upstream will see it: resolved once at the edge, opened only by the credentials stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from typing import Final

QUERY: Final = "?"
"""Among the fields that authorise a request: what stands in its query instead. No field can be called so."""


class SealedCredential:
    """What authorises a request, kept where no log line, repr or pickle shows it.

    Only the credentials stage opens the seal. Everything above it handles what is sealed.
    """

    __slots__ = ("_fields", "_query")

    def __init__(self, fields: Mapping[str, str]) -> None:
        """Header fields by name; under `QUERY` a piece of a query, percent-encoded (`api_key=…`)."""
        self._fields = dict(fields)
        self._query = self._fields.pop(QUERY, "")

    def reveal(self) -> Mapping[str, str]:
        """The header fields in clear: for the credentials stage alone."""
        return self._fields

    def reveal_query(self) -> str:
        """What belongs into the query, in clear; empty: nothing. For the credentials stage alone."""
        return self._query

    def __repr__(self) -> str:
        return "SealedCredential(…)"

    def __reduce__(self) -> str:
        raise TypeError("a sealed credential does not leave its process")


@dataclass(frozen=True, slots=True)
class Identity:
    """One credential's private corner of everything that is remembered.

    Attributes:
        partition: A name that never reveals the credential. Nothing fetched in one partition is shown in another.
        credential: What authorises the request; `None` asks anonymously.
    """

    partition: str
    credential: SealedCredential | None = None

    @property
    def anonymous(self) -> bool:
        return self.credential is None


ANONYMOUS = Identity("anonymous")


class Identities:
    """Makes the identity of a caller who brings a credential of their own."""

    def __init__(self, key: bytes | None = None) -> None:
        """`key` makes partitions that nobody can compute who only knows a credential.

        Workers that share a store share it; None: one of this process's own, with which nobody else finds anything.
        """
        # A file may hold more than the hash takes for a key (64 bytes).
        self._key = token_bytes(32) if key is None else blake2b(key).digest()

    def of(self, fields: Mapping[str, str]) -> Identity:
        """The identity of who sent these; anonymous for none.

        Args:
            fields: Those that authorise (Authorization, Cookie, …), each with its value; under `QUERY` what does in the
                query.
        """
        if not fields:
            return ANONYMOUS
        # With their lengths, so that one field that holds what separates two is not taken for these.
        said = "\n".join(sorted(f"{name.lower()}:{len(value)}:{value}" for name, value in fields.items()))
        digest = blake2b(said.encode("utf-8", "surrogateescape"), key=self._key, digest_size=16)
        return Identity(f"caller:{digest.hexdigest()}", SealedCredential(fields))
