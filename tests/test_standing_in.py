"""With only the script in hand: what holds for any model is found, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from serving import session_of
from smcontract.session import Inconclusive
from support import Judgement, judge

SCRIPT = """
    import json, os
    import numpy as np

    def model_fn(model_dir):
        with open(os.path.join(model_dir, "model.bin"), "rb") as file:
            return file.read()

    def input_fn(body, content_type):
        if content_type != "application/json":
            raise ValueError(content_type)
        {takes}

    def predict_fn(data, model):
        {predicts}

    def output_fn(prediction, accept):
        {answers}
"""


def script(
    takes: str = "return np.array(json.loads(body))",
    predicts: str = "return model.predict(data)",
    answers: str = 'return json.dumps(prediction.tolist()), "application/json"',
) -> str:
    return SCRIPT.format(takes=takes, predicts=predicts, answers=answers)


def found(directory: Path, source: str, code: str, **settings: Any) -> Judgement:
    return judge(directory, source, code, max_examples=5, **settings)


def test_what_is_right_is_judged_and_passes(tmp_path: Path) -> None:
    judged = found(tmp_path, script(), "SMC502")
    assert judged.outcome == "passed"
    assert judged.reason.startswith("with a stand-in in the model's place: model_fn fails on an empty model directory")


def test_it_can_be_left_out(tmp_path: Path) -> None:
    judged = found(tmp_path, script(), "SMC502", stand_in="off")
    assert judged.outcome == "skipped"
    assert judged.reason.startswith("model_fn fails on an empty model directory (FileNotFoundError")


@pytest.mark.parametrize("code", ["SMC202", "SMC203"])
def test_what_loading_shows_is_not_judged(code: str, tmp_path: Path) -> None:
    judged = found(tmp_path, script(), code)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "--smcontract-model-dir DIR" in judged.reason


def test_a_model_that_loads_is_not_replaced(tmp_path: Path) -> None:
    source = script(predicts="return np.asarray(data)").replace(
        'open(os.path.join(model_dir, "model.bin"), "rb")', 'open(os.devnull, "rb")'
    )
    with session_of(tmp_path, source) as session:
        assert session.loaded().ok
        assert session.stand_in is None


def test_a_call_that_no_model_mends_is_not_replaced(tmp_path: Path) -> None:
    source = script().replace("def model_fn(model_dir)", "def model_fn(model_dir, more, and_more)")
    with session_of(tmp_path, source, stack="sklearn") as session:
        assert not session.loaded().ok
        assert session.stand_in is None


def test_what_only_the_model_could_mend_cannot_be_known(tmp_path: Path) -> None:
    judged = found(tmp_path, script(answers='return json.dumps(prediction["boxes"].tolist())'), "SMC601")
    assert (judged.outcome, judged.violations) == ("skipped", ())


def test_an_accident_before_the_model_is_asked_holds_for_any(tmp_path: Path) -> None:
    judged = found(tmp_path, script(takes="return np.array(jsn.loads(body))"), "SMC301")
    assert judged.violation.function == "input_fn"
    assert judged.violation.message.endswith("(holds for any model: a stand-in took its place)")


def test_what_is_no_model_is_told_in_the_session(tmp_path: Path) -> None:
    with session_of(tmp_path, script()) as session:
        assert session.ready().ok
        with pytest.raises(Inconclusive, match="model_fn fails on an empty model directory"):
            session.loaded()
