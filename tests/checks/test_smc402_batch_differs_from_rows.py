"""SMC402 on rows that get another prediction among others than alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lives import torch_script
from predicting import script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC402"
here = partial(judge, isolation="none", max_examples=8)


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(answers="{'predictions': prediction.tolist()}"),
        script("[{'label': str(row > 9), 'score': row} for row in model.predict(data)]", "prediction"),
        script("model.predict(data) + 1e-6 * len(data)"),
        script("model.predict(data).astype('float16')"),
        script("float(data.sum())", "prediction"),
    ],
    ids=["sums", "under a key", "objects", "rounding", "halves", "one for all"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_batch_that_is_its_rows(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcomes, judged.violations) == (["passed", "passed"], ())


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (script("model.predict(data - data.mean(axis=0))"), "gets another prediction than alone"),
        (script("model.predict(data) / model.predict(data).sum()"), "gets another prediction than alone"),
        (script("[str(row == max(model.predict(data))) for row in model.predict(data)]"), "prediction than alone"),
        (script("-np.sort(-model.predict(data))"), "gets another prediction than alone: they come in another order"),
        (script("model.predict(np.cumsum(data, axis=0))"), "gets another prediction than alone"),
    ],
    ids=["scaled by itself", "shares", "the largest", "order", "sums"],
)
def test_a_row_that_depends_on_the_others(tmp_path: Path, source: str, message: str) -> None:
    source = source.replace("cumsum", "add.accumulate")
    # As many as find rows that stand in no order.
    judged = here(tmp_path, source, CODE, max_examples=50)
    violation = judged.violations[0]
    assert judged.outcomes == ["failed", "failed"]
    assert violation.severity is Severity.ERROR
    assert violation.message.endswith(message)
    assert violation.expected.endswith(", as alone")
    assert violation.got.endswith(", among the others")
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script("np.cumsum(model.predict(data))  # a series"), "its rows may belong together"),
        (script("model.predict(data).item()", "prediction"), "known to carry one record only"),
        (script("model.predict(data.squeeze())"), "no row is answered alone"),
    ],
    ids=["a series", "one record", "several only"],
)
def test_where_a_batch_cannot_be_compared(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert judged.outcomes == ["skipped", "skipped"]
    assert all(reason in (check.reason or "") for check in judged.checks)


@pytest.mark.parametrize("predicts", ["np.random.random(len(data))", "[np.random.choice(['a', 'b']) for row in data]"])
def test_a_model_that_samples_is_not_held_to_it(tmp_path: Path, predicts: str) -> None:
    assert here(tmp_path, script(predicts), CODE, max_examples=25).violations == ()


def test_batch_norm_of_the_request(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the script imports torch")
    good = torch_script("model(data).detach()", forward="self.norm(self.line(rows))")
    assert here(tmp_path, good, CODE).violations == ()
    forward = "F.layer_norm(self.line(rows), rows.shape[:0] + (2,)) + self.line(rows).mean(0)"
    violation = here(tmp_path, torch_script("model(data).detach()", forward=forward), CODE).violation
    assert violation.message.endswith("gets another prediction than alone")
