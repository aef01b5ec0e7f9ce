"""The command line of `headgate report`."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.cli import help_texts

AddFile = Callable[[argparse.ArgumentParser], None]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add_file: AddFile) -> None:
    """Adds the command with its kinds; `add_file` adds the option that names the configuration."""
    parser = commands.add_parser(
        "report",
        help="a report on a repository or an organization, or repositories compared",
        description="Asks GitHub through the gateway's own layers and cache, also while no gateway runs; and what a gateway has "
        "in its cache on disk costs nothing.",
        epilog=help_texts.REPORT_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    repository = kinds.add_parser("repo", help="a report on one repository")
    repository.add_argument("names", nargs=1, metavar="OWNER/REPO")
    organization = kinds.add_parser("org", help="a report on all repositories of an organization")
    organization.add_argument("names", nargs=1, metavar="ORG")
    comparison = kinds.add_parser("compare", help="the same numbers of two to ten repositories, side by side")
    comparison.add_argument("names", nargs="+", metavar="OWNER/REPO")
    for kind in (repository, organization, comparison):
        form = kind.add_mutually_exclusive_group()
        form.add_argument("--json", dest="form", action="store_const", const="json", help="as the API answers")
        form.add_argument("--csv", dest="form", action="store_const", const="csv", help="as a table for spreadsheets")
        form.add_argument("--html", dest="form", action="store_const", const="html", help="as one page with charts")
        kind.add_argument("-o", "--output", type=Path, metavar="FILE", help="write there (default: standard output)")
        kind.add_argument("--demo", action="store_true", help="ask the embedded stand-ins: no token, no network")
        kind.set_defaults(form="text", strict=False)
        add_file(kind)
    for kind in (repository, comparison):
        kind.add_argument("--strict", action="store_true", help="a report that lacks a part is an error")


def run(options: argparse.Namespace) -> int:
    """Does what was asked for, and answers the exit code."""
    from app.cli.report.command import report  # noqa: PLC0415 -- no other command makes reports
    from app.cli.report.wanted import Wanted  # noqa: PLC0415 -- the same

    wanted = Wanted(options.kind, tuple(options.names), options.form, options.strict)
    return report(
        wanted,
        config_path=options.config,
        environ=os.environ,
        working_directory=Path.cwd(),
        file=options.output,
        output=sys.stdout,
        errors=sys.stderr,
        in_demo=options.demo,
    )
