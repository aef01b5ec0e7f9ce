"""What a caller still sends when its answer is there already: it was refused, or upstream did not want all of it.

To close a connection on which bytes wait unread makes the kernel reset it, and a caller who is reset may lose the answer
(RFC 9112 section 9.6). So the rest is taken for a while, and thrown away.
"""

import asyncio
from math import inf
from typing import Any, Final

from sanic.exceptions import SanicException

SMALL_REST_BYTES: Final = 64 * 1024
"""Up to this size the rest of a body is taken so that the connection can be used again."""
REST_SECONDS: Final = 10.0
"""For so long at most."""
SILENT_SECONDS: Final = 5.0
"""How long a caller may send nothing of it."""


def answer_comes_early(stream: Any) -> None:
    """Before the head of an answer is written while a part of the request is unread.

    Sanic would send `100 Continue` together with the answer, and so ask for a body that nobody wants. Who has been told
    no such thing need not send it (RFC 9110 section 10.1.1), and only the end of the connection tells where the next
    request begins. So it does where much is still to come, or nobody knows how much.

    Args:
        stream: Sanic's, of the request.
    """
    is_small = stream.request_body is True and stream.request_bytes_left <= SMALL_REST_BYTES
    if stream.expecting_continue or not is_small:
        stream.keep_alive = False
    stream.expecting_continue = False


async def take_rest(stream: Any) -> None:
    """Takes what is left of a request after its answer has been written."""
    stream.request_max_size = inf
    try:
        async with asyncio.timeout(REST_SECONDS):
            while stream.request_body:
                async with asyncio.timeout(SILENT_SECONDS):
                    await stream.read()
    except (TimeoutError, SanicException):  # too slow, or no body at all: Sanic says so of chunks that are none
        stream.keep_alive = False
        stream.request_body = None
