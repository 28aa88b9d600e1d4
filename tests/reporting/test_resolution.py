from __future__ import annotations

import pytest

from smcontract.reporting.report import FunctionResolution
from smcontract.reporting.resolution import format_resolution

SCRIPT, DEFAULT = FunctionResolution(by="script", line=12), FunctionResolution(by="default")
MISSING = FunctionResolution(by="missing")


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        pytest.param(
            {"output_fn": SCRIPT, "predict_fn": DEFAULT, "input_fn": DEFAULT, "model_fn": SCRIPT},
            "model_fn script:12 · input_fn default (sklearn) · predict_fn default (sklearn) · output_fn script:12",
            id="four",
        ),
        pytest.param(
            {"model_fn": MISSING, "transform_fn": FunctionResolution(by="script")},
            "model_fn missing · transform_fn script",
            id="missing-and-transform",
        ),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_one_line_in_the_order_of_a_request(resolution: dict[str, FunctionResolution], expected: str) -> None:
    assert format_resolution(resolution, stack="sklearn") == expected
