"""The command line of `headgate cache`."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from app.cli import help_texts


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> tuple[argparse.ArgumentParser, ...]:
    """Adds the command; its actions, to which the option that names the configuration is the caller's to add."""
    parser = commands.add_parser(
        "cache",
        help="look into the cache on disk, or make it forget",
        description="Looks into the cache on disk, or makes it forget, also while the gateway runs.",
        epilog=help_texts.CACHE_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    counting = actions.add_parser("stats", help="how much is kept")
    counting.add_argument("--json", action="store_true", help="as JSON")
    purging = actions.add_parser(
        "purge",
        help="forget replies, so that upstream is asked anew",
        description="Every worker has forgotten what matches within a second, also what is being fetched just now.",
    )
    purging.add_argument(
        "pattern",
        nargs="?",
        metavar="PATTERN",
        help="such as 'github/repos/acme/*' or 'https://api.github.com/repos/acme/*' (* stands for any characters, ? for "
        "one), or the name of an upstream; left out: everything",
    )
    return counting, purging


def run(options: argparse.Namespace) -> int:
    """Does what was asked for, and answers the exit code."""
    from app.cli import cache  # noqa: PLC0415 -- no other command needs the store in its own process

    given: dict[str, Any] = {
        "config_path": options.config,
        "environ": os.environ,
        "working_directory": Path.cwd(),
        "output": sys.stdout,
        "errors": sys.stderr,
    }
    if options.action == "stats":
        return cache.stats(as_json=options.json, **given)
    return cache.purge(pattern=options.pattern, **given)
