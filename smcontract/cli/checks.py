"""`smcontract checks`: the catalogue."""

from __future__ import annotations

import argparse
import sys

HELP = "list every check: code, name, severity, phases and what it finds"
EXAMPLES = """\
examples:
  smcontract checks
  smcontract checks | grep static
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Print the catalogue."""
    from smcontract.checks import all_checks
    from smcontract.cli._terminal import wants_color
    from smcontract.reporting.pages import catalogue

    del arguments
    print(catalogue(all_checks(), color=wants_color(sys.stdout)))
    return 0
