"""What AWS's own code was recorded to answer, replayed against the built-in stacks; see tests/vectors/README.md."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from conformance import cases
from conformance.builtin import Builtin
from conformance.compare import Difference, differences, judge
from conformance.drivers._common import describe
from smcontract.stacks import get_stack

FILES = sorted(path.stem for path in cases.VECTORS.glob("*@*.json"))
PARTS = ("requests", "predictions", "scripts")

# What a stack's defaults cannot do without, and the driver that knows its models and values.
FRAMEWORKS = {"pytorch": "torch", "mxnet": "mxnet", "xgboost": "xgboost", "xgboost-mme": "xgboost"}
DRIVERS = {"mxnet": "mxnet", "mxnet+module": "mxnet_module"}


@pytest.fixture(scope="module")
def recordings() -> Any:
    """Every recording, read once."""
    return {name: cases.read(cases.VECTORS / f"{name}.json") for name in FILES}


def builtin(name: str, directory: Path) -> Builtin:
    """Return the built-in stack that a recording is about; skips where its framework is not installed."""
    family = name.partition("@")[0]
    stack, plus, variant = name.partition("+")
    if name.partition("@")[2] in get_stack(family).versions:
        stack, plus, variant = name, "", ""
    if family in FRAMEWORKS:
        pytest.importorskip(FRAMEWORKS[family], reason=f"the {family} stack's defaults need it")
    if FRAMEWORKS.get(family) == "xgboost":
        return Builtin(directory, stack, describe=described_matrix, asking=("text/csv", b"1,2,3"))
    driver = DRIVERS.get(family + plus + variant)
    if driver is None:
        return Builtin(directory, stack)
    kind = importlib.import_module(f"conformance.drivers.{driver}").Driver
    bare = kind.__new__(kind)
    return Builtin(directory, stack, adapt=bare.adapt, describe=bare.describe, answering=kind.answering)


def described_matrix(value: Any) -> list[Any]:
    """Return the row of a DMatrix as the shared recordings have it: what is in it, as float32."""
    if not hasattr(value, "num_row"):
        return describe(value)
    rows = value.get_data().toarray()
    present = value.get_data().copy()
    present.data[:] = 1
    rows[present.toarray() == 0] = float("nan")
    return ["xgboost.DMatrix", None, str((value.num_row(), value.num_col())), repr(rows.tolist())]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", FILES)
def test_stacks_answer_as_recorded(name: str, part: str, recordings: Any, tmp_path: Path) -> None:
    document = recordings[name]
    if not document[part]:
        pytest.skip("nothing of this kind was recorded")
    stack = builtin(name, tmp_path)
    try:
        found = list(differences(part, document, stack))
    finally:
        stack.close()
    assert found
    unexpected, stale = judge(name, part, found)
    assert not unexpected, "\n".join(map(shown, unexpected))
    assert not stale, "\n".join(["these no longer differ:", *stale])


def shown(one: Difference) -> str:
    return f"{one.case}: {', '.join(one.fields)}\n  recorded {one.recorded}\n  ours     {one.ours}"
