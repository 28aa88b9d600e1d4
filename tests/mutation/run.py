"""Plant each fault and count how many the whole tool finds: `python tests/mutation/run.py [WORDS OF A NAME]`.

A fault is found where the edited script gets an error, or a warning that the correct one does not get. Exits with 1
where fewer than 95 of 100 are found, or where a correct script gets an error.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import smcontract
from mutation.faults import FAULTS, Fault, planted

EXAMPLES = Path(__file__).parents[2] / "examples"
ENOUGH = 0.95
Found = set[tuple[str, str, str]]


def judged(script: Path, model_dir: Path) -> Found:
    """Return what is found in a script: code, severity and the function."""
    report = smcontract.check_script(script, model_dir=model_dir, max_examples=25, timeout=20, confirm="off")
    return {(one.code, one.severity, one.function or "") for one in report.violations}


def told(found: Found) -> str:
    """Return findings as one line."""
    return ", ".join(f"{code} ({severity})" for code, severity, _ in sorted(found)) or "nothing"


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    """Judge each correct script, then each fault."""
    chosen = [fault for fault in FAULTS if all(word in f"{fault.example} {fault.name}" for word in words)]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        models = {example: model_of(example, work) for example in sorted({fault.example for fault in chosen})}
        correct = {example: judged(EXAMPLES / example / "inference.py", models[example]) for example in models}
        for example, found in correct.items():
            say(f"{example:8} correct: {told(found)}")

        def run(fault: Fault) -> tuple[Fault, Found]:
            script = work / f"{FAULTS.index(fault)}" / "inference.py"
            script.parent.mkdir()
            source = (EXAMPLES / fault.example / "inference.py").read_text(encoding="utf-8")
            script.write_text(planted(source, fault), encoding="utf-8")
            found = judged(script, models[fault.example])
            errors = {one for one in found if one[1] == "error"}
            return fault, errors or {one for one in found - correct[fault.example] if one[1] == "warning"}

        missed = 0
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for fault, found in pool.map(run, chosen):
                missed += not found
                say(f"{fault.example:8} {fault.name}: {told(found) if found else 'MISSED'}")
    share = 1 - missed / len(chosen)
    wrong = [example for example, found in correct.items() if any(severity == "error" for _, severity, _ in found)]
    say(f"{len(chosen) - missed} of {len(chosen)} faults found ({share:.0%}); errors on correct scripts: {wrong}")
    return 0 if share >= ENOUGH and not wrong else 1


def model_of(example: str, work: Path) -> Path:
    """Return a directory with an example's model."""
    directory = work / example
    maker = EXAMPLES / example / "make_model.py"
    if not maker.exists():
        return EXAMPLES / example / "model"
    with contextlib.chdir(work):
        subprocess.run([sys.executable, str(maker), str(directory)], check=True)
    return directory


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
