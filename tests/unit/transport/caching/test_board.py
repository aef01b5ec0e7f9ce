"""What workers tell each other through memory, on private boards: files come in the integration tests."""

from typing import cast

import pytest

from app.transport.caching.board import LEASES_END, STAMP, Board, key_word
from app.transport.caching.leases import Leases
from app.transport.caching.presence import Presence, filter_bytes_for
from app.transport.caching.record import name_of, number_of
from app.transport.locks import ByteLocks
from tests.stored import Clock, key

NUMBERS = [number_of(name_of(key(f"{number}"))) for number in range(4000)]


@pytest.mark.parametrize(
    ("max_bytes", "size"),
    [(1, 1 << 16), (1 << 24, 1 << 16), (1 << 29, 1 << 21), ((1 << 29) + 257, 1 << 22), (1 << 50, 1 << 24)],
)
def test_the_size_of_a_filter(max_bytes: int, size: int) -> None:
    assert filter_bytes_for(max_bytes) == size


def test_what_was_added_is_there_and_little_else() -> None:
    presence = Presence(Board(None, 1 << 16))
    for number in NUMBERS[:2000]:
        presence.add(number)

    assert all(presence.has(number) for number in NUMBERS[:2000])
    assert sum(presence.has(number) for number in NUMBERS[2000:]) < 40
    assert not presence.is_full()


def test_a_filter_that_has_filled_up_is_built_anew() -> None:
    presence = Presence(Board(None, 1 << 16))
    for number in range(40_000):
        presence.add(number * 0x9E3779B97F4A7C15 % (1 << 63))
    assert presence.is_full()

    presence.clear_spare()
    presence.add(NUMBERS[3])  # while it is being built
    presence.rebuild(NUMBERS[:3])

    assert all(presence.has(number) for number in NUMBERS[:4])
    assert sum(presence.has(number) for number in NUMBERS[4:]) < 5
    assert not presence.is_full()


def test_epochs_only_rise() -> None:
    board = Board(None, 1 << 16)
    before = board.words[STAMP]
    board.distrust(7)
    assert board.words[STAMP] != before
    board.distrust(3)

    assert board.epoch == 7
    board.forget(9)
    assert board.forgotten == 0, "who purged knows better"


def test_a_board_that_is_put_in_order_keeps_what_would_be_missed() -> None:
    board = Board(None, 1 << 16)
    assert not board.clean()
    board.distrust(7)
    Presence(board).add(NUMBERS[0])

    assert board.clean()

    assert board.epoch == 7
    assert not Presence(board).has(NUMBERS[0])
    board.distrust(1 << 63)
    assert board.clean()
    assert board.epoch == 0, "no moment in this century"


def test_a_keys_word_is_a_word() -> None:
    board = Board(None, 1 << 16)
    for number in (0, (1 << 63) - 1, *NUMBERS):
        assert board.words[key_word(number)] == 0


class Locks:
    """Locks of a file that two workers have open: in a dictionary."""

    def __init__(self, held: dict[int, object], *, broken: bool = False) -> None:
        self._held = held
        self._broken = broken

    def acquire(self, offset: int, *, shared: bool = False) -> bool:
        if self._broken:
            raise OSError
        assert 0 <= offset < LEASES_END
        return self._held.setdefault(offset, self) is self

    def release(self, offset: int) -> None:
        assert self._held.pop(offset) is self


def two_workers(clock: Clock) -> tuple[Leases, Leases, Leases]:
    board, held = Board(None, 1 << 16), dict[int, object]()
    made = []
    for _ in range(3):
        board.locks = cast("ByteLocks", Locks(held))
        made.append(Leases(board, clock))
    return made[0], made[1], made[2]


def test_a_lease_is_one_workers() -> None:
    one, other, _ = two_workers(Clock())
    lease = one.take(5)
    assert lease is not None
    assert one.take(5) is None
    assert other.take(5) is None
    lease.release()
    lease.release()

    again = other.take(5)
    assert again is not None
    lease.release()
    assert one.take(5) is None, "the first lease frees nothing any more"


def test_a_holder_that_moves_keeps_it() -> None:
    clock = Clock()
    one, other, _ = two_workers(clock)
    assert one.take(5) is not None
    for _ in range(20):
        clock.now += 0.5
        one.beat()
        assert other.take(5) is None


def test_a_holder_that_does_not_move_is_overtaken_by_one() -> None:
    clock = Clock()
    stopped, other, third = two_workers(clock)
    held = stopped.take(5)
    assert held is not None
    clock.now += 1.9
    assert other.take(5) is None
    clock.now += 0.1
    overtaking = other.take(5)
    assert overtaking is not None
    assert third.take(5) is None

    stopped.beat()  # it moves again
    held.release()
    assert third.take(6) is not None
    overtaking.release()


def test_a_holder_that_was_stopped_before_it_could_say_so_is_overtaken() -> None:
    clock = Clock()
    one, other, _ = two_workers(clock)
    assert one.take(5) is not None
    one._words[512 + 256 + 256 + 5] = 0
    assert other.take(5) is None
    clock.now += 2

    assert other.take(5) is not None


def test_when_all_of_a_few_have_stopped_nobody_waits_in_vain_for_long() -> None:
    clock = Clock()
    workers = two_workers(clock)
    for worker in workers:
        assert worker.take(5) is not None
        clock.now += 2
    board = Board(None, 1 << 16)
    board.locks = workers[0]._locks
    assert Leases(board, clock).take(7) is not None


def test_where_there_are_no_locks_every_lease_is_free() -> None:
    board = Board(None, 1 << 16)
    assert Leases(board, Clock()).take(5) is not None
    board.locks = cast("ByteLocks", Locks({}, broken=True))
    leases = Leases(board, Clock())
    assert leases.take(5) is not None


def test_all_leases_end_with_their_worker() -> None:
    one, other, _ = two_workers(Clock())
    lease = one.take(5)
    assert one.take(6) is not None
    assert lease is not None
    one.close()

    assert other.take(5) is not None
    assert other.take(6) is not None
    lease.release()
