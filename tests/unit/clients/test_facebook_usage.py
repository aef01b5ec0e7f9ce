"""What Graph tells of its limits, as a quota."""

import json
from email.utils import formatdate
from typing import Any

import pytest
from multidict import CIMultiDict

from app.clients.facebook.usage import BELIEVED_SECONDS, regain_seconds, told
from app.transport.dialect import Quota

NOW = 1_800_000_000
DATE = {"Date": formatdate(NOW, usegmt=True)}


def business(*cases: dict[str, Any]) -> dict[str, str]:
    return {"X-Business-Use-Case-Usage": json.dumps({"77": cases[:1], "78": cases[1:]}), **DATE}


def app(usage: str) -> dict[str, str]:
    return {"X-App-Usage": usage, **DATE}


@pytest.mark.parametrize(
    ("headers", "used", "seconds"),
    [
        (app('{"call_count": 28, "total_time": 91, "total_cputime": 5}'), 91, BELIEVED_SECONDS),
        (app('{"total_cputime": 3}'), 3, BELIEVED_SECONDS),
        (app('{"call_count": 130}'), 130, BELIEVED_SECONDS),
        (app('{"call_count": -4}'), 0, BELIEVED_SECONDS),
        (business({"type": "pages", "call_count": 9}, {"total_time": 60}), 60, BELIEVED_SECONDS),
        (business({"call_count": 9, "estimated_time_to_regain_access": 0}), 9, BELIEVED_SECONDS),
        (business({"call_count": 9, "estimated_time_to_regain_access": 7}), 100, 420),
        (business({"estimated_time_to_regain_access": 7}, {"estimated_time_to_regain_access": 12}), 100, 720),
        # "If both can be applied, the use case's will be."
        ({**app('{"call_count": 100}'), **business({"call_count": 9})}, 9, BELIEVED_SECONDS),
        ({**app('{"call_count": 31}'), "X-Business-Use-Case-Usage": "nonsense"}, 31, BELIEVED_SECONDS),
    ],
)
def test_the_highest_share_limits(headers: dict[str, str], used: int, seconds: int) -> None:
    assert told(CIMultiDict(headers)) == (Quota("app", 100, max(0, 100 - used), used, NOW + seconds),)


def test_without_a_date_nobody_knows_until_when() -> None:
    assert told(CIMultiDict({"X-App-Usage": '{"call_count": 28}'})) == (Quota("app", 100, 72, 28, None),)


@pytest.mark.parametrize(
    "written",
    ["", "{}", "[]", "7", "null", '{"call_count": null}', '{"call_count": "x"}', '{"call_count": 1e999}', "[" * 9_000]
    + [f'{{"1": [{{"estimated_time_to_regain_access": {said}}}]}}' for said in ("1e999", "NaN", "null", "-3", '"x"')],
)
def test_nonsense_says_nothing(written: str) -> None:
    for name in ("X-App-Usage", "X-Business-Use-Case-Usage"):
        headers = CIMultiDict({name: written})

        assert told(headers) == ()
        assert regain_seconds(headers) is None
