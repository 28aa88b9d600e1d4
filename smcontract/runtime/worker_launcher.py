"""Started as `PYTHON -B -u .../worker_launcher.py WORKER ARGUMENTS...`: runs a model server's worker as it is.

The worker serves each connection in a process that it forks, and would outlive whoever started it.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys


def main() -> None:
    """Run the worker as the main module, with its own arguments."""
    from_here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != from_here]
    # Its Python is older than 3.14, in which fork is no longer what is done.
    multiprocessing.set_start_method("fork")
    sys.argv[:] = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")


def _die_with_parent() -> None:
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
    except (AttributeError, OSError):
        return


if __name__ == "__main__":
    _die_with_parent()
    main()
