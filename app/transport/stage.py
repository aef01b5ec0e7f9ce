"""The one seam of transport: everything that a request meets on its way is a stage."""

from typing import Protocol

from app.transport.exchange import Buffered, Reply, Request


class Stage(Protocol):
    """Takes a request, does its part, hands it to the next, and does its part with the reply."""

    async def send(self, request: Request) -> Reply:
        """Answers with any status at all; raises a HeadgateError only where there is no reply."""
        ...


async def send_buffered(stage: Stage, request: Request) -> Buffered:
    """Sends a request whose asker needs the whole body (`may_stream` is off)."""
    reply = await stage.send(request)
    if not isinstance(reply, Buffered):
        reply.close()
        raise TypeError("a stage streamed a reply to a request that does not allow it")
    return reply
