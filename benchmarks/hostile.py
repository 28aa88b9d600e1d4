"""Print what hostile scripts cost: survived n of n, seconds to recover from a death, what is left behind.

A death is timed from the request that brings it to the answer of the next one: the end is noticed and told, everything
that the script started is ended, and the script is started and loaded anew. `--all` runs the zoo of `tests/hostile/`.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

# In the place of this folder, which has a module of the same name.
sys.path[0] = str(Path(__file__).parents[1] / "tests")

from hostile.zoo_run import GROUPS, animals, run  # noqa: E402
from smcontract.api import open_endpoint  # noqa: E402
from smcontract.runtime.processes import descendants  # noqa: E402

ROUNDS = 7
DEATHS = {
    "exit": "os._exit(3)",
    "segfault": "ctypes.string_at(0)",
    "kill -9": "os.kill(os.getpid(), 9)",
    "abort": "os.abort()",
    "closed connection": "os.closerange(3, 64)",
    "children of other groups": "subprocess.Popen(['sleep', '60'], start_new_session=True, env={}); os._exit(1)",
}
SCRIPT = """
import ctypes, os, subprocess

def model_fn(model_dir):
    return 1

def transform_fn(model, body, content_type, accept):
    exec(bytes(body).decode())
    return "alive", "text/plain"
"""
LIMIT = 1.0
"""Seconds that a death may cost without torch."""


def recovery() -> dict[str, list[float]]:
    """Return the seconds from the request that kills the process to the next answer, by the kind of death."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory, "inference.py")
        script.write_text(SCRIPT, encoding="utf-8")
        with open_endpoint(script, stack="inference") as endpoint:
            assert endpoint.invoke("pass").status == 200
            for kind, code in DEATHS.items():
                for _ in range(ROUNDS):
                    started = time.perf_counter()
                    assert endpoint.invoke(code).error is not None
                    assert endpoint.invoke("pass").status == 200
                    found.setdefault(kind, []).append(time.perf_counter() - started)
    return found


def survived() -> tuple[int, int]:
    """Run the zoo and return how many of its scripts were judged to the end, and how many there are."""
    judged = total = 0
    for group in GROUPS:
        scripts = animals(group)
        with tempfile.TemporaryDirectory() as directory:
            found = run(Path(directory, "zoo"), group)
            for script in scripts:
                outcomes = {check["outcome"] for check in found.script(script.name)["checks"]}
                judged += bool(outcomes) and "error" not in outcomes
            total += len(scripts)
            if (found.processes, found.files) != ("[]", ()):
                sys.exit(f"{group}: left behind {found.processes} {found.files}")
    return judged, total


def main() -> None:
    """Print the figures; end with 1 where one of them is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="run the whole zoo as well")
    asked = parser.parse_args()
    if sys.platform.startswith("linux"):
        # Whatever is left behind becomes a child of this process.
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as directory:
        # What stays once it is there: a thread that starts processes, the first import of what is needed.
        Path(directory, "inference.py").write_text(SCRIPT, encoding="utf-8")
        with open_endpoint(Path(directory, "inference.py"), stack="inference") as endpoint:
            endpoint.invoke("pass")
    before = len(os.listdir("/dev/fd")), threading.active_count()
    seconds = recovery()
    after = len(os.listdir("/dev/fd")), threading.active_count()
    for kind, taken in seconds.items():
        print(f"recovery after {kind}: {statistics.median(taken):.3f} s (at most {max(taken):.3f})")
    orphans = descendants(os.getpid())
    print(f"deaths: {sum(map(len, seconds.values()))}")
    print(
        f"descriptors leaked: {after[0] - before[0]}, threads leaked: {after[1] - before[1]}, orphans: {len(orphans)}"
    )
    slowest = max(statistics.median(taken) for taken in seconds.values())
    failed = before != after or orphans or slowest > LIMIT
    if asked.all:
        judged, total = survived()
        print(f"hostile scripts survived: {judged} of {total}")
        failed = failed or judged != total
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
