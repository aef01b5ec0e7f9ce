"""When it was asked, and what was sent, as aioresponses saw it."""

from collections.abc import Mapping

from tests.aioresponses_shim import Answers

NOW = 1_800_000_000.0
"""The clients' clock, in seconds since the epoch."""


def urls(answers: Answers) -> list[str]:
    """Method and URL of each request, oldest first for each URL."""
    return [f"{method} {url}" for (method, url), calls in answers.requests.items() for _ in calls]


def headers(answers: Answers) -> Mapping[str, str]:
    """Those of the only request."""
    ((call,),) = answers.requests.values()
    sent: Mapping[str, str] = call.kwargs["headers"]
    return sent
