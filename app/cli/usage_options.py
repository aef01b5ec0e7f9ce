"""The command line of `headgate usage`."""

import argparse
import os
import sys
from pathlib import Path

from app.cli import help_texts


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Adds the command; the option that names the configuration is the caller's to add."""
    parser = commands.add_parser(
        "usage",
        help="who spent the quota, and what was saved",
        description="Who spent the quota, and what was saved, as all workers have written it, also while the gateway runs.",
        epilog=help_texts.USAGE_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--by",
        choices=("caller", "route", "outcome"),
        default="caller",
        help="what it is told apart by (default: caller)",
    )
    parser.add_argument(
        "--since",
        default="24h",
        metavar="T",
        help="from when on: 90m, 24h, 7d or 4w ago, or a moment such as 2026-06-01T12:00:00Z (default: 24h)",
    )
    parser.add_argument("--until", metavar="T", help="up to when, written in the same way (default: now)")
    parser.add_argument("--json", action="store_true", help="as GET /api/v1/usage answers")
    return parser


def run(options: argparse.Namespace) -> int:
    """Does what was asked for, and answers the exit code."""
    from app.cli.usage import usage  # noqa: PLC0415 -- no other command needs the answers in its own process

    return usage(
        by=options.by,
        since=options.since,
        until=options.until,
        config_path=options.config,
        environ=os.environ,
        working_directory=Path.cwd(),
        as_json=options.json,
        output=sys.stdout,
        errors=sys.stderr,
    )
