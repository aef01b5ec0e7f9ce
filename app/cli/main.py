"""Parses the command line and calls the command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from app import __version__
from app.cli import config, demo, serve
from app.settings import InvalidSettings, Loaded, load_settings

EXIT_CODES = """\
exit codes:
  0  done
  1  could not start, or ended by a failure
  2  the command line or the configuration is at fault; standard error says what is, one line per fault
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and answers its exit code. `arguments` are those after the command's name."""
    options = _parser().parse_args(arguments)
    match options.command:
        case "serve":
            loaded = _loaded(options.config, options, sys.stderr)
            return 2 if loaded is None else serve.serve(loaded, sys.stdout, sys.stderr)
        case "demo":
            return _demo(options)
        case _:
            return _config(options)


def _demo(options: argparse.Namespace) -> int:
    with demo.stand_ins(options.tick_seconds) as addresses:
        loaded = _loaded(demo.CONFIG, options, sys.stderr, demo.pointing_to(addresses))
        return 2 if loaded is None else serve.serve(loaded, sys.stdout, sys.stderr, welcome=demo.WELCOME)


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


def _loaded(
    config_path: Path | None, options: argparse.Namespace, errors: TextIO, beneath: dict[str, str] | None = None
) -> Loaded | None:
    """The settings, or None once every fault has been told."""
    try:
        loaded = load_settings(
            config_path=config_path,
            environ=os.environ,
            command_line={**(beneath or {}), **_given(options)},
            working_directory=Path.cwd(),
        )
    except InvalidSettings as invalid:
        for fault in invalid.faults:
            print(fault, file=errors)
        return None
    for warning in loaded.warnings:
        print(f"warning: {warning}", file=errors)
    return loaded


def _given(options: argparse.Namespace) -> dict[str, object]:
    """What the command line says of settings, by their paths."""
    return {f"server.{name}": getattr(options, name, None) for name in ("host", "port", "workers")}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="headgate",
        description="A gateway through which your own tools take data from upstream HTTP APIs, GitHub first.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"headgate {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serving = commands.add_parser(
        "serve",
        help="serve the upstreams of the configuration",
        description="Serves until SIGTERM or SIGINT, then lets requests in flight finish.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_file(serving)
    _add_server(serving)

    demonstrating = commands.add_parser(
        "demo",
        help="serve embedded stand-ins of GitHub and Facebook: no token, no network",
        description="Starts small stand-ins of GitHub and Facebook on loopback, and the gateway in front of them.",
    )
    _add_server(demonstrating)
    demonstrating.add_argument(
        "--tick-seconds",
        type=float,
        default=20.0,
        metavar="S",
        help="how often the stand-ins' data changes, so that freshness shows (default: 20; 0: never)",
    )

    configuring = commands.add_parser("config", help="check, show or describe the configuration")
    actions = configuring.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser("check", help="say whether the configuration is valid, else every fault; exit 2")
    showing = actions.add_parser("show", help="every value in force and where it comes from; secrets are masked")
    showing.add_argument("--json", action="store_true", help="as JSON")
    for reading in (checking, showing):
        _add_file(reading)
        _add_server(reading)
    actions.add_parser("schema", help="the JSON schema of the YAML file, for editors")
    return parser


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
