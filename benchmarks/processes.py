"""What processes take, as Linux counts it."""

from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def resident_bytes(pid: int) -> int:
    """RSS of one process."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"the kernel does not say what {pid} takes")


def forget_peak(pid: int) -> None:
    """From now on `peak_bytes` counts anew."""
    (PROC / str(pid) / "clear_refs").write_text("5")  # proc(5)


def peak_bytes(pid: int) -> int:
    """The largest RSS of one process."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"the kernel does not say what {pid} took")


def workers_of(pid: int) -> list[int]:
    """The worker processes that the main process `pid` of Headgate has started: forked off one that serves for that."""
    servers = [child for child in _children(pid) if "forkserver" in _command(child)]
    return [worker for server in servers for worker in _children(server)]


def _children(pid: int) -> Iterator[int]:
    for task in (PROC / str(pid) / "task").iterdir():
        try:
            children = (task / "children").read_text()
        except FileNotFoundError:  # a thread that has ended meanwhile
            continue
        yield from map(int, children.split())


def _command(pid: int) -> str:
    return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
