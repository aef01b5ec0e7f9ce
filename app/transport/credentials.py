"""The stage that adds the credential: next to the wire, so that no stage above ever holds one."""

from collections.abc import Iterable

from multidict import CIMultiDict

from app.call import current_call
from app.identity import Identity, SealedCredential
from app.transport.echoes import Echo
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage


class Credentials:
    """Opens the seal of the call's identity, or of the upstream's own where the call brings none.

    Upstreams repeat what they were asked with. What they repeat of our own credential is masked; what they repeat of a
    caller's is that caller's, and kept nowhere.
    """

    def __init__(
        self, following: Stage, own: Identity, passwords: Iterable[str] = (), *, repeated: bool = False
    ) -> None:
        """Besides the stage below.

        Args:
            following: …
            own: The gateway's own identity there.
            passwords: What is said on the way there whoever asks, such as to a proxy.
            repeated: Whether upstream repeats credentials in good answers (`CredentialForm.repeated`).
        """
        self._following = following
        self._own = own
        self._repeated = repeated
        self._own_echo = _echo_of(own.credential, passwords, everywhere=repeated)
        self._way_echo = Echo(passwords=passwords)

    async def send(self, request: Request) -> Reply:
        identity = current_call().identity or self._own
        credential = identity.credential
        if credential is None:
            return self._way_echo.covered(await self._following.send(request))
        is_own = identity is self._own
        headers = CIMultiDict(request.headers)
        headers.update(credential.reveal())
        if query := credential.reveal_query():
            request = request.with_target(Unshown(extended(request.target, query)))
        if is_own and (query or self._repeated):
            headers["Accept-Encoding"] = "identity"  # or nobody could tell
        reply = await self._following.send(request.with_headers(headers))
        if is_own:
            return self._own_echo.covered(reply)
        reply = self._way_echo.covered(reply)
        if isinstance(reply, Buffered) and _echo_of(credential, everywhere=self._repeated).is_in(reply):
            kept = CIMultiDict(reply.headers)
            kept.add("Cache-Control", "no-store")
            return Buffered(reply.upstream, reply.status, kept, reply.body, reply.decompressed_limit_bytes)
        return reply


def _echo_of(credential: SealedCredential | None, passwords: Iterable[str] = (), *, everywhere: bool = False) -> Echo:
    if credential is None:
        return Echo(passwords=passwords)
    return Echo(credential.reveal_query(), credential.reveal(), passwords=passwords, everywhere=everywhere)


def extended(target: str, query: str) -> str:
    """`target` with more of a query behind its own."""
    joint = "?" if "?" not in target else "" if target.endswith("?") else "&"
    return f"{target}{joint}{query}"


class Unshown(str):
    """A target that holds a credential."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"
