"""The stage that adds the credential: next to the wire, so that no stage above ever holds one."""

from multidict import CIMultiDict

from app.call import current_call
from app.identity import Identity, SealedCredential
from app.transport.echoes import Echo
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage


class Credentials:
    """Opens the seal of the call's identity, or of the upstream's own where the call brings none."""

    def __init__(self, following: Stage, own: Identity) -> None:
        self._following = following
        self._own = own

    async def send(self, request: Request) -> Reply:
        identity = current_call().identity or self._own
        credential = identity.credential
        if credential is None:
            return await self._following.send(request)
        headers = CIMultiDict(request.headers)
        headers.update(credential.reveal())
        request = request.with_headers(headers)
        if credential.reveal_query():
            return await self._asked_by_query(request, credential, own=identity is self._own)
        return await self._following.send(request)

    async def _asked_by_query(self, request: Request, credential: SealedCredential, *, own: bool) -> Reply:
        """Upstreams repeat URLs. What they repeat of our own credential is masked; what they repeat of a caller's is that
        caller's, and kept nowhere.
        """
        query = credential.reveal_query()
        echo = Echo(query)
        if own:
            headers = CIMultiDict(request.headers)
            headers["Accept-Encoding"] = "identity"  # or nobody could tell
            request = request.with_headers(headers)
        reply = await self._following.send(request.with_target(Unshown(extended(request.target, query))))
        if own:
            return echo.covered(reply)
        if isinstance(reply, Buffered) and echo.is_in(reply):
            kept = CIMultiDict(reply.headers)
            kept.add("Cache-Control", "no-store")
            return Buffered(reply.upstream, reply.status, kept, reply.body, reply.decompressed_limit_bytes)
        return reply


def extended(target: str, query: str) -> str:
    """`target` with more of a query behind its own."""
    joint = "?" if "?" not in target else "" if target.endswith("?") else "&"
    return f"{target}{joint}{query}"


class Unshown(str):
    """A target that holds a credential."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"
