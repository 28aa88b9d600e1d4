"""SMC701 script-ignored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc701_script_ignored import script_ignored
from smcontract.violations import Violation

Find = Callable[..., list[Violation]]

HANDLER = "def model_fn(model_dir):\n    return 1\n"
PROBLEM = "the container looks for code/inference.py, which is not there"


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_a_script_that_no_server_finds(find: Find, stack: str) -> None:
    (violation,) = find(script_ignored, HANDLER, stack=stack, layout_problem=PROBLEM)

    assert violation.message == f"the container would not serve inference.py: {PROBLEM}"
    assert violation.fix == "move it"
    assert "default" in violation.on_sagemaker.message


def test_a_stack_without_a_default_model_fails(find: Find) -> None:
    (bare,) = find(script_ignored, HANDLER, layout_problem=PROBLEM)

    assert bare.on_sagemaker.status == 500
    assert "Please provide a model_fn implementation" in bare.on_sagemaker.message


def test_a_stack_with_a_default_model_serves_that(find: Find) -> None:
    (violation,) = find(script_ignored, HANDLER, stack="pytorch", layout_problem=PROBLEM)

    assert violation.on_sagemaker.status is None
    assert violation.on_sagemaker.message == "every function is the stack's default"


@pytest.mark.parametrize(("stack", "count"), [("sklearn", 1), ("inference", 0), ("pytorch", 0)])
def test_only_the_servers_that_miss_it(find: Find, stack: str, count: int) -> None:
    found = find(script_ignored, HANDLER, stack=stack, layout_problem=PROBLEM, layout_servers=("flask",))

    assert len(found) == count


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_silence(find: Find, stack: str) -> None:
    assert find(script_ignored, HANDLER, stack=stack) == []
