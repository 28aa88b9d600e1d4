"""SMC405 on predictions that hold on to a graph."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lives import script, torch_script
from smcontract.violations import Severity
from support import judge, line_of

pytest.importorskip("torch", reason="these scripts import torch")

CODE = "SMC405"
here = partial(judge, isolation="none")


@pytest.mark.parametrize(
    "source",
    [
        script(),
        torch_script("model(data).detach()"),
        torch_script("torch.no_grad()(model)(data)"),
        torch_script("torch.inference_mode()(model)(data)", before="KEPT.append(data)"),
        torch_script("torch.zeros(len(data))"),
    ],
    ids=["no torch", "detached", "no_grad", "inference_mode", "made anew"],
)
def test_no_graph(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("predicts", ["model(data)", "{'logits': model(data)}", "[model(data)]"])
def test_a_prediction_that_carries_it(tmp_path: Path, predicts: str) -> None:
    source = torch_script(predicts).replace("prediction.tolist()", "str(prediction)")
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "what predict_fn returns carries the graph for gradients"
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))


def test_tensors_that_pile_up(tmp_path: Path) -> None:
    source = torch_script("KEPT[-1].detach()", before="KEPT.append(model(data))")
    violation = here(tmp_path, source, CODE).violation
    assert violation.message == "tensors with their graph pile up with every request"
    assert violation.got == "24 more such tensors after 24 requests"
