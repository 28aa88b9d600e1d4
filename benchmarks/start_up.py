"""Print what the inactive plugin adds to an empty pytest session, in seconds, as JSON.

A process that has imported pytest, and nothing of ours, forks once per session: the start of Python and the
import of pytest and of other plugins, which vary more than what is measured, stay out of it. `added` is the
median of the differences between neighbours with and without the plugin, `noise` that between two without it.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
import warnings
from pathlib import Path

import pytest

ROUNDS = 41
QUIET = ["-q", "-p", "no:cacheprovider"]
PLUGIN = "smcontract.pytest_plugin"


def session(*arguments: str) -> float:
    """Return the seconds that one session takes in a fork of this process."""
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os._exit(int(pytest.main([*QUIET, *arguments])))
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"pytest ended with status {os.waitstatus_to_exitcode(status)}, expected 0: {arguments}")
    return time.perf_counter() - started


def main(test: str) -> None:
    """Run sessions with and without the plugin in turn."""
    session("-p", PLUGIN, test)
    added, noise, alone = [], [], []
    for _ in range(ROUNDS):
        first, active, second = session(test), session("-p", PLUGIN, test), session(test)
        alone.append(first)
        added.append(active - (first + second) / 2)
        noise.append(second - first)
    figures = {"added": added, "noise": noise, "alone": alone}
    print(json.dumps({name: statistics.median(values) for name, values in figures.items()}))


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    # Other plugins take ten times as long as this one, and would hide it.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(Path(sys.argv[1]).parent)
    main(Path(sys.argv[1]).name)
