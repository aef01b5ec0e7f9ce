"""Parses the command line and calls the command."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Final

from app import __version__
from app.cli import cache_options, config, demo, help_texts, reload, serve, usage_options
from app.cli.keys import parser as keys
from app.cli.loading import loaded_or_told
from app.cli.report import parser as report_command
from app.settings import Loaded, load_settings

INTERRUPTED = 130
"""What a shell expects of a command that Ctrl-C has ended."""
UNREAD = 141
"""The same of one whose output nobody reads any more (SIGPIPE)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and answers its exit code. `arguments` are those after the command's name."""
    options = _parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except BrokenPipeError:  # whoever reads has enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still to be written goes nowhere
        return UNREAD
    except KeyboardInterrupt:  # before there was anything to end in good order
        return INTERRUPTED


def _serve(options: argparse.Namespace) -> int:
    load_again = partial(_loaded, options.config, _given(options))
    loaded = loaded_or_told(options.config, os.environ, Path.cwd(), _given(options), sys.stderr)
    return 2 if loaded is None else serve.serve(loaded, sys.stdout, sys.stderr, load_again=load_again)


def _reload(options: argparse.Namespace) -> int:
    loaded = loaded_or_told(options.config, os.environ, Path.cwd(), {}, sys.stderr)
    if loaded is None:
        return 2
    try:
        pid_file = serve.pid_file_of(loaded)
    except OSError as error:
        print(f"cannot reload: {error.strerror or error}; set server.pid_file", file=sys.stderr)
        return 1
    return reload.reload(pid_file, sys.stdout, sys.stderr, wait_seconds=options.wait)


def _loaded(config_path: Path | None, given: Mapping[str, object]) -> Loaded:
    """The configuration as it is now."""
    return load_settings(config_path=config_path, environ=os.environ, command_line=given, working_directory=Path.cwd())


def _demo(options: argparse.Namespace) -> int:
    try:
        with demo.stand_ins(options.tick_seconds) as addresses:
            given = {**demo.pointing_to(addresses), **_given(options)}
            loaded = loaded_or_told(demo.CONFIG, os.environ, Path.cwd(), given, sys.stderr)
            if loaded is None:
                return 2
            load_again = partial(_loaded, demo.CONFIG, given)
            return serve.serve(loaded, sys.stdout, sys.stderr, load_again=load_again, welcome=demo.WELCOME)
    except demo.StandInsFailed as error:
        print(error, file=sys.stderr)
        return 1


def _config(options: argparse.Namespace) -> int:
    if options.action == "schema":
        return config.schema(output=sys.stdout)
    return (config.check if options.action == "check" else config.show)(
        config_path=options.config,
        environ=os.environ,
        command_line=_given(options),
        working_directory=Path.cwd(),
        output=sys.stdout,
        errors=sys.stderr,
        **({"as_json": options.json} if options.action == "show" else {}),
    )


def _keys(options: argparse.Namespace) -> int:
    return keys.run(
        options,
        environ=os.environ,
        working_directory=Path.cwd(),
        output=sys.stdout,
        errors=sys.stderr,
        now=time.time(),
    )


def _doctor(options: argparse.Namespace) -> int:
    from app.cli.doctor.command import doctor  # noqa: PLC0415 -- no other command asks upstreams from the main process

    return doctor(
        config_path=options.config,
        environ=os.environ,
        command_line=_given(options),
        working_directory=Path.cwd(),
        as_json=options.json,
        offline=options.offline,
        output=sys.stdout,
    )


_COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "serve": _serve,
    "reload": _reload,
    "demo": _demo,
    "config": _config,
    "cache": cache_options.run,
    "keys": _keys,
    "usage": usage_options.run,
    "report": report_command.run,
    "doctor": _doctor,
}


def _given(options: argparse.Namespace) -> dict[str, object]:
    """What the command line says of settings, by their paths."""
    return {f"server.{name}": getattr(options, name, None) for name in ("host", "port", "workers")}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="headgate",
        description=help_texts.PROGRAM,
        epilog=help_texts.PROGRAM_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"headgate {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serving = commands.add_parser(
        "serve",
        help="serve the upstreams of the configuration",
        description="Serves until SIGTERM or SIGINT, then lets requests in flight finish.",
        epilog=help_texts.SERVE_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_file(serving)
    _add_server(serving)

    _add_reload(commands)
    demonstrating = commands.add_parser(
        "demo",
        help="serve embedded stand-ins of GitHub and Facebook: no token, no network",
        description="Starts small stand-ins of GitHub and Facebook on loopback, and the gateway in front of them.",
        epilog=help_texts.DEMO_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_server(demonstrating)
    demonstrating.add_argument(
        "--tick-seconds",
        type=_seconds,
        default=20.0,
        metavar="S",
        help="how often the stand-ins' data changes, so that freshness shows (default: 20; 0: never)",
    )

    configuring = commands.add_parser(
        "config",
        help="check, show or describe the configuration",
        description="Looks at a configuration without starting anything, and connects to nothing.",
        epilog=help_texts.CONFIG_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = configuring.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser("check", help="say whether the configuration is valid, else every fault; exit 2")
    showing = actions.add_parser("show", help="every value in force and where it comes from; secrets are masked")
    showing.add_argument("--json", action="store_true", help="as JSON")
    for reading in (checking, showing):
        _add_file(reading)
        _add_server(reading)
    actions.add_parser("schema", help="the JSON schema of the YAML file, for editors")

    for action in cache_options.add_to(commands):
        _add_file(action)
    keys.add_actions(
        commands.add_parser(
            "keys",
            help="make, list, change and end the keys of callers",
            description="Makes, lists, changes and ends the keys of callers, also while the gateway runs. Only their hashes are "
            "kept, in callers.key_file.",
            epilog=help_texts.KEYS_MORE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        ),
        _add_file,
    )
    _add_file(usage_options.add_to(commands))
    report_command.add_to(commands, _add_file)
    _add_doctor(commands)
    return parser


def _add_reload(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "reload",
        help="let a running gateway take up its changed configuration",
        description="Checks the configuration, lets the gateway that runs with it replace its workers one after the other, and "
        "tells what came of it. No request is lost; a configuration at fault changes nothing.",
        epilog=help_texts.RELOAD_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_file(parser)
    parser.add_argument(
        "--wait",
        type=_seconds,
        default=120.0,
        metavar="S",
        help="how many seconds to wait for the outcome (default: 120)",
    )


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "doctor",
        help="is all well with a deployment, and what is to be done?",
        description="Checks configuration, addresses, TLS, token, quota, clock, cache, keys and limits, one line for each, and "
        "says below what is not well what to do.",
        epilog=help_texts.DOCTOR_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_file(parser)
    _add_server(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--offline", action="store_true", help="leave upstreams alone")


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the YAML file (default: $HEADGATE_CONFIG, else config/headgate.yaml where there is one)",
    )


def _add_server(parser: argparse.ArgumentParser) -> None:
    # Texts, all of them: the settings check them, and tell a fault as they tell every other.
    parser.add_argument("--host", metavar="H", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", metavar="P", help="the port to listen on; 0: any that is free (default: 8000)")
    parser.add_argument("--workers", metavar="N", help="how many worker processes (default: 1)")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (isfinite(seconds) and seconds >= 0):
        raise argparse.ArgumentTypeError("expected a number of seconds, not negative")
    return seconds
