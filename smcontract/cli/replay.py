"""`smcontract replay CASE`: a saved request judged again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from smcontract.errors import UsageError

if TYPE_CHECKING:
    from smcontract.cases import SavedCase
    from smcontract.replaying import Replayed

HELP = "send a saved request again and judge it by the check that failed on it"
EXAMPLES = """\
Failing requests are saved under .smcontract/cases; a failure report names its case. The first line is
FIXED (exit status 0), FAILED (1) or ERROR (2: it could not be told), with why.

examples:
  smcontract replay 9db297a849
  smcontract replay .smcontract/cases/9db297a849.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the case."""
    parser.add_argument("case", metavar="CASE", help="a case's id, the beginning of it, or its file")


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict, and what is still wrong."""
    from smcontract.cases import find
    from smcontract.cli._options import spoken
    from smcontract.replaying import Replayed, Verdict, replay
    from smcontract.reporting.preview import bounded, visible

    saved, rootdir = find(arguments.case, Path.cwd())
    try:
        replayed = replay(saved, rootdir)
    except UsageError as error:
        replayed = Replayed(verdict=Verdict.ERROR, reason=str(error))
    reason = bounded(" ".join(visible(spoken(replayed.reason)).split()), width=300)
    print(f"{replayed.verdict} {saved.id} {saved.script}::{saved.item}: {reason}")
    for text in _reports(saved, replayed, rootdir):
        print(f"\n{text}")
    return {Verdict.FIXED: 0, Verdict.FAILED: 1, Verdict.ERROR: 2}[replayed.verdict]


def _reports(saved: SavedCase, replayed: Replayed, rootdir: Path) -> Iterator[str]:
    from smcontract.cli._terminal import wants_color
    from smcontract.reporting.report import relative
    from smcontract.reporting.text import format_violation
    from smcontract.script import source_lines

    for violation in replayed.violations:
        yield format_violation(
            violation,
            source_lines(Path(violation.file)),
            stack=saved.stack,
            file=relative(violation.file, rootdir),
            path=saved.script,
            model_dir=saved.model_dir,
            case=saved.id if violation.request == saved.request else None,
            color=wants_color(sys.stdout),
        )
