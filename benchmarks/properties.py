"""Print the figures that judging by running holds itself to, as ratios within one run where it can be.

`python benchmarks/properties.py` measures, on this machine: a property beside a Hypothesis test written by hand, the
examples a second of a handler that does next to nothing, the whole contract of the iris example, ten scripts by two
workers beside one process, and the memory of pytest and of the script's process.

The test by hand draws from the same strategy, as many examples under the same seed and settings, and calls
`input_fn`, `predict_fn` and `output_fn` in its own process; the property (SMC601) sends one request an example
through the pipe, reads what each function returned, and judges it. Of what takes turns the best run counts, because
what else the machine does only ever makes it longer; the processor's time, of the script's process too, stands beside.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, seed, settings

from smcontract.properties import Property
from smcontract.runner import run
from smcontract.session import Session
from smcontract.workspace import Judged, Workspace

ROOT = Path(__file__).parents[1]
EXAMPLES = 100
TURNS = 15
SCRIPTS = 10
TRIVIAL = """
def model_fn(model_dir):
    return {}

def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError("send text/csv")
    return [[float(field) for field in line.split(",")] for line in body.splitlines() if line]

def predict_fn(rows, model):
    return [sum(row) for row in rows]

def output_fn(sums, accept):
    if accept != "text/csv":
        raise ValueError("ask for text/csv")
    return "\\n".join(map(str, sums)), accept
"""


class Took(NamedTuple):
    """Seconds on the clock, and of the processor."""

    clock: float
    processor: float

    def beside(self, other: Took) -> str:
        """Tell the processor's share beside another's."""
        return f"by the processor x{self.processor / other.processor:.2f}"


def show(
    what: str, value: float, unit: str, *, least: float | None = None, most: float | None = None, told: str
) -> None:
    """Print one figure, its limit if it has one, and what it is measured beside."""
    held = ""
    if most is not None:
        held = f"limit {most:g} {unit} {'ok' if value <= most else 'OVER'}"
    if least is not None:
        held = f"at least {least:g} {unit} {'ok' if value >= least else 'UNDER'}"
    print(f"{what:<48} {value:8.2f} {unit:<3} {held:<20} {told}", flush=True)


def best_of(actions: Sequence[Callable[[], Took]], turns: int) -> list[Took]:
    """Return the shortest time of each action, on the clock and of the processor; they take turns."""
    rounds = [[action() for action in actions] for _ in range(turns)]
    return [Took(min(one.clock for one in own), min(one.processor for one in own)) for own in zip(*rounds, strict=True)]


# One property beside the same test by hand.


def judged_script(script: Path, model: Path | None) -> Judged:
    """Return a script whose contract is its properties alone."""
    flags: dict[str, Any] = {"max-examples": EXAMPLES, "phases": "property"}
    if model is not None:
        flags["model-dir"] = str(model)
    (judged,) = Workspace(rootdir=script.parent, invocation_dir=script.parent, flags=flags).judge(script)
    return judged


def processor_time(process: int) -> float:
    """Return the processor's seconds of this process and, where the system tells, of the script's."""
    seconds = time.process_time()
    if sys.platform == "linux":
        # The clock of another process's time (clock_getcpuclockid(3)).
        seconds += time.clock_gettime((~process << 3) | 2)
    return seconds


def timed(process: int, action: Callable[[], object]) -> Took:
    """Return how long an action takes."""
    clock, processor = time.perf_counter(), processor_time(process)
    action()
    return Took(time.perf_counter() - clock, processor_time(process) - processor)


def property_run(judged: Judged, session: Session, name: str) -> Callable[[], None]:
    """Return an action that runs one item, whose script is loaded and known, with its examples."""
    (item,) = (item for item in judged.items if item.name == name)

    def action() -> None:
        prop = Property(name, seed=0, max_examples=EXAMPLES, budget=None)
        result = run(item, session, prop)
        if (result.outcome, prop.examples) != ("passed", EXAMPLES):
            sys.exit(f"{name}: {result.outcome} ({result.reason}) after {prop.examples} examples")

    return action


def by_hand(script: Path, model: Path | None, session: Session, content_type: str, accept: str) -> Callable[[], None]:
    """Return an action that runs the test that a user would write, on the bodies that the property draws."""
    functions = runpy.run_path(str(script))
    loaded = functions["model_fn"](str(model))
    domain = session.probe(content_type).domain
    assert domain is not None, f"no body of {content_type} is known"
    bodies = domain.bodies()

    def action() -> None:
        ran = 0

        @seed(0)
        @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(bodies)
        def test(body: bytes) -> None:
            nonlocal ran
            ran += 1
            data = functions["input_fn"](body.decode(), content_type)
            answer, label = functions["output_fn"](functions["predict_fn"](data, loaded), accept)
            assert answer is not None
            assert label == accept

        test()
        if ran != EXAMPLES:
            sys.exit(f"the test by hand ran {ran} examples")

    return action


def beside_by_hand(what: str, script: Path, model: Path | None, content_type: str, accept: str) -> float:
    """Measure one property, show it, and return its examples a second."""
    judged = judged_script(script, model)
    name = f"SMC601-request-fails[{content_type}-{accept}]"
    with judged.session(judged.stacks[0][0]) as session:
        session.ready()
        ours = property_run(judged, session, name)
        ours()
        hand = by_hand(script, model, session, content_type, accept)
        process = int(session.endpoint.ask({"op": "ping"})["pid"])
        mine, other = best_of([lambda: timed(process, ours), lambda: timed(process, hand)], TURNS)
    each = f"{mine.clock / EXAMPLES * 1e6:.0f} µs an example beside {other.clock / EXAMPLES * 1e6:.0f} µs"
    show(f"property by hand, {what}", mine.clock / other.clock, "x", most=1.25, told=f"{each}; {mine.beside(other)}")
    return EXAMPLES / mine.clock


# Whole runs of pytest.


def environment() -> dict[str, str]:
    """Return the environment of a user's machine: pytest keeps the bytecode of the plugins that it rewrites."""
    return {key: value for key, value in os.environ.items() if key not in {"PYTHONDONTWRITEBYTECODE", "CI"}}


def pytest_command(*arguments: str) -> list[str]:
    """Return the command of a whole run, with one seed."""
    plugins = ["-p", "no:cacheprovider", "-p", "no:randomly"]
    return [sys.executable, "-m", "pytest", "-q", *plugins, "--hypothesis-seed", "0", *arguments]


def pytest_run(directory: Path, *arguments: str) -> Took:
    """Run pytest in a process of its own, in which nothing may fail."""
    before = sum(os.times()[2:4])
    started = time.perf_counter()
    done = subprocess.run(pytest_command(*arguments), cwd=directory, env=environment(), capture_output=True, text=True)
    clock = time.perf_counter() - started
    if done.returncode:
        sys.exit(
            f"{' '.join(arguments)}: ended with status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return Took(clock, sum(os.times()[2:4]) - before)


def made(example: str, directory: Path) -> Path:
    """Return a copy of an example, with the model that it makes."""
    target = directory / example
    shutil.copytree(ROOT / "examples" / example, target, ignore=shutil.ignore_patterns("test_*", "as_published*"))
    if (target / "make_model.py").exists():
        command = [sys.executable, str(target / "make_model.py"), str(target / "model")]
        subprocess.run(command, check=True, capture_output=True)
    return target / "inference.py"


def contract_of_iris(script: Path) -> None:
    """Measure the whole contract of the iris example, with default examples."""
    report = script.with_name("iris.json")
    (took,) = best_of(
        [lambda: pytest_run(script.parent, "--smcontract", str(script), "--smcontract-report", str(report))], 2
    )
    found = json.loads(report.read_text(encoding="utf-8"))["summary"]
    told = f"{found['checks']} checks, {found['examples']} examples; {took.processor:.1f} s of the processor"
    show("contract of examples/iris", took.clock, "s", most=20, told=told)


def ten_scripts(sources: Iterable[Path], directory: Path) -> None:
    """Measure ten scripts by two workers beside one process."""
    originals = list(sources)
    for number in range(SCRIPTS):
        original = originals[number % len(originals)]
        target = directory / f"script_{number}"
        shutil.copytree(original.parent, target)
        with (target / "inference.py").open("a", encoding="utf-8") as file:
            file.write(f"\nNUMBER = {number}\n")
    arguments = ("--smcontract", ".", "--smcontract-max-examples", "30")
    one, two = best_of(
        [lambda: pytest_run(directory, *arguments, "-n", "0"), lambda: pytest_run(directory, *arguments, "-n", "2")], 2
    )
    told = f"{one.clock:.1f} s in one process, {two.clock:.1f} s with -n 2; {two.beside(one)}"
    show("ten scripts with -n 2, faster than in one", one.clock / two.clock, "x", least=1.6, told=told)


# Memory.


class Peaks(threading.Thread):
    """Watches the processes below one for the most memory that each has held, in MiB, by command line."""

    def __init__(self, above: int) -> None:
        super().__init__(daemon=True)
        self.above = above
        self.found: dict[int, tuple[str, float]] = {}
        self.over = threading.Event()

    def run(self) -> None:
        """Look until told that it is over."""
        while not self.over.wait(0.02):
            for process in below(self.above):
                self._look(process)

    def _look(self, process: int) -> None:
        try:
            command = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace")
            self.found[process] = (command, peak_of(str(process)))
        except (OSError, StopIteration):
            return


def peak_of(process: str) -> float:
    """Return the most memory that a process has held, in MiB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def below(process: int) -> list[int]:
    """Return a process and all that it started."""
    found = [process]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, children.read_text(encoding="utf-8").split())
            except OSError:
                continue
    return found


def peaks(directory: Path, command: Sequence[str]) -> tuple[float, float]:
    """Return the most MiB of a command's own process, and of the script's processes below it."""
    with subprocess.Popen(
        command, cwd=directory, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        watch = Peaks(process.pid)
        watch.start()
        process.wait()
        watch.over.set()
        watch.join()
    of_script = [size for command, size in watch.found.values() if "runtime/__main__" in command]
    return watch.found[process.pid][1], max(of_script, default=0.0)


def memory(script: Path) -> None:
    """Measure pytest's process beyond pytest with Hypothesis alone, and the script's beyond the script itself."""
    if sys.platform != "linux":
        print("memory is not measured: only Linux tells how much another process has held")
        return
    directory = script.parent
    test = directory / "test_by_hand.py"
    test.write_text(
        "from hypothesis import given, strategies as st\n\n"
        "@given(st.binary())\ndef test_nothing(body):\n    assert body is not None\n",
        encoding="utf-8",
    )
    alone = directory / "alone.py"
    body = ",".join(["1"] * 13)
    alone.write_text(
        "import inference, time\n"
        "model = inference.model_fn('model')\n"
        f"rows = inference.input_fn({body!r}, 'text/csv')\n"
        "inference.output_fn(inference.predict_fn(rows, model), 'application/json')\n"
        "time.sleep(0.5)\n",
        encoding="utf-8",
    )
    tool, of_script = peaks(directory, pytest_command("--smcontract", str(script)))
    pytest_alone, _ = peaks(directory, pytest_command("-p", "no:smcontract", str(test)))
    script_alone, _ = peaks(directory, [sys.executable, str(alone)])
    told = f"{tool:.0f} MiB, beside {pytest_alone:.0f} MiB of pytest with a test of Hypothesis"
    show("memory of pytest's process, beyond", tool - pytest_alone, "MiB", most=300, told=told)
    told = f"{of_script:.0f} MiB, beside {script_alone:.0f} MiB of the script with one request"
    show("memory of the script's process, beyond", of_script - script_alone, "MiB", most=300, told=told)
    both = tool - pytest_alone + of_script - script_alone
    show("memory of both, beyond", both, "MiB", most=300, told="by the whole contract of examples/wine")


def main() -> None:
    """Measure and print."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        trivial = directory / "trivial" / "inference.py"
        trivial.parent.mkdir()
        trivial.write_text(TRIVIAL, encoding="utf-8")
        wine, iris, ordinal = (made(example, directory) for example in ("wine", "iris", "ordinal"))
        rate = beside_by_hand("a trivial handler", trivial, None, "text/csv", "text/csv")
        model = wine.parent / "model"
        beside_by_hand("examples/wine, CSV", wine, model, "text/csv", "application/json")
        beside_by_hand("examples/wine, JSON", wine, model, "application/json", "application/json")
        show("CSV examples through the whole pipeline", rate, "/s", least=800, told="of the trivial handler")
        contract_of_iris(iris)
        scripts = directory / "ten"
        scripts.mkdir()
        ten_scripts([trivial, wine, ordinal], scripts)
        memory(wine)
    print(f"({time.perf_counter() - started:.0f} s in all)")


if __name__ == "__main__":
    main()
