"""What the workers know together of how much each key has used."""

import multiprocessing
from pathlib import Path

import pytest

from app.callers.rates import NANOSECONDS, RateRule
from app.callers.shared import DAY_SECONDS, PLACES, ROWS, SharedAllowance, SharedRate, UseTable, use_file

DAY = 20_000
MORNING = DAY * DAY_SECONDS + 3_600.0
RULE = RateRule(3, 60)


class Clock:
    """Both clocks of a table, moved by hand."""

    def __init__(self) -> None:
        self.now = MORNING

    def table(self, path: Path | None = None, column: int = 0, **more: int) -> UseTable:
        return UseTable(
            path,
            column,
            1 if path is None else 2,
            spent=lambda name, day: more.get(name, 0) if day == DAY else 0,
            monotonic_nanoseconds=lambda: round(self.now * NANOSECONDS),
            now=lambda: self.now,
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestRate:
    def test_it_is_taken_until_there_is_none_and_comes_back_evenly(self, clock: Clock) -> None:
        rate = SharedRate(clock.table(), "ci", RULE)
        assert [rate.take().remaining for _ in range(3)] == [2, 1, 0]
        refused = rate.take()
        assert (refused.remaining, refused.retry_after_seconds) == (0, 20.0)
        clock.now += 20
        assert rate.take().retry_after_seconds == 0
        assert rate.take().retry_after_seconds == pytest.approx(20)

    def test_workers_count_together_and_names_apart(self, clock: Clock) -> None:
        with use_file(2) as path:
            one, other = clock.table(path), clock.table(path, 1)
            rates = [SharedRate(one, "ci", RULE), SharedRate(other, "ci", RULE), SharedRate(other, "else", RULE)]
            assert [rate.take().remaining for rate in rates] == [2, 1, 2]
            one.close()
            other.close()

    def test_a_limit_that_was_lowered_holds_nobody_up_for_longer_than_its_window(self, clock: Clock) -> None:
        table = clock.table()
        before = SharedRate(table, "ci", RateRule(3, 3600))
        for _ in range(3):
            before.take()
        now = SharedRate(table, "ci", RULE)
        assert now.take().retry_after_seconds == 20
        clock.now += 20
        assert now.take().retry_after_seconds == 0
        assert now.take().retry_after_seconds == 20

    def test_a_worker_writes_nothing_that_another_writes(self, clock: Clock) -> None:
        """One that was stopped between its look and its count takes nothing away when it goes on."""
        with use_file(2) as path:
            table, other = clock.table(path), clock.table(path, 1)
            SharedRate(table, "ci", RULE).take()
            SharedAllowance(table, "ci", 10).take(1)
            before = list(table.words)
            SharedRate(other, "ci", RULE).take()
            SharedAllowance(other, "ci", 10).take(1)
            written = [at for at, word in enumerate(other.words) if word != before[at] and at >= 2]  # rows begin there
            assert written
            assert all(before[at] == 0 for at in written)

    def test_what_was_let_through_beyond_it_is_owed(self, clock: Clock) -> None:
        """As by two workers that looked in the same moment, and both took the last one."""
        with use_file(2) as path:
            table = clock.table(path)
            rate = SharedRate(table, "ci", RULE)
            for _ in range(3):
                rate.take()
            table.words[rate._base + 2] += RULE.step_nanoseconds
            assert rate.take().retry_after_seconds == 40
            clock.now += 20
            assert rate.take().retry_after_seconds == 20
            clock.now += 20
            assert rate.take().retry_after_seconds == 0

    def test_nobody_saves_up_time(self, clock: Clock) -> None:
        with use_file(2) as path:
            rates = [SharedRate(clock.table(path, column), "ci", RULE) for column in range(2)]
            assert rates[0].take().remaining == 2
            for rate in rates:
                clock.now += 3_600
                assert rate.take().remaining == 2
            assert [rate.take().remaining for rate in rates] == [1, 0]
            assert rates[0].take().retry_after_seconds == 20

    def test_what_a_lost_worker_counted_goes_on_to_count(self, clock: Clock) -> None:
        with use_file(2) as path:
            assert SharedRate(clock.table(path, 1), "ci", RULE).take().remaining == 2
            assert SharedRate(clock.table(path, 1), "ci", RULE).take().remaining == 1


class TestAllowance:
    def test_it_is_taken_until_midnight(self, clock: Clock) -> None:
        allowance = SharedAllowance(clock.table(), "ci", 10)
        assert allowance.take(7) is None
        assert allowance.take(4) == 23 * 3_600
        assert allowance.take(3) is None
        clock.now += 23 * 3_600
        assert allowance.take(10) is None

    def test_what_is_given_back_may_be_taken_again(self, clock: Clock) -> None:
        allowance = SharedAllowance(clock.table(), "ci", 10)
        allowance.take(10)
        allowance.give_back(4)
        assert allowance.take(5) is not None
        assert allowance.take(4) is None

    def test_what_was_taken_yesterday_is_not_given_back_today(self, clock: Clock) -> None:
        allowance = SharedAllowance(clock.table(), "ci", 10)
        allowance.take(10)
        clock.now += DAY_SECONDS
        allowance.give_back(4)
        assert allowance.take(10) is None
        assert allowance.take(1) is not None

    def test_what_is_given_back_goes_to_no_other_key_that_has_the_row_now(self, clock: Clock) -> None:
        table = clock.table()
        allowance, other = SharedAllowance(table, "ci", 10), SharedAllowance(table, "other", 10)
        allowance.take(4)
        base = table.place(allowance._hashed)
        table.words[base] = other._hashed  # as where a long list of keys meets in one row
        other._base = base
        assert other.left == 6
        allowance.give_back(4)
        assert other.left == 6

    def test_what_is_left_is_told(self, clock: Clock) -> None:
        allowance = SharedAllowance(clock.table(), "ci", 10)
        allowance.take(7)
        assert (allowance.left, allowance.limit) == (3, 10)
        assert SharedAllowance(clock.table(ci=12), "ci", 10).left == 0
        clock.now += DAY_SECONDS
        assert allowance.left == 10

    def test_what_was_spent_before_the_start_counts_on_its_day(self, clock: Clock) -> None:
        allowance = SharedAllowance(clock.table(ci=8), "ci", 10)
        assert allowance.take(3) is not None
        assert allowance.take(2) is None
        assert allowance.take(1) is not None
        clock.now += DAY_SECONDS
        assert SharedAllowance(clock.table(ci=8), "ci", 10).take(10) is None

    def test_a_raised_limit_counts_at_once(self, clock: Clock) -> None:
        table = clock.table()
        SharedAllowance(table, "ci", 10).take(10)
        assert SharedAllowance(table, "ci", 20).take(10) is None

    def test_workers_count_together(self, clock: Clock) -> None:
        with use_file(2) as path:
            one, other = clock.table(path), clock.table(path, 1)
            assert SharedAllowance(one, "ci", 10).take(6) is None
            assert SharedAllowance(other, "ci", 10).take(6) is not None
            one.close()
            other.close()


class TestRows:
    def test_whoever_has_lost_a_row_takes_another(self, clock: Clock) -> None:
        table = clock.table()
        rate = SharedRate(table, "ci", RULE)
        table.words[rate._base] = 77  # another worker took it in the same moment
        assert rate.take().remaining == 2
        assert rate.take().remaining == 1

    @staticmethod
    def full(clock: Clock) -> tuple[UseTable, list[int]]:
        """All places of a name are taken."""
        table = clock.table()
        places = [table.place(5 + step * ROWS) for step in range(PLACES)]
        assert len(set(places)) == PLACES
        for base in places:
            table.words[base + 3] = round((clock.now + 60) * NANOSECONDS)
        return table, places

    def test_a_row_that_knows_nothing_is_anybodys(self, clock: Clock) -> None:
        table, places = self.full(clock)
        late = 5 + PLACES * ROWS
        assert table.place(late) == places[0]
        assert table.words[places[0]] == 5  # all are in use: it is shared for the moment
        clock.now += 61
        assert table.place(late) == places[0]
        assert table.words[places[0]] == late
        table.words[places[0] + 3] = round((clock.now + 60) * NANOSECONDS)
        assert table.place(5) == places[1]

    def test_points_of_today_keep_a_row(self, clock: Clock) -> None:
        table, places = self.full(clock)
        table.words[places[0] + 4] = DAY << 40 | 3
        clock.now += 61
        assert table.place(5 + PLACES * ROWS) == places[1]
        table.words[places[1] + 3] = round((clock.now + 2 * DAY_SECONDS) * NANOSECONDS)
        clock.now += DAY_SECONDS
        assert table.place(5 + (PLACES + 1) * ROWS) == places[0]


def test_that_there_were_keys_is_remembered_by_all(clock: Clock) -> None:
    with use_file(2) as path:
        one, other = clock.table(path), clock.table(path, 1)
        assert not other.had_keys
        one.note_keys()
        one.close()
        assert other.had_keys
        other.close()


def test_the_file_is_its_owners_and_goes_with_the_block() -> None:
    with use_file(2) as path:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not path.parent.exists()


def _take_many(path: Path, column: int, requests: int, told: "multiprocessing.Queue[int]") -> None:
    rate = SharedRate(UseTable(path, column, 2), "ci", RateRule(1_000, 86_400))
    told.put(sum(rate.take().retry_after_seconds == 0 for _ in range(requests)))


def test_two_processes_share_one_limit() -> None:
    """Both ask for all of it at the same time. Only those that look in the very same moment may both have the last one."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[int] = context.Queue()
    with use_file(2) as path:
        processes = [context.Process(target=_take_many, args=(path, column, 1_000, told)) for column in range(2)]
        for process in processes:
            process.start()
        taken = sum(told.get(timeout=60) for _ in processes)
        for process in processes:
            process.join(60)
    told.close()
    assert 1_000 <= taken <= 1_001
