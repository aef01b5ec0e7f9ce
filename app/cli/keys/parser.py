"""The options of `headgate keys`, and which function they call."""

import argparse
import sys
from collections.abc import Callable, Mapping
from getpass import getpass
from pathlib import Path
from typing import TextIO

from app.cli.keys import arguments, command


def add_actions(parser: argparse.ArgumentParser, add_file: Callable[[argparse.ArgumentParser], None]) -> None:
    """Adds them to the parser of the command. `add_file` adds `--config`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    creating = actions.add_parser(
        "create", help="make a caller with a key", description="Makes a caller with a key, and prints the key, once."
    )
    creating.add_argument("name", type=arguments.name, metavar="NAME", help="what logs, metrics and usage call it")
    creating.add_argument(
        "--class",
        dest="urgency",
        choices=("interactive", "normal", "batch"),
        help="the highest class its requests may have, and the one they have where they say nothing",
    )
    for option, what in (("--allow", "what it may ask for"), ("--deny", "what it may not; wins")):
        creating.add_argument(
            option,
            type=arguments.rule,
            action="append",
            default=[],
            metavar="RULE",
            help=f"{what}: 'GET /api/v1/**', '* /github/**', or at every mount and in /api/v1 'repos/acme/**'; more than once",
        )
    creating.add_argument(
        "--rate", type=arguments.rate, metavar="N/WINDOW", help="how often it may ask: 10/s, 100/min, 5000/h, 20000/day"
    )
    creating.add_argument(
        "--daily-points",
        type=arguments.points,
        metavar="N",
        help="how much of the upstreams' quotas it may spend in a day (UTC)",
    )
    creating.add_argument("--operator", action="store_true", help="it may do what only who runs the gateway may")

    listing = actions.add_parser("list", help="who has a key, and what for")
    rotating = actions.add_parser(
        "rotate",
        help="make a caller's next key",
        description="Makes a caller's next key and prints it, once. Those before it are good for a while longer.",
    )
    rotating.add_argument(
        "--overlap",
        type=arguments.span_seconds,
        default="24h",
        metavar="SPAN",
        help="for how long the keys before it are still good: 24h (the default), 30min, 7d; 0: they end now",
    )
    revoking = actions.add_parser("revoke", help="end all keys of a caller, within a second")
    for changing in (rotating, revoking):
        changing.add_argument("name", type=arguments.name, metavar="NAME", help="of the caller")
    for making in (creating, rotating):
        making.add_argument(
            "--expires",
            type=arguments.end,
            metavar="WHEN",
            help="when the new key ends: in 90d, 12h, or at 2027-01-31; left out: never"
            + (", or in as long as the one before it was made for" if making is rotating else ""),
        )
    for telling in (creating, listing, rotating):
        telling.add_argument("--json", action="store_true", help="as JSON")
    for action in (creating, listing, rotating, revoking):
        add_file(action)
    actions.add_parser(
        "hash",
        help="read a key and print its hash, for callers.keys of the configuration",
        description="Reads a key from standard input and prints its hash, for callers.keys of the configuration.",
    )


def run(
    options: argparse.Namespace,
    *,
    environ: Mapping[str, str],
    working_directory: Path,
    output: TextIO,
    errors: TextIO,
    now: float,
) -> int:
    """Runs the action that was parsed; see app/cli/keys/command.py for the codes. `now`: seconds since the epoch."""
    if options.action == "hash":
        return command.print_hash(_one_line, output, errors)
    given = command.Surroundings(options.config, environ, working_directory, output, errors, now)
    match options.action:
        case "list":
            return command.show_list(given, as_json=options.json)
        case "revoke":
            return command.revoke(given, options.name)
    expires_at = None if options.expires is None else options.expires(now)
    if expires_at is not None and expires_at <= now:
        print("argument --expires: expected a moment that is still to come", file=errors)
        return command.AT_FAULT
    if options.action == "rotate":
        return command.rotate(
            given, options.name, overlap_seconds=options.overlap, expires_at=expires_at, as_json=options.json
        )
    fields = {
        "class": options.urgency,
        "operator": options.operator,
        "allow": options.allow,
        "deny": options.deny,
        "rate": options.rate,
        "daily_points": options.daily_points,
    }
    return command.create(given, options.name, options=fields, expires_at=expires_at, as_json=options.json)


def _one_line() -> str:
    return getpass("key: ") if sys.stdin.isatty() else sys.stdin.readline()
