"""Records what a real toolkit answers, and compares it with the committed file.

`python tests/conformance/record.py STACK@VERSION [--write]` under an interpreter that has the toolkit: without
`--write` it prints the cases that differ from `tests/vectors/STACK@VERSION.json` and exits with 1.
It needs the standard library, numpy and the toolkit, not smcontract.
"""

import argparse
import base64
import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance import cases

DRIVERS = {
    "inference": "inference",
    "inference+mms": "mms",
    "pytorch": "pytorch",
    "huggingface": "huggingface",
    "sklearn": "containers",
    "mxnet": "mxnet",
    "mxnet+module": "mxnet_module",
}
"""Which module of `drivers` records a stack; after a `+` stands what is different about the recording."""


class Recorder(Protocol):
    """What a driver does; each module of `drivers` has one as `Driver`."""

    def __init__(self, workdir: str) -> None: ...

    def about(self) -> dict[str, str]:
        """Return `recorded_with`."""

    def request(self, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, exception, type, dtype, shape, repr]` of what reached `predict_fn`."""

    def prediction(self, expression: str, accept: str | None) -> list[Any]:
        """Return `[status, exception, content_type, body]` of what the default `output_fn` and the server sent."""

    def script(self, source: str, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, content_type, phrase, body, load_error]` of a whole script."""

    def close(self) -> None:
        """End what the driver started."""


def record(driver: Recorder, given: dict[str, Any]) -> dict[str, Any]:
    """Return the document of one stack: every case, as this interpreter's toolkit answers it."""
    predictions = given["predictions"]
    return {
        "recorded_with": driver.about(),
        "requests": {
            name: driver.request(content_type, accept, base64.b64decode(body))
            for name, (content_type, accept, body) in given["requests"].items()
        },
        "predictions": [
            [name, accept, *driver.prediction(predictions[name], accept)]
            for name, accept in given["prediction_rows"]
            if cases.can_evaluate(predictions[name])
        ],
        "scripts": [
            [name, content_type, accept, *driver.script(given["scripts"][name], content_type, accept, cases.BODY)]
            for name, content_type, accept in given["script_rows"]
        ],
    }


def differences(committed: dict[str, Any], recorded: dict[str, Any]) -> Iterator[str]:
    """Yield one text for each case that is not as committed, and for each that is only in one of the two."""
    for part in ("requests", "predictions", "scripts"):
        before, now = (_by_case(document[part], part) for document in (committed, recorded))
        for case in dict.fromkeys([*before, *now]):
            if before.get(case) != now.get(case):
                yield f"{part} {case}\n  committed {before.get(case)}\n  recorded  {now.get(case)}"


def _by_case(rows: Any, part: str) -> dict[Any, list[Any]]:
    if isinstance(rows, dict):
        return rows
    size = 2 if part == "predictions" else 3
    return {tuple(row[:size]): row[size:] for row in rows}


def main(arguments: list[str] | None = None) -> int:
    """Record one stack; return 1 where it is not as committed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("stack", help="STACK@VERSION or STACK@VERSION+VARIANT, the name of a file under tests/vectors")
    parser.add_argument("--write", action="store_true", help="write the file anew")
    options = parser.parse_args(arguments)
    family, _, rest = options.stack.partition("@")
    version, plus, variant = rest.partition("+")
    path = cases.VECTORS / f"{options.stack}.json"
    module = importlib.import_module(f"conformance.drivers.{DRIVERS[family + plus + variant]}")
    with tempfile.TemporaryDirectory(prefix="recording-") as workdir:
        driver: Recorder = module.Driver(workdir)
        try:
            recorded = record(driver, cases.read(cases.CASES))
        finally:
            driver.close()
    installed = recorded["recorded_with"]["version"]
    if version and installed != version:
        parser.error(f"{recorded['recorded_with']['toolkit']} {installed} is installed, not {version}")
    if options.write:
        cases.write(path, recorded)
        return 0
    found = list(differences(cases.read(path), recorded))
    total = sum(len(recorded[part]) for part in ("requests", "predictions", "scripts"))
    sys.stdout.write("\n".join([*found, f"{options.stack}: {len(found)} of {total} cases differ"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
