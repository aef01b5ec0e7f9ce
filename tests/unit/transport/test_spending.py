"""A key spends of the gateway's quota what its allowance has, and gets back what was not spent."""

import pytest

from app.call import Call, serving
from app.clients.github import GitHubDialect
from app.errors import CallerPointsSpent, CircuitOpen, Disconnected, HeadgateError, PrimaryLimit, Unreachable
from app.identity import ANONYMOUS, Identity, SealedCredential
from app.transport.exchange import Request
from app.transport.spending import Spending, points_spent
from tests.unit.transport.stages import Scripted, buffered

OWN = Identity("gateway:github", SealedCredential({"Authorization": "Bearer invented"}))
ASKED = Request("GET", "repos/acme/rocket")
LIMITED = PrimaryLimit("github", "spent", status=None, retry_after_seconds=5)


class Purse:
    """An allowance of so many points."""

    def __init__(self, points: int) -> None:
        self.limit = self.points = points

    @property
    def left(self) -> int:
        return self.points

    def take(self, points: int) -> float | None:
        if points > self.points:
            return 3600.0
        self.points -= points
        return None

    def give_back(self, points: int) -> None:
        self.points += points


def spending(*answers: object) -> tuple[Spending, Scripted]:
    below = Scripted(*answers)  # type: ignore[arg-type]  # replies and errors, as its own signature says
    return Spending(below, "github", GitHubDialect(), OWN), below


async def test_what_is_asked_is_taken() -> None:
    purse = Purse(2)
    stage, _ = spending(buffered(200))
    with serving(Call(allowance=purse)):
        await stage.send(ASKED)
    assert purse.points == 1


async def test_who_has_spent_it_all_is_refused_and_upstream_is_not_asked() -> None:
    stage, below = spending(buffered(200))
    with serving(Call(allowance=Purse(0))), pytest.raises(CallerPointsSpent) as refused:
        await stage.send(ASKED)
    assert below.asked == []
    assert (refused.value.retry_after_seconds, refused.value.status) == (3600.0, None)


async def test_a_304_is_given_back() -> None:
    purse = Purse(1)
    stage, _ = spending(buffered(304))
    with serving(Call(allowance=purse)):
        await stage.send(ASKED)
    assert purse.points == 1


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (Unreachable("github", "no connection"), 1),
        (CircuitOpen("github", "left alone", retry_after_seconds=1), 1),
        (LIMITED, 1),
        (Disconnected("github", "cut off"), 0),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, HeadgateError) else str(value),
)
async def test_what_never_arrived_is_given_back(error: HeadgateError, left: int) -> None:
    purse = Purse(1)
    stage, _ = spending(error)
    with serving(Call(allowance=purse)), pytest.raises(type(error)):
        await stage.send(ASKED)
    assert purse.points == left


async def test_a_callers_own_credential_is_its_own_affair() -> None:
    theirs = Identity("caller:1", SealedCredential({"Authorization": "Bearer theirs"}))
    purse = Purse(0)
    stage, below = spending(buffered(200))
    with serving(Call(identity=theirs, allowance=purse)):
        await stage.send(ASKED)
    assert len(below.asked) == 1


def test_without_a_credential_a_304_costs_a_point() -> None:
    assert points_spent(GitHubDialect(), ASKED, ANONYMOUS, 304) == 1
