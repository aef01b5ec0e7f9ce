"""What the workers of a machine have in common when they use one directory, and what becomes of it without them."""

import os
import shutil
import stat
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.transport.caching.board import GENERATION, WRITING
from app.transport.caching.disk import DiskStore
from tests.stored import MIB, Clock, bodies, entry, keep, key, opened


def database_bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("*.sqlite*"))


def all_bytes(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


async def test_a_restart_keeps_replies_marks_and_purges(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        requested = store.sequence
        await keep(store, key("a"), entry(b"a", tags=("t",)))
        await keep(store, key("b"), entry(b"b"))
        await store.mark(["t"])
        await store.purge("github/c")
        sequence = store.sequence

    async with opened(tmp_path) as store:
        assert store.sequence == sequence
        assert bodies(await store.find(key("a"))) == [b"a"]
        assert store.is_marked((await store.find(key("a")))[0])
        assert not store.is_marked((await store.find(key("b")))[0])
        await keep(store, key("c"), entry(sequence=requested))
        assert await store.find(key("c")) == (), "its purge came after its request"


async def test_a_store_can_be_opened_again(tmp_path: Path) -> None:
    clock = Clock()
    store = DiskStore(tmp_path, MIB, MIB, clock=clock, monotonic=clock, elsewhere=())
    await store.open()
    await keep(store, key(), entry())
    await store.close()
    await store.close()

    assert await store.find(key()) == (), "closed, it has what it was given since"
    await keep(store, key("closed"), entry(tags=("t",)))
    await store.mark(["t"])
    assert store.is_marked(store.glance(key("closed"))[0])
    assert await store.purge("*closed") == 1
    lease = store.lease(key())
    assert lease is not None
    lease.release()
    assert (await store.stats()).entries == 0
    store.drop(key())

    await store.open()
    assert len(await store.find(key())) == 1
    await store.close()


async def test_a_reply_that_another_worker_has_in_memory_is_replaced(tmp_path: Path) -> None:
    async with opened(tmp_path) as one, opened(tmp_path) as other:
        await keep(one, key(), entry(b"old"))
        assert bodies(await other.find(key())) == [b"old"]

        await keep(one, key(), entry(b"new"))

        assert other.glance(key()) == ()
        assert bodies(await other.find(key())) == [b"new"]
        assert bodies(one.glance(key())) == [b"new"]


async def test_a_new_variant_is_found_by_who_has_the_others_in_memory(tmp_path: Path) -> None:
    async with opened(tmp_path) as one, opened(tmp_path) as other:
        await keep(one, key(), entry(b"de", vary=(("accept-language", "de"),)))
        await other.find(key())

        await keep(other, key(), entry(b"en", vary=(("accept-language", "en"),)))

        assert bodies(await one.find(key())) == [b"en", b"de"]


async def test_who_keeps_a_variant_of_what_others_have_kept_finds_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as one, opened(tmp_path) as other:
        await keep(one, key(), entry(b"de", vary=(("accept-language", "de"),)))
        mine = entry(b"en", vary=(("accept-language", "en"),))
        other.keep(key(), mine)

        assert other.glance(key()) == (mine,)
        assert bodies(await other.find(key())) == [b"en", b"de"]
        assert other.glance(key())[0] is mine


async def test_what_two_keep_at_once_ends_the_same_for_both(tmp_path: Path) -> None:
    async with opened(tmp_path) as one, opened(tmp_path) as other:
        for number in range(50):
            one.keep(key(f"{number}"), entry(b"one"))
            other.keep(key(f"{number}"), entry(b"other"))
            if number % 3 == 0:
                one.drop(key(f"{number}"))
        await keep(one, key("last of one"), entry())
        await keep(other, key("last of other"), entry())

        for number in range(50):
            assert bodies(await one.find(key(f"{number}"))) == bodies(await other.find(key(f"{number}")))


async def test_what_a_worker_uses_is_not_evicted_by_another(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, MIB, clock=clock) as one, opened(tmp_path, MIB, clock=clock) as other:
        await keep(one, key("used"), entry(bytes(20_000)))
        for number in range(200):
            assert len(one.glance(key("used"))) == 1
            clock.now += 2
            await keep(one, key("mine"), entry(b"flushes what was used"))
            await keep(other, key(f"{number}"), entry(bytes(20_000)))

        assert (await other.stats()).evictions > 100
        assert len(await other.find(key("used"))) == 1
        assert await other.find(key("0")) == ()


async def test_the_file_stays_about_as_large_as_the_store(tmp_path: Path) -> None:
    async with opened(tmp_path, 4 * MIB) as store:
        for number in range(3000):
            store.keep(key(f"{number % 1500}"), entry(bytes(2000 + number % 7 * 1500)))
            if number % 200 == 0:
                await keep(store, key("pause"), entry())
    assert database_bytes(tmp_path) < 5 * MIB


async def test_a_smaller_limit_makes_the_file_smaller(tmp_path: Path) -> None:
    async with opened(tmp_path, 16 * MIB) as store:
        for number in range(1000):
            store.keep(key(f"{number}"), entry(bytes(10_000)))
    assert database_bytes(tmp_path) > 9 * MIB

    async with opened(tmp_path, 2 * MIB) as store:
        for number in range(600):
            await keep(store, key(f"{number % 100}"), entry(bytes(10_000)))
        assert (await store.stats()).bytes <= 2 * MIB
    assert database_bytes(tmp_path) < 5 * MIB


async def test_only_its_owner_can_read_it_and_no_name_tells_anything(tmp_path: Path) -> None:
    directory = tmp_path / "below" / "cache"
    former = os.umask(0)
    try:
        async with opened(directory) as store:
            await keep(store, key("repos/acme/secret"), entry())
            await store.mark(["a"])
            files = list(directory.iterdir())
            assert stat.S_IMODE(directory.stat().st_mode) == 0o700
            assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
            assert not [path.name for path in files if "acme" in path.name]
            assert len(files) == 4
    finally:
        os.umask(former)


async def test_no_credential_is_written_anywhere(tmp_path: Path) -> None:
    secrets = [f"s3cret{number}" for number in range(6)]
    async with opened(tmp_path) as store:
        target = f"user?access_token={secrets[0]}&per_page=5&Client-Secret={secrets[1]}&%74oken={secrets[2]};sig={secrets[3]}"
        its_key = key(target)._replace(fields=(secrets[4],))
        await keep(store, its_key, entry(tags=(f"github/{target}", "plain")))
        await store.mark([f"github/{target}"])
        await store.purge(f"github/nothing?token={secrets[5]}")
        assert len(await store.find(its_key)) == 1
        written = all_bytes(tmp_path)
    written += all_bytes(tmp_path)

    assert [secret for secret in secrets if secret.encode() in written] == []
    assert b"per_page=5" in written


async def test_another_process_tells_and_purges_while_workers_run(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from app.transport.caching.disk import DiskStore\n"
        "async def main():\n"
        "    store = DiskStore(Path(sys.argv[1]), 1000, 1000); await store.open()\n"
        "    before = await store.stats(); count = await store.purge('github/a*'); await store.close()\n"
        "    print(before.entries, count, before.degraded)\n"
        "asyncio.run(main())"
    )
    async with opened(tmp_path) as store:
        for target in ("a", "ab", "b"):
            await keep(store, key(target), entry(bytes(2000)))

        process = await create_subprocess_exec(sys.executable, "-c", program, str(tmp_path), stdout=PIPE)
        told, _ = await process.communicate()

        assert told.decode().split() == ["3", "2", "None"]
        assert store.glance(key("a")) == ()
        assert await store.find(key("ab")) == ()
        assert len(store.glance(key("b"))) == 1


async def test_a_worker_that_holds_the_turn_and_does_not_move_blocks_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as one, opened(tmp_path) as other:
        await keep(one, key(), entry(b"old", tags=("t",)))
        in_memory = (await other.find(key()))[0]
        locks = other._medium.board.locks
        assert locks is not None
        assert locks.acquire(WRITING)

        await keep(one, key("b"), entry())
        assert (await one.stats()).degraded == "busy"
        assert len(one.glance(key("b"))) == 1
        await one.mark(["t"])
        assert other.is_marked(in_memory)
        one.drop(key())
        assert await one.purge("github/b") == 1
        assert await other.find(key()) == ()

        locks.release(WRITING)
        await keep(one, key("c"), entry(sequence=one.sequence))
        assert (await one.stats()).degraded is None
        assert len(await other.find(key("c"))) == 1


async def test_a_directory_that_cannot_be_written_leaves_memory_and_marks(tmp_path: Path) -> None:
    directory, elsewhere = tmp_path / "cache", tmp_path / "shared"
    directory.write_bytes(b"a file")
    elsewhere.mkdir(mode=0o777)
    elsewhere.chmod(0o1777)
    async with AsyncExitStack() as stack:
        one, other = (DiskStore(directory, MIB, MIB, elsewhere=(elsewhere,)) for _ in range(2))
        for store in (one, other):
            await store.open()
            stack.push_async_callback(store.close)
            assert str((await store.stats()).degraded).startswith("unusable")
        kept = entry(tags=("t",), sequence=one.sequence)
        await keep(other, key("mine"), kept)
        assert other.glance(key("mine")) == (kept,)

        await one.mark(["t"])
        assert other.is_marked(kept)
        lease = one.lease(key())
        assert lease is not None
        assert other.lease(key()) is None
        await one.purge("github/*")
        assert other.glance(key("mine")) == ()
        (board,) = elsewhere.iterdir()
        assert stat.S_IMODE(board.stat().st_mode) == 0o600
        assert "cache" not in board.name


@pytest.mark.parametrize("trap", ["a link", "a link to nothing", "open to others", "a directory", "a second name"])
async def test_a_board_elsewhere_is_taken_only_if_it_is_ours(tmp_path: Path, trap: str) -> None:
    directory, elsewhere = tmp_path / "cache", tmp_path / "shared"
    directory.write_bytes(b"a file")
    elsewhere.mkdir()
    elsewhere.chmod(0o1777)
    store = DiskStore(directory, MIB, MIB, elsewhere=(elsewhere,))
    await store.open()
    (board,) = elsewhere.iterdir()
    await store.close()
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    board.unlink()
    if trap == "a link":
        board.symlink_to(precious)
    elif trap == "a link to nothing":
        board.symlink_to(tmp_path / "made for others")
    elif trap == "open to others":
        board.write_bytes(b"")
        board.chmod(0o666)
    elif trap == "a directory":
        board.mkdir()
    else:
        precious.chmod(0o600)
        board.hardlink_to(precious)

    await store.open()
    try:
        await keep(store, key(), entry())
        assert len(store.glance(key())) == 1
        assert not store._medium.board.shared
    finally:
        await store.close()
    assert precious.read_bytes() == b"precious"
    assert not (tmp_path / "made for others").exists()


async def test_who_comes_later_meets_the_others_where_they_are(tmp_path: Path) -> None:
    directory, elsewhere = tmp_path / "cache", tmp_path / "shared"
    directory.write_bytes(b"a file")
    elsewhere.mkdir()
    one, other = (DiskStore(directory, MIB, MIB, elsewhere=(elsewhere,)) for _ in range(2))
    await one.open()
    directory.unlink()
    await other.open()
    try:
        await keep(one, key(), entry(b"on disk after all"))
        assert (await one.stats()).degraded is None
        assert len(await other.find(key())) == 1
        assert one._medium.board.words[GENERATION] == other._medium.board.words[GENERATION]
        await one.mark(["t"])
        assert other.sequence == one.sequence
    finally:
        await other.close()
        await one.close()
    async with opened(directory) as store:
        assert len(await store.find(key())) == 1


async def test_files_that_are_removed_while_workers_run_are_made_anew(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    async with opened(directory) as one, opened(directory) as other:
        await keep(one, key("before"), entry())
        shutil.rmtree(directory)
        await keep(one, key("meanwhile"), entry(sequence=one.sequence))
        assert (await one.stats()).degraded is None
        for store in (one, other):
            store._tick(0)
            assert store._reopening is not None
            await store._reopening

        await keep(one, key("after"), entry(tags=("t",), sequence=one.sequence))
        (shared,) = await other.find(key("after"))
        await one.mark(["t"])
        assert other.is_marked(shared)
        async with opened(directory) as third:
            assert len(await third.find(key("after"))) == 1
            assert third.sequence == other.sequence
        shutil.rmtree(directory)
        one._tick(0)  # and is closed meanwhile
