"""Draws further random cases and compares the real toolkit with the built-in stack, case by case.

`python tests/conformance/fuzz.py [inference] [inference+mms] [--cases 2000] [--seed 0]` under an interpreter that has
sagemaker-inference 1.10.1, multi-model-server, Hypothesis and smcontract. It prints what differs, and exits with 1.
"""

import argparse
import importlib
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance import cases, compare, draw, draw_scripts
from conformance.builtin import Builtin
from conformance.record import DRIVERS

# Of a hundred cases. A script costs the worker half a second, since it starts anew.
SHARES = {"inference": (45, 40, 15), "inference+mms": (49, 47, 4)}


def fuzz(name: str, count: int, number: int) -> int:
    """Compare one recorder with the built-in stack; return how many of `count` cases differ."""
    of_requests, of_predictions, of_scripts = (share * count // 100 for share in SHARES[name])
    requests = draw.collect(draw.requests(), of_requests, repr, number)
    predictions = draw.collect(draw.predictions(), of_predictions, repr, number)
    headers = draw.collect(draw.accepts(), 30, repr, number)
    scripts = draw.collect(draw_scripts.scripts(), of_scripts, repr, number)
    module = importlib.import_module(f"conformance.drivers.{DRIVERS[name]}")
    differing = 0

    def tell(case: Any, fields: tuple[str, ...], theirs: Any, ours: Any) -> None:
        nonlocal differing
        if fields:
            differing += 1
            sys.stdout.write(f"{case}\n  {', '.join(fields)}\n  toolkit {theirs}\n  ours    {ours}\n")

    with tempfile.TemporaryDirectory() as workdir, tempfile.TemporaryDirectory() as own:
        driver = module.Driver(workdir)
        builtin = Builtin(Path(own), f"inference@{driver.about()['version']}")
        try:
            for request in requests:
                theirs, ours = driver.request(*request), builtin.request(*request)
                tell(request, compare.request(theirs, ours), theirs, ours)
            for at, expression in enumerate(predictions):
                accept = headers[at % len(headers)]
                theirs, ours = driver.prediction(expression, accept), builtin.prediction(expression, accept)
                tell((expression, accept), compare.prediction(theirs, ours), theirs, ours)
            for source, content_type, accept in scripts:
                sent = (source, content_type, accept, cases.BODY)
                theirs, ours = driver.script(*sent), builtin.script(*sent)
                shown = "\n".join([source.partition("class Text(str):\n    pass\n")[2], f"{content_type} {accept}"])
                tell(shown, compare.script(theirs, ours, same_python=True), theirs, ours)
        finally:
            driver.close()
            builtin.close()
    total = len(requests) + len(predictions) + len(scripts)
    sys.stdout.write(
        f"{name}: {differing} of {total} cases differ: {len(requests)} requests, {len(predictions)} predictions, "
        f"{len(scripts)} scripts; seed {number}\n"
    )
    return differing


def main() -> int:
    """Compare each recorder that is named; return 1 where a case differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recorders", nargs="*", default=list(SHARES), choices=list(SHARES))
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    return 1 if sum([fuzz(name, options.cases, options.seed) for name in options.recorders]) else 0


if __name__ == "__main__":
    sys.exit(main())
