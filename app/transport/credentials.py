"""The stage that adds the credential: next to the wire, so that no stage above ever holds one."""

from multidict import CIMultiDict

from app.call import current_call
from app.identity import Identity
from app.transport.exchange import Reply, Request
from app.transport.stage import Stage


class Credentials:
    """Opens the seal of the call's identity, or of the upstream's own where the call brings none."""

    def __init__(self, following: Stage, own: Identity) -> None:
        self._following = following
        self._own = own

    async def send(self, request: Request) -> Reply:
        identity = current_call().identity or self._own
        if identity.credential is None:
            return await self._following.send(request)
        headers = CIMultiDict(request.headers)
        headers.update(identity.credential.reveal())
        return await self._following.send(request.with_headers(headers))
