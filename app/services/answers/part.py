"""What a composed answer says of each of its parts: whether it is all there, how old it is, and why it is missing."""

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import Field

from app.services.answers.answer import Answer

T = TypeVar("T")

PartState = Literal["complete", "stale", "failed"]


class PartProblem(Answer):
    """Why a part is missing: what a problem answer would say, if it were asked for alone."""

    code: str = Field(description="One of the codes of problem answers.")
    detail: str
    retry_after_seconds: float | None = Field(description="When it may be worth while to ask again; null: not known.")


class Part(Answer, Generic[T]):
    """`value` is null where the part has failed, and `problem` where it has not."""

    state: PartState = Field(
        description="`stale`: older than upstream would have it, which could not be asked, or is being asked just now."
    )
    as_of: datetime | None = Field(
        description="When upstream gave the oldest reply that it was made of; null: unknown."
    )
    problem: PartProblem | None
    value: T | None


class Sample(Answer):
    """What a number was made of, where it was not made of everything."""

    size: int = Field(description="How many were looked at.")
    of: int | None = Field(description="How many there are; null: not known.")
    complete: bool = Field(description="Whether all were looked at.")
    choice: str = Field(description="How they were chosen, in words.")


class Percentiles(Answer):
    """Of durations or ages, in days. Null where there is nothing to tell, or where more than that part is still open."""

    p25_days: float | None
    p50_days: float | None
    p75_days: float | None
    p90_days: float | None


class Signal(Answer):
    """Something plain that may matter. There is no score: the numbers are there to judge by."""

    name: str
    state: Literal["raised", "clear", "unknown"] = Field(description="`unknown`: a part that it needs has failed.")
    detail: str = Field(description="One sentence with the numbers.")
    numbers: dict[str, float | int | str | None]
