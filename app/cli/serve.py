"""`headgate serve`: binds the socket, starts the workers, and waits for them."""

import os
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from app.callers.shared import use_file
from app.cli.banner import told_at_start
from app.cli.identity_key import IdentityKey, KeyRefused, kept_key, passing_key
from app.cli.open_files import too_few_files
from app.cli.supervision.pid_file import PidFile, PidFileTaken, held_pid_file, usual_pid_file
from app.cli.supervision.reloading import Reloading
from app.cli.supervision.renewal import Renewal, renewed
from app.cli.supervision.supervisor import Supervisor
from app.cli.supervision.systemd import ServiceManager
from app.logs.configuration import configure_logs
from app.logs.uncaught import log_uncaught
from app.metrics.directory import metrics_directory
from app.metrics.losses import Losses
from app.place import WorkerPlace
from app.settings import Loaded, Settings, SettingsFault
from app.transport.budget.ledger import ledger_file

KEY_FILE: Final = "identity.key_file"
PID_FILE: Final = "server.pid_file"
FEWEST_COLUMNS: Final = 8
"""So many workers share the ledger at least, of two generations while one takes the other's place."""


def serve(
    loaded: Loaded, output: TextIO, errors: TextIO, *, load_again: Callable[[], Loaded], welcome: str = ""
) -> int:
    """Serves until SIGTERM or SIGINT; then lets requests in flight finish, and answers 0.

    Args:
        loaded: The settings and where they came from.
        output: For the banner.
        errors: For what keeps it from starting.
        load_again: Reads the same sources anew, at a reload; raises `InvalidSettings`.
        welcome: Printed below the banner; `{url}` in it is where it listens.
    """
    settings = loaded.settings
    try:
        identity_key = _identity_key(settings)
    except KeyRefused as refusal:
        print(SettingsFault(KEY_FILE, str(refusal), loaded.source(KEY_FILE)), file=errors)
        return 2
    if identity_key.warning:
        print(f"warning: {identity_key.warning}", file=errors)
    with ExitStack() as until_the_end:
        try:
            pid_file = _pid_file(loaded, until_the_end, errors)
        except (OSError, PidFileTaken) as problem:
            print(_pid_file_problem(loaded, problem), file=errors)
            return 2 if isinstance(problem, OSError) else 1
        try:
            listener = _bound(settings.server.host, settings.server.port)
        except OSError as error:
            # The text of an error number is short; a name that cannot be resolved has none.
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
            print(f"cannot listen on {settings.server.host}:{settings.server.port}: {reason}", file=errors)
            return 1
        configure_logs(settings.logs.format)
        log_uncaught()
        if warning := too_few_files(settings):  # raised here, it is what the workers inherit
            print(f"warning: {warning}", file=errors)
        url = _url(settings, listener)
        banner = [told_at_start(loaded, url, output, os.environ)]
        if welcome:
            banner.append(welcome.format(url=url))
        columns = max(FEWEST_COLUMNS, 2 * settings.server.workers)
        directory = until_the_end.enter_context(metrics_directory())
        place = WorkerPlace(
            settings=settings,
            identity_key=identity_key.key,
            ledger=until_the_end.enter_context(ledger_file(columns)),
            ledger_columns=columns,
            metrics_directory=directory,
            callers_file=until_the_end.enter_context(use_file(columns)),
        )
        supervisor = Supervisor(
            place,
            listener,
            Reloading(lambda place: _renewed(place, load_again), pid_file),
            ServiceManager(os.environ, pid=os.getpid()),
            Losses(directory),
        )
        return supervisor.run(when_listening=lambda: print(*banner, sep="\n", file=output, flush=True), errors=errors)


def pid_file_of(loaded: Loaded) -> Path:
    """Where the main process that has this configuration writes its pid.

    Raises:
        OSError: The settings name none, and the usual place cannot be had.
    """
    named = loaded.settings.server.pid_file
    return usual_pid_file(loaded.path or Path.cwd(), os.environ) if named is None else named


def _pid_file(loaded: Loaded, until_the_end: ExitStack, errors: TextIO) -> PidFile | None:
    """One that was not asked for by name is no reason not to serve."""
    try:
        return until_the_end.enter_context(held_pid_file(pid_file_of(loaded)))
    except (OSError, PidFileTaken) as problem:
        if loaded.settings.server.pid_file is not None:
            raise
        # On any free port run tests and trials, side by side as a rule; nobody need hear of it.
        if isinstance(problem, PidFileTaken) and loaded.settings.server.port:
            told = f"another gateway runs with this configuration (pid {problem}); `headgate reload` finds that one"
            print(f"warning: {told}, unless each has a server.pid_file of its own", file=errors)
        return None


def _pid_file_problem(loaded: Loaded, problem: OSError | PidFileTaken) -> str:
    if isinstance(problem, PidFileTaken):
        return f"cannot start: another gateway runs with this server.pid_file (pid {problem})"
    expected = f"the path of a file that can be written, but: {problem.strerror}"
    return str(SettingsFault(PID_FILE, expected, loaded.source(PID_FILE)))


def _renewed(place: WorkerPlace, load_again: Callable[[], Loaded]) -> Renewal:
    renewal = renewed(place, load_again, _identity_key)
    configure_logs(renewal.place.settings.logs.format)
    warning = too_few_files(renewal.place.settings)
    return replace(renewal, warnings=(*renewal.warnings, warning)) if warning else renewal


def _identity_key(settings: Settings) -> IdentityKey:
    """With the store in memory nothing that the key is for outlives this run, so that no file is made."""
    return passing_key() if settings.cache.store == "memory" else kept_key(settings.identity.key_file)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _url(settings: Settings, listener: socket.socket) -> str:
    scheme = "http" if settings.server.tls.certificate_file is None else "https"
    host, port = settings.server.host, listener.getsockname()[1]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
