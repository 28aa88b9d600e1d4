"""`smcontract explain CODE`: the page of one check."""

from __future__ import annotations

import argparse
import sys

from smcontract.errors import UsageError, nearest

HELP = "show the page of a check: what it does, why it fails on SageMaker, an example and the fix"
EXAMPLES = """\
examples:
  smcontract explain SMC109
  smcontract explain returns-nothing
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the code."""
    parser.add_argument("code", metavar="CODE", help="a check's code or name, as `smcontract checks` lists them")


def run(arguments: argparse.Namespace) -> int:
    """Print the page; raises `UsageError` for a code that no check has."""
    from smcontract.checks import all_checks
    from smcontract.cli._terminal import wants_color
    from smcontract.reporting.pages import page

    by_word = {word: check for check in all_checks() for word in (check.title, check.name, check.code)}
    wanted: str = arguments.code.strip()
    check = by_word.get(wanted) or by_word.get(wanted.upper()) or by_word.get(wanted.lower())
    if check is None:
        close = nearest(wanted.upper(), by_word) or nearest(wanted.lower(), by_word)
        raise UsageError(f"no check is called {wanted!r}{close}; `smcontract checks` lists them")
    print(page(check, color=wants_color(sys.stdout)))
    return 0
