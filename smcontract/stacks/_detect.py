"""Which stack a script is for, told from what it imports and which files its model has."""

from __future__ import annotations

from typing import Iterable, Tuple

_UNBUILT = ("xgboost", "mxnet", "transformers", "tensorflow")


def detect(imports: Iterable[str], model_files: Iterable[str]) -> Tuple[str, str]:
    """Return a stack's name and the reason, from imported top-level names and the names of model files."""
    names = set(imports)
    files = sorted(model_files)
    if "torch" in names:
        return "pytorch", "the script imports torch"
    for name in _UNBUILT:
        if name in names:
            return "inference", "the script imports {}, whose stack is not built in yet".format(name)
    for name in ("sklearn", "joblib"):
        if name in names:
            return "sklearn", "the script imports {}".format(name)
    for file in files:
        if file.endswith((".pt", ".pth")):
            return "pytorch", "the model directory holds {}".format(file)
    for file in files:
        if file.endswith(".joblib"):
            return "sklearn", "the model directory holds {}".format(file)
    return "inference", "no framework import seen"
