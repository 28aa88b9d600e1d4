"""With only the script in hand: what holds for any model is found, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from serving import session_of
from smcontract.session import Inconclusive
from smcontract.standing_in import HOLDS
from smcontract.violations import Request
from support import Judgement, judge, line_of

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
    assert judged.violation.message.endswith(f"({HOLDS})")


def test_what_is_no_model_is_told_in_the_session(tmp_path: Path) -> None:
    with session_of(tmp_path, script()) as session:
        assert session.ready().ok
        with pytest.raises(Inconclusive, match="model_fn fails on an empty model directory"):
            session.loaded()


TAKES_ROWS = """if content_type == "text/csv":
            return np.array([[float(cell) for cell in line.split(",")] for line in body.splitlines()])
        return np.array(json.loads(body)["instances"])"""


def of_rows(**stages: str) -> str:
    source = script(takes=TAKES_ROWS, **stages)
    return source.replace('content_type != "application/json"', 'content_type not in ("application/json", "text/csv")')


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        pytest.param(
            of_rows(answers='return json.dumps({"class": prediction.item()}), "application/json"'),
            "SMC601",
            "prediction.item()",
            id="one item of many rows",
        ),
        pytest.param(
            of_rows(answers='return ",".join(map(str, prediction)), "application/json"'),
            "SMC502",
            "def output_fn",
            id="text labelled JSON",
        ),
        pytest.param(
            of_rows(answers="return json.dumps(np.asarray(prediction))"),
            "SMC601",
            "json.dumps(np.asarray",
            id="an array as JSON",
        ),
        pytest.param(
            of_rows(
                answers="""if accept == "text/csv":
            return ",".join(map(str, prediction.tolist())), "text/csv"
        raise ValueError(accept)"""
            ),
            "SMC510",
            "raise ValueError(accept)",
            id="the default Accept",
        ),
        pytest.param(
            of_rows(predicts="return model.predict(data)[:1]"), "SMC406", "def predict_fn", id="the first alone"
        ),
        pytest.param(
            of_rows(predicts="return np.array([model.predict(data).item()])"),
            "SMC407",
            ".item()",
            id="item of the rows",
        ),
        pytest.param(
            of_rows(predicts="return jsn.loads(model.predict(data))"), "SMC407", "jsn.loads", id="an undefined name"
        ),
        pytest.param(
            of_rows().replace("for line in body.splitlines()", "for line in body.splitlines()[1:] or ['0']"),
            "SMC306",
            "def input_fn",
            id="a row taken for a header",
        ),
    ],
)
def test_what_holds_for_any_model_is_found(source: str, code: str, line: str, tmp_path: Path) -> None:
    judged = found(tmp_path, source, code)
    assert "failed" in judged.outcomes or "warned" in judged.outcomes
    violation = judged.violations[0]
    assert violation.line == line_of(source, line)
    assert violation.message.endswith(f"({HOLDS})")


def test_a_dict_that_the_default_cannot_encode_is_found(tmp_path: Path) -> None:
    source = of_rows(predicts='return {"class": model.predict(data)}').partition("    def output_fn")[0]
    judged = found(tmp_path, source, "SMC508", accepts=["text/csv"])
    assert judged.outcome == "failed"
    assert judged.violation.message.endswith(f"({HOLDS})")


@pytest.mark.parametrize(
    ("predicts", "answers"),
    [
        ("return model(data)", 'return json.dumps([one["boxes"].tolist() for one in prediction])'),
        ("return model(data)", "return json.dumps(prediction.boxes.tolist())"),
        ("return model.predict(data)", "return json.dumps(prediction)"),
        ("return model.predict(data)", "return json.dumps([labels[one] for one in prediction])"),
        ("return model.detect(data)[0]['masks']", "return json.dumps(prediction)"),
        ("return model * data", "return json.dumps(prediction)"),
        ("return [Held.scaler.transform(data), model.predict(data)]", "return json.dumps(prediction[1].tolist())"),
    ],
    ids=["boxes", "attribute", "raw", "labels", "masks", "number", "state"],
)
def test_what_another_model_might_mend_cannot_be_known(predicts: str, answers: str, tmp_path: Path) -> None:
    source = of_rows(predicts=predicts, answers=answers)
    source += "\n    labels = {'cat': 1}\n\n    class Held:\n        scaler = None\n"
    for code in ("SMC601", "SMC407"):
        judged = found(tmp_path, source, code)
        assert set(judged.outcomes) <= {"skipped", "passed"}
        assert judged.violations == ()


@pytest.mark.parametrize(
    ("takes", "predicts", "answers"),
    [
        (
            'return json.loads(body)["inputs"]',
            """model, tokenizer = model
        tokens = tokenizer(data, return_tensors="np", padding=True)
        return tokenizer.batch_decode(model.generate(**tokens), skip_special_tokens=True)""",
            'return json.dumps({"generated": prediction})',
        ),
        (
            'return json.loads(body)["inputs"]',
            'return [one["label"] for one in model(data)]',
            "return json.dumps(prediction)",
        ),
        (
            "return np.array(json.loads(body))",
            'return model["scaler"].transform(data) * model["threshold"]',
            "return json.dumps(prediction.tolist())",
        ),
    ],
    ids=["generate", "pipeline", "parts"],
)
def test_what_a_model_may_be_is_answered(takes: str, predicts: str, answers: str, tmp_path: Path) -> None:
    with session_of(tmp_path, script(takes, predicts, answers)) as session:
        assert session.ready().ok
        assert session.stand_in is not None
        body = session.valid_body("application/json")
        assert body is not None
        exchange = session.exchange(Request(body=body, content_type="application/json", accept="application/json"))
    assert exchange.succeeded
    assert [stage.of_model for stage in exchange.stages] == [False, True, True]


def test_a_default_that_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    with session_of(tmp_path, script().replace("def model_fn", "def load"), stack="sklearn") as session:
        assert not session.endpoint.load().ok
        assert session.stand_in is None


@pytest.mark.parametrize(
    ("takes", "predicts", "code", "line"),
    [
        ("return json.load(body)", "return model.predict(data)", "SMC301", "json.load"),
        ("return body", "return model.predict(data.reshape(1, -1))", "SMC407", "data.reshape"),
        ("return json.loads(body)", "return model.eval()(data.to('cpu'))", "SMC407", "data.to"),
    ],
    ids=["the body", "a str", "after the model was asked"],
)
def test_a_function_that_cannot_take_what_it_is_given(
    takes: str, predicts: str, code: str, line: str, tmp_path: Path
) -> None:
    source = script(takes, predicts)
    judged = found(tmp_path, source, code)
    assert judged.outcome == "failed"
    assert judged.violation.line == line_of(source, line)


@pytest.mark.parametrize(
    ("takes", "predicts"),
    [
        ('return json.loads(body)[str.lower("A")]["b"]', "return model.predict(data)"),
        ("return json.loads(body)", 'return [one.strip() for one in data["texts"].values()]'),
        (
            "import pandas as pd\n        return pd.DataFrame(json.loads(body))",
            "return model.predict(data.age)",
        ),
        ("return json.loads(body)", "return model(data).logits"),
    ],
    ids=["keys", "records", "columns", "of the answer"],
)
def test_what_another_body_might_mend_cannot_be_known(takes: str, predicts: str, tmp_path: Path) -> None:
    judged = found(tmp_path, script(takes, predicts), "SMC407")
    assert (judged.outcome, judged.violations) == ("skipped", ())


def test_bytes_that_a_model_would_refuse_are_no_answer(tmp_path: Path) -> None:
    takes = 'return json.loads(body) if content_type == "application/json" else body'
    source = script(takes, "return model(data)", "return str(prediction)")
    for code in ("SMC302", "SMC305"):
        assert found(tmp_path, source, code).violations == ()


@pytest.mark.parametrize("code", ["SMC302", "SMC305", "SMC602"])
def test_what_a_tokenizer_refuses_is_no_answer(code: str, tmp_path: Path) -> None:
    takes = """if content_type == "application/json":
            return [json.loads(body)]
        if content_type == "text/csv":
            return [line for line in body.splitlines() if line]
        return body"""
    predicts = """tokens = model["tokenizer"](data, truncation=True, padding=True, return_tensors="np")
        return model["model"](input_ids=tokens["input_ids"]).logits"""
    judged = found(tmp_path, script(takes, predicts, "return json.dumps(prediction.tolist())"), code)
    assert judged.violations == ()


def test_a_width_that_the_script_changes(tmp_path: Path) -> None:
    source = of_rows(predicts="return model.predict(np.hstack([data, data]))")
    with session_of(tmp_path, source) as session:
        assert session.ready().ok
        assert session.valid_body("text/csv") is not None
        assert (session.width, session.any_width) == (6, False)


def test_what_is_no_table_of_one_width(tmp_path: Path) -> None:
    source = of_rows(predicts="return model.predict(data.ravel()[:2])")
    with session_of(tmp_path, source) as session:
        assert session.ready().ok
        assert session.valid_body("text/csv") is not None
        assert session.any_width


def test_a_row_that_is_taken_for_rows_is_refused_as_by_a_model(tmp_path: Path) -> None:
    source = of_rows(predicts="return model.predict(data if data.shape[0] > 1 else data.T)")
    assert found(tmp_path, source, "SMC602").violations == ()


def test_a_place_of_an_answer_that_a_stand_in_does_not_have(tmp_path: Path) -> None:
    """A model may answer with a pair: topics and their scores."""
    answers = "both = list(prediction)\n        return json.dumps([both[0], both[1]]), 'application/json'"
    judged = found(tmp_path, script(answers=answers), "SMC601")

    assert (judged.outcome, judged.violations) == ("skipped", ())


def test_several_numbers_in_a_cell_may_be_one_of_the_models(tmp_path: Path) -> None:
    cells = "[str(one) for one in np.asarray(prediction).reshape(len(prediction), -1).tolist()]"
    judged = found(tmp_path, script(answers=f'return "\\n".join({cells}), "text/csv"'), "SMC502")
    assert judged.violations == ()
    assert set(judged.outcomes) == {"skipped"}
