"""The committed cases and recordings under `tests/vectors`: read, and written with one line per case.

Runs under the toolkits' interpreters too: the standard library alone.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = VECTORS / "cases.json"
BODY = b"[1, 2, 3]"
"""The request body of every prediction and every script."""


# What an expression that names one of these needs.
_PACKAGES = {"torch.": "torch", "sp.": "scipy", "mx.": "mxnet", '"pandas"': "pandas"}


def can_evaluate(expression: str) -> bool:
    """Whether this interpreter has the packages that a prediction's expression names."""
    return all(find_spec(package) is not None for name, package in _PACKAGES.items() if name in expression)


def read(path: Path) -> Any:
    """Return a document."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, document: dict[str, Any]) -> None:
    """Write a document, each entry of its parts on a line of its own."""

    def row(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    parts = []
    for name, value in document.items():
        if isinstance(value, dict) and name != "recorded_with":
            lines, brackets = [f"{row(case)}: {row(entry)}" for case, entry in value.items()], "{}"
        elif isinstance(value, list):
            lines, brackets = [row(entry) for entry in value], "[]"
        else:
            parts.append(f"{row(name)}: {row(value)}")
            continue
        inner = "\n" + ",\n".join(lines) + "\n" if lines else ""
        parts.append(f"{row(name)}: {brackets[0]}{inner}{brackets[1]}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
