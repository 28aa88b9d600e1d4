"""`smcontract test PATH`: pytest, with the contract of PATH as its tests."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading
from types import FrameType

from smcontract.cli._options import add_options, plugin_flags

HELP = "judge a script, a model directory or a model.tar.gz: `pytest --smcontract PATH`"
EXAMPLES = """\
What stands behind -- goes to pytest. The exit status is pytest's: 0 all passed, 1 some failed, 4 wrong usage.

examples:
  smcontract test inference.py
  smcontract test inference.py --model-dir model/ --stack sklearn --stack pytorch
  smcontract test model.tar.gz --payload 'body.bin;image/png' --select SMC3,SMC5
  smcontract test handlers/ -- -n auto -x --junitxml=contract.xml
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the paths, and every setting."""
    parser.usage = "smcontract test PATH [PATH ...] [options] [-- pytest arguments]"
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="a script, a model directory, a model.tar.gz or a directory to search",
    )
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run pytest in a process of its own and return its exit status."""
    # In this process, pytest would warn that our modules were imported before it could rewrite them. With -P
    # the current directory stays off the path, as under the command `pytest`.
    command = [sys.executable, "-P", "-m", "pytest", "-p", "smcontract"]
    command += [f"--smcontract={path}" for path in arguments.paths]
    return _wait([*command, *plugin_flags(arguments), *arguments.pytest_arguments])


def _wait(command: list[str]) -> int:
    """Run a command to its end; signals that ask this process to end are the command's to answer."""
    process = subprocess.Popen(command)
    own = threading.current_thread() is threading.main_thread()
    kept = {which: signal.getsignal(which) for which in (signal.SIGTERM, signal.SIGHUP)} if own else {}

    def pass_on(which: int, frame: FrameType | None) -> None:
        del frame
        process.send_signal(which)

    try:
        for which in kept:
            signal.signal(which, pass_on)
        while True:
            try:
                status = process.wait()
                return status if status >= 0 else 128 - status
            except KeyboardInterrupt:
                # The terminal has interrupted pytest, too, which ends by itself and says what it found.
                continue
    finally:
        for which, handler in kept.items():
            signal.signal(which, handler)
