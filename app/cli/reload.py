"""`headgate reload`: lets a running gateway take up its configuration anew, and tells what came of it."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from app.cli.supervision.pid_file import REFUSED, TAKEN_UP, UNDER_WAY, Reload, running

POLL_SECONDS: Final = 0.1


def reload(
    pid_file: Path,
    output: TextIO,
    errors: TextIO,
    *,
    wait_seconds: float,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Orders a reload and waits for what comes of it; the exit code.

    Args:
        pid_file: Of the gateway.
        output: For what was taken up.
        errors: For what was not.
        wait_seconds: How long to wait.
        monotonic: The clock.
        sleep: Waits.
    """
    try:
        found = running(pid_file)
    except (OSError, ValueError) as problem:
        reason = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
        print(f"cannot reload: {pid_file}: {reason}", file=errors)
        return 1
    if found is None:
        print(
            f"cannot reload: no gateway with this configuration runs as this user ({pid_file}); if one does, "
            "server.pid_file has to be the same for it and for this command",
            file=errors,
        )
        return 1
    before = found.reload.number
    try:
        os.kill(found.pid, signal.SIGHUP)
    except OSError as error:
        print(f"cannot reload: pid {found.pid}: {error.strerror}", file=errors)
        return 1
    until = monotonic() + wait_seconds
    while monotonic() < until:
        sleep(POLL_SECONDS)
        found = running(pid_file)
        if found is None:
            print("cannot reload: the gateway has ended", file=errors)
            return 1
        if found.reload.number > before and found.reload.outcome != UNDER_WAY:
            return _told(found.reload, output, errors)
    print(f"the reload is still under way after {wait_seconds:g} s; the log will tell", file=errors)
    return 1


def _told(reload: Reload, output: TextIO, errors: TextIO) -> int:
    if reload.outcome == TAKEN_UP:
        changed = ", ".join(reload.changed) or "nothing has changed; every worker was replaced all the same"
        print(f"taken up: {changed}", file=output)
        if reload.kept:
            print(f"unchanged until a restart: {', '.join(reload.kept)}", file=output)
        return 0
    for reason in reload.reasons:
        print(reason, file=errors)
    print(f"{reload.outcome}: the gateway serves on with the configuration that it had", file=errors)
    return 2 if reload.outcome == REFUSED else 1
