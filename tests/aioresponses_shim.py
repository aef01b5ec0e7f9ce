"""aioresponses as it has to be for aiohttp 3.14; the one place that knows.

aiohttp 3.14 made `stream_writer` a required argument of `ClientResponse`, and aioresponses 0.7.9 does not give it
(https://github.com/pnuckowski/aioresponses/issues/289, mended by the unmerged pull request 288). This file goes when a
release of aioresponses later than 0.7.9 does: `test_the_shim_is_still_needed` then fails and says so.
"""

from types import SimpleNamespace
from typing import Any

from aiohttp import ClientResponse
from aioresponses import aioresponses

__all__ = ["Answers"]


class _Response(ClientResponse):
    """Gets the writer that aioresponses leaves out; all that is ever read of it is how much it has sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", SimpleNamespace(output_size=0))
        super().__init__(*args, **kwargs)


class Answers(aioresponses):
    """Use it as aioresponses' own class: `with Answers() as answers: answers.get(url, payload=…)`."""

    def add(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("response_class", _Response)
        super().add(*args, **kwargs)
