"""What workers know together: on one file with several views, as processes have them."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.budget.account import DUE_AT, IN_FLIGHT, TOLD, WRITE_AT, packed
from app.transport.budget.ledger import _TABLE_LOCK, PLACES, ROWS, Ledger, TooManyWorkers, ledger_file
from app.transport.budget.standing import Window
from app.transport.dialect import Quota

RESET = 1_800_000_000


@pytest.fixture
def path() -> Iterator[Path]:
    with ledger_file(3) as made:
        yield made


def quota(used: int, *, reset: int | None = RESET, limit: int = 5000) -> Quota:
    return Quota("core", limit, limit - used, used, reset)


def test_the_file_is_nobody_else_s_and_goes_with_its_users() -> None:
    with ledger_file(2) as path:
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def test_one_worker_sees_what_another_learned(path: Path) -> None:
    one, other = (Ledger(path, 3).account("github core") for _ in range(2))
    one.learn(quota(10))
    assert other.standing().window == Window(5000, 10, RESET)
    other.begin(3, 1.0)
    one.begin(2, 1.0)
    assert one.in_flight == other.in_flight == 5
    other.end(3)
    assert one.in_flight == 2


def test_accounts_are_apart() -> None:
    ledger = Ledger()
    ledger.account("github core").learn(quota(10))
    assert ledger.account("github search").standing().window is None


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=20))
def test_of_replies_out_of_order_the_highest_counts(told: list[int]) -> None:
    account = Ledger().account("github core")
    for used in told:
        account.learn(quota(used))
    assert account.standing().window == Window(5000, max(told), RESET)


def test_a_new_window_begins_anew_and_an_old_one_does_not_come_back() -> None:
    account = Ledger().account("github core")
    account.learn(quota(4990))
    account.learn(quota(1, reset=RESET + 3600, limit=6000))
    account.learn(quota(4999))
    assert account.standing().window == Window(6000, 1, RESET + 3600)


def test_the_end_of_a_window_may_differ_by_a_second() -> None:
    account = Ledger().account("github core")
    account.learn(quota(10, reset=RESET + 1))
    account.learn(quota(20, reset=RESET))
    assert account.standing().window == Window(5000, 20, RESET + 1)


def test_a_quota_without_an_end_is_no_window() -> None:
    account = Ledger().account("facebook app")
    account.learn(quota(10, reset=None))
    assert account.standing().window is None


def test_what_is_spent_by_remaining_counts_where_used_says_less() -> None:
    account = Ledger().account("github core")
    account.learn(Quota("core", 60, 0, 10, RESET))
    assert account.standing().window == Window(60, 60, RESET)


def test_the_longest_block_counts(path: Path) -> None:
    one, other = (Ledger(path, 3).account("github core") for _ in range(2))
    one.block(1000.5, 1)
    other.block(2000.25, 2)
    one.block(1500.0, 1)
    assert one.blocked == (2000.25, 2)
    assert other.standing().blocked_until == 2000.25


def test_a_worker_that_dies_leaves_nothing_under_way(path: Path) -> None:
    survivor = Ledger(path, 3).account("github core")
    doomed = Ledger(path, 3)
    doomed.account("github core").begin(7, 1.0)
    assert survivor.in_flight == 7
    doomed.close()  # as the kernel does it for one that was killed
    Ledger(path, 3)
    assert survivor.in_flight == 0


def test_more_workers_than_columns(path: Path) -> None:
    held = [Ledger(path, 3) for _ in range(3)]
    with pytest.raises(TooManyWorkers):
        Ledger(path, 3)
    assert [ledger.column for ledger in held] == [0, 1, 2]


def test_a_lock_is_another_s_until_it_is_released(path: Path) -> None:
    one, other = Ledger(path, 3), Ledger(path, 3)
    lock = one.account("in flight").lock
    assert one.acquire(lock)
    assert not other.acquire(lock)
    one.release(lock)
    assert other.acquire(lock)


def test_moments_are_shared(path: Path) -> None:
    one, other = (Ledger(path, 3).account("pace") for _ in range(2))
    one.set_moment(DUE_AT, 12.5)
    assert other.moment(DUE_AT) == 12.5


def test_an_account_that_nobody_uses_makes_room() -> None:
    clock = iter(range(10**6))
    ledger = Ledger(monotonic=lambda: float(next(clock)))
    pinned = ledger.account("in flight github", pinned=True)
    busy = ledger.account("busy")
    busy.begin(1, 0.0)
    first = ledger.account("first")
    for number in range(ROWS * 4):
        ledger.account(f"caller {number}")
    assert pinned.is_current
    assert busy.is_current
    assert not first.is_current
    first.learn(quota(10))
    first.block(RESET, 1)  # neither may touch what is another account's by now


def test_without_room_an_account_is_the_worker_s_own() -> None:
    ledger = Ledger()
    for number in range(ROWS * PLACES):
        ledger.account(f"caller {number}").begin(1, 0.0)
    lonely = ledger.account("one more")
    lonely.learn(quota(10))
    assert lonely.is_current
    assert lonely.standing().window == Window(5000, 10, RESET)


def test_two_workers_that_make_accounts_in_the_same_moment_share_them(path: Path) -> None:
    other = Ledger(path, 3)
    assert other.acquire(_TABLE_LOCK)
    one = Ledger(path, 3, sleep=lambda _: other.release(_TABLE_LOCK))
    account = one.account("github core")
    account.learn(quota(10))
    assert other.account("github core").standing().window == Window(5000, 10, RESET)


def test_a_worker_that_was_stopped_while_it_made_an_account_does_not_stop_the_others(path: Path) -> None:
    waited: list[float] = []
    one, other, stopped = (Ledger(path, 3, monotonic=lambda: sum(waited), sleep=waited.append) for _ in range(3))
    assert stopped.acquire(_TABLE_LOCK)
    one.account("github core").learn(quota(10))
    assert other.account("github core").standing().window == Window(5000, 10, RESET)
    assert sum(waited) < 1


def test_a_pace_that_is_used_does_not_make_room_for_those_who_come_and_go() -> None:
    clock = iter(range(10**6))
    ledger = Ledger(monotonic=lambda: float(next(clock)))
    paces = [ledger.account("pace"), ledger.account("pause")]
    for number in range(ROWS * 4):
        ledger.account(f"caller {number}")
        for pace, word in zip(paces, (DUE_AT, WRITE_AT), strict=True):
            pace.set_moment(word, float(next(clock)))
    assert [pace.is_current for pace in paces] == [True, True]


def test_a_row_that_was_given_away_in_the_moment_of_a_request_costs_no_error(path: Path) -> None:
    account = Ledger(path, 3).account("github core")
    account.begin(1, 1.0)
    account._words[account._own + IN_FLIGHT] = 0  # another worker had looked before, and clears the row now
    account.end(1)
    assert account.in_flight == 0


def test_two_ends_of_one_window_that_two_workers_wrote_at_once_are_one_window(path: Path) -> None:
    one, other = (Ledger(path, 3).account("github core") for _ in range(2))
    one.learn(quota(499, reset=RESET + 1))
    other._words[other._own + TOLD] = packed(RESET, 500)  # it had looked before `one` wrote
    other.learn(quota(501))
    assert one.standing().window == Window(5000, 501, RESET + 1)


def test_the_file_is_not_cleared_away_as_an_old_one() -> None:
    with ledger_file(2) as path:
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            with pytest.raises(BlockingIOError):  # as systemd-tmpfiles asks whether it is in use
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
