import aiohttp
import pytest
from aioresponses import aioresponses

from tests.aioresponses_shim import Answers

URL = "https://api.github.example/x"


async def test_the_shim_is_still_needed() -> None:
    """When this fails, aioresponses knows aiohttp 3.14: delete tests/aioresponses_shim.py and this file."""
    async with aiohttp.ClientSession() as session:
        with aioresponses() as answers:
            answers.get(URL)
            with pytest.raises(TypeError, match="stream_writer"):
                await session.get(URL)


async def test_the_shim_answers() -> None:
    async with aiohttp.ClientSession() as session:
        with Answers() as answers:
            answers.get(URL, payload=[1])
            async with session.get(URL) as response:
                assert await response.json() == [1]
