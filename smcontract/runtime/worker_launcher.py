"""Runs a model server's worker as it is: `PYTHON -B -u .../worker_launcher.py FD_CONTROL LIMITS WORKER ARGUMENTS...`.

The worker serves each connection in a process that it forks, and would outlive whoever started it.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from types import ModuleType


def main() -> None:
    """Run the worker as the main module, with its own arguments."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    control, limits = sys.argv[1:3]
    sys.argv[:] = sys.argv[3:]
    _guard(os.path.dirname(here), int(control), limits)
    # Its Python is older than 3.14, in which fork is no longer what is done.
    multiprocessing.set_start_method("fork")
    runpy.run_path(sys.argv[0], run_name="__main__")


def _guard(place: str, control: int, limits: str) -> None:
    """Fork the warden off, and forget the package that it is of: the worker has none of it."""
    package = ModuleType("smcontract")
    package.__path__ = [place]
    sys.modules["smcontract"] = package
    from smcontract.runtime.warden import guard

    guard(control, limits, [])
    for name in [name for name in sys.modules if name.partition(".")[0] == "smcontract"]:
        del sys.modules[name]


if __name__ == "__main__":
    main()
