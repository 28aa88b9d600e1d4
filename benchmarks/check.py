"""Print the figures that `smcontract check` holds itself to, as ratios within one run.

`python benchmarks/check.py` measures: a directory of 250 scripts beside reading and `ast.parse`-ing them, one
file in a whole process beside `python -c "import ast"`, and the memory of the first. Both sides are whole processes
of one interpreter, with the same flags and surroundings; of each the best of several runs that take turns, because
what else the machine does only ever makes them longer. The limit of the directory is one of the clock, which is what
its user waits for and why it is spread over the cores; the processor's seconds, user and system, stand beside it. One
file is measured by the processor's.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SCRIPTS = 250
RUNS = 7
SHORT_RUNS = 25
PROJECTS = {
    "plain": '[project]\nname = "plain"\ndependencies = ["smcontract"]\n',
    "configured": '[tool.smcontract]\nignore = ["SMC114"]\n',
}
PARSE = "import ast, pathlib, sys\nfor p in sorted(pathlib.Path(sys.argv[1]).rglob('*.py')): ast.parse(p.read_bytes())"


def show(what: str, value: float, unit: str, limit: float, beside: str) -> None:
    """Print one figure, its limit, and what it is measured beside."""
    verdict = "ok" if value <= limit else "OVER"
    print(f"{what:<28} {value:7.1f} {unit:<3} limit {limit:g} {unit:<3} {verdict:<5} {beside}")


class Used(NamedTuple):
    """What a process took: seconds of the processor, seconds on the clock, MiB."""

    processor: float
    clock: float
    memory: float


def measured(command: Sequence[str]) -> Used:
    """Return what one process took, which must end well or with violations."""
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    # As on a user's machine, where bytecode is kept.
    surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    child = os.posix_spawn(command[0], list(command), surroundings, file_actions=nowhere)
    _, status, used = os.wait4(child, 0)
    clock = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(command)}: ended with status {os.waitstatus_to_exitcode(status)}")
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return Used(used.ru_utime + used.ru_stime, clock, used.ru_maxrss / unit)


def best_of(runs: int, *commands: Sequence[str]) -> list[Used]:
    """Return the shortest times of each command, and its most memory."""
    rounds = [[measured(command) for command in commands] for _ in range(runs)]
    return [
        Used(min(one.processor for one in own), min(one.clock for one in own), max(one.memory for one in own))
        for own in zip(*rounds, strict=True)
    ]


def directory_of_scripts(directory: Path) -> None:
    """Fill a directory with the examples' scripts, each many times under a name of its own."""
    sources = [file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("examples/*/*.py"))]
    handlers = [source for source in sources if "_fn(" in source and "test_" not in source]
    for number in range(SCRIPTS):
        file = directory / f"part_{number // 25}" / f"script_{number}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{handlers[number % len(handlers)]}\nNUMBER = {number}\n", encoding="utf-8")


def one_script(directory: Path, settings: str) -> str:
    """Put a script into a project of its own, and return its path."""
    directory.mkdir()
    (directory / "pyproject.toml").write_text(settings, encoding="utf-8")
    return str(shutil.copy(str(ROOT / "examples" / "ordinal" / "inference.py"), directory))


def ms(used: Used) -> str:
    """Tell the processor's time."""
    return f"{used.processor * 1e3:.0f} ms"


def main() -> None:
    """Measure and print."""
    python = sys.executable
    # As a hook runs it: the console script of the same environment.
    smcontract = str(Path(python).with_name("smcontract"))
    with tempfile.TemporaryDirectory() as name:
        directory_of_scripts(Path(name))
        parse, check = best_of(RUNS, [python, "-c", PARSE, name], [smcontract, "check", name])
    told = f"of reading and parsing them ({ms(parse)}); by the processor {check.processor / parse.processor:.1f} x"
    show("check of 250 scripts", check.clock / parse.clock, "x", 3, told)
    show("memory of that", check.memory, "MiB", 60, "")
    with tempfile.TemporaryDirectory() as name:
        plain, configured = (one_script(Path(name, kind), table) for kind, table in PROJECTS.items())
        start, alone, one, project, nothing = best_of(
            SHORT_RUNS,
            [python, "-c", "pass"],
            [python, "-c", "import ast"],
            [smcontract, "check", plain],
            [smcontract, "check", configured],
            [smcontract, "check", os.devnull],
        )
    told = f'of `python -c "import ast"` ({ms(alone)}); on the clock {one.clock / alone.clock:.1f} x'
    show("check of one script", one.processor / alone.processor, "x", 2.5, told)
    print(f"(Python {ms(start)}, check of nothing {ms(nothing)}, one script {ms(one)}, with settings {ms(project)})")


if __name__ == "__main__":
    main()
