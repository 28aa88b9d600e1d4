"""Print the figures that `smcontract check` holds itself to, as ratios within one run.

`python benchmarks/check.py` measures: a directory of 250 scripts beside reading and `ast.parse`-ing them, one
file in a whole process beside `python -c "import ast"`, and the memory of the first. Seconds are those of the
processor, user and system, and the best of several runs that take turns, because what else the machine does
only ever makes them longer.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from run import environment, show

ROOT = Path(__file__).parents[1]
SCRIPTS = 250
RUNS = 7
PARSE = "import ast, pathlib, sys\nfor p in sorted(pathlib.Path(sys.argv[1]).rglob('*.py')): ast.parse(p.read_bytes())"


def measured(command: Sequence[str]) -> tuple[float, float]:
    """Return the processor's seconds and the MiB of one process, which must end well or with violations."""
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    child = os.posix_spawn(command[0], command, environment(), file_actions=nowhere)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(command)}: ended with status {os.waitstatus_to_exitcode(status)}")
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def best_of(*commands: Sequence[str]) -> list[tuple[float, float]]:
    """Return the shortest run of each command, and its most memory."""
    runs = [[measured(command) for command in commands] for _ in range(RUNS)]
    return [(min(s for s, _ in own), max(m for _, m in own)) for own in zip(*runs, strict=True)]


def directory_of_scripts(directory: Path) -> None:
    """Fill a directory with the examples' scripts, each many times under a name of its own."""
    sources = [file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("examples/*/*.py"))]
    handlers = [source for source in sources if "_fn(" in source and "test_" not in source]
    for number in range(SCRIPTS):
        file = directory / f"part_{number // 25}" / f"script_{number}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{handlers[number % len(handlers)]}\nNUMBER = {number}\n", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    python = sys.executable
    # As a hook runs it: the console script of the same environment.
    smcontract = str(Path(python).with_name("smcontract"))
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory_of_scripts(directory)
        (start, _), (nothing, _), (parse, _), (check, memory) = best_of(
            [python, "-c", "pass"],
            [smcontract, "check", os.devnull],
            [python, "-c", PARSE, name],
            [smcontract, "check", name],
        )
        whole = check / parse
        show("check of 250 scripts", whole, "x", 3, f"of reading and parsing them ({parse * 1e3:.0f} ms)")
        show("memory of that", memory, "MiB", 60, "")
        script = str(ROOT / "examples" / "ordinal" / "inference.py")
        (alone, _), (one, _) = best_of([python, "-c", "import ast"], [smcontract, "check", script])
        show("check of one script", one / alone, "x", 2.5, f'of `python -c "import ast"` ({alone * 1e3:.0f} ms)')
        print(f"(Python alone {start * 1e3:.0f} ms, a check of nothing {nothing * 1e3:.0f} ms)")


if __name__ == "__main__":
    main()
