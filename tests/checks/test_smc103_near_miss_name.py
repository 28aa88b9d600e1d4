"""SMC103 near-miss-name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc103_near_miss_name import near_miss_name
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

MODEL = "def model_fn(model_dir): return 1\n"
REST = "def input_fn(d, c): return d\ndef predict_fn(d, m): return d\ndef output_fn(p, a): return p\n"


@pytest.mark.parametrize(
    ("text", "name", "meant"),
    [
        pytest.param(REST + "def modelfn(model_dir): return 1", "modelfn", "model_fn", id="no-underscore"),
        pytest.param(REST + "def modelFn(d): return 1", "modelFn", "model_fn", id="camel"),
        pytest.param(REST + "def load_fn(path): return 1", "load_fn", "model_fn", id="load"),
        pytest.param(REST + "def load_model_fn(d, context): return 1", "load_model_fn", "model_fn", id="load-model"),
        pytest.param(REST + "def mdoel_fn(d): return 1", "mdoel_fn", "model_fn", id="letters-swapped"),
        pytest.param(MODEL + "def imput_fn(d, c): return d", "imput_fn", "input_fn", id="other-letter"),
        pytest.param(MODEL + "def preprocess_fn(d, c): return d", "preprocess_fn", "input_fn", id="preprocess"),
        pytest.param(MODEL + "def input_handler(d, c): return d", "input_handler", "input_fn", id="tensorflow-in"),
        pytest.param(MODEL + "def output_handler(d, c): return d", "output_handler", "output_fn", id="tensorflow-out"),
        pytest.param(MODEL + "def predict_func(d, m): return d", "predict_func", "predict_fn", id="func"),
        pytest.param(MODEL + "def inference_fn(d, m, c): return d", "inference_fn", "predict_fn", id="inference"),
        pytest.param(MODEL + "predictfn = lambda d, m: d", "predictfn", "predict_fn", id="lambda"),
        pytest.param(MODEL + "def ouput_fn(p, a): return p", "ouput_fn", "output_fn", id="letter-less"),
        pytest.param(MODEL + "def postprocess_fn(p, a): return p", "postprocess_fn", "output_fn", id="postprocess"),
        pytest.param(MODEL + "def transfrom_fn(m, d, c, a): return d", "transfrom_fn", "transform_fn", id="transform"),
        pytest.param(
            "def load_fn(model_dir): return 1\ndef helper(x): return x", "load_fn", "model_fn", id="no-handler-but-sure"
        ),
        pytest.param(
            MODEL + "@torch.no_grad()\ndef prediction_fn(d, m): return d", "prediction_fn", "predict_fn", id="no-grad"
        ),
    ],
)
def test_errors(find: Find, text: str, name: str, meant: str) -> None:
    (violation,) = find(near_miss_name, text)

    line = next(n for n, code in enumerate(text.splitlines(), 1) if f"{name}(" in code or f"{name} =" in code)
    assert (violation.line, violation.column, violation.function) == (line, 1, name)
    assert violation.message == f"{name} is never called: the container looks for {meant}"
    assert violation.fix == f"rename it to {meant}"
    assert violation.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(MODEL + "def predict(data, model): return data", "predict", id="predict"),
        pytest.param(MODEL + "def predict(model, data): return data", "predict", id="predict-swapped"),
        pytest.param(MODEL + "def preprocess(request_body, content_type): return 1", "preprocess", id="preprocess"),
        pytest.param(MODEL + "def postprocess(prediction, accept): return 1", "postprocess", id="postprocess"),
        pytest.param(MODEL + "def preprocess_fn(image): return image", "preprocess_fn", id="cannot-be-called-so"),
    ],
)
def test_warnings(find: Find, text: str, name: str) -> None:
    (violation,) = find(near_miss_name, text)

    assert violation.function == name
    assert violation.severity is Severity.WARNING


def test_all_of_them(find: Find) -> None:
    text = (
        "def load_fn(model_dir): return 1\ndef preprocess_fn(data, content_type): return data\n"
        "def predict(data, model): return model(data)"
    )

    assert [(v.function, v.severity) for v in find(near_miss_name, text)] == [
        ("load_fn", Severity.ERROR),
        ("preprocess_fn", Severity.ERROR),
        ("predict", Severity.WARNING),
    ]


@pytest.mark.parametrize(("stack", "count"), [("sklearn", 0), ("inference", 0), ("pytorch", 1), ("huggingface", 1)])
def test_a_general_name_where_a_missing_model_fn_is_an_error_itself(find: Find, stack: str, count: int) -> None:
    assert len(find(near_miss_name, REST + "def load_model(model_dir): return 1", stack=stack)) == count


@pytest.mark.parametrize(
    ("text", "stack", "status", "message"),
    [
        (REST + "def load_fn(d): return 1", "sklearn", None, "never goes InService"),
        (REST + "def load_fn(d): return 1", "inference", 500, "Please provide a model_fn implementation."),
        (MODEL + "def infer_fn(d, m): return 1", "inference", 500, "Please provide a predict_fn implementation."),
        (MODEL + "def infer_fn(d, m): return 1", "pytorch", None, "the stack's default predict_fn takes its place"),
    ],
)
def test_what_a_client_gets(find: Find, text: str, stack: str, status: int | None, message: str) -> None:
    (violation,) = find(near_miss_name, text, stack=stack)

    assert violation.on_sagemaker.status == status
    assert message in violation.on_sagemaker.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MODEL + REST, id="the-real-ones"),
        pytest.param(MODEL + REST + "def preprocess_fn(d, c): return d", id="beside-the-real-one"),
        pytest.param(
            MODEL + "def load_fn(d): return d\ndef preprocess_fn(x, y): return x\n"
            "def input_fn(d, c): return preprocess_fn(d, c)",
            id="called",
        ),
        pytest.param(MODEL + "def preprocess_fn(d, c): return d\ninput_fn = preprocess_fn", id="another-name"),
        pytest.param(MODEL + "def preprocess_fn(d, c): return d\nrows = rows.map(preprocess_fn)", id="handed-on"),
        pytest.param(
            MODEL + "def predict_func(d, m): return d\nif __name__ == '__main__':\n    predict_func(1, 2)", id="by-main"
        ),
        pytest.param(MODEL + "def predict_func(d, m): return d\nf = getattr(me, 'predict_func')", id="getattr"),
        pytest.param(MODEL + "def predict_func(d, m): return d\nf = globals()['predict_func']", id="globals"),
        pytest.param(MODEL + "@app.post('/')\ndef predict_func(d, m): return d", id="registered"),
        pytest.param(MODEL + "def _input_fn(d, c): return d", id="underscore"),
        pytest.param(MODEL + "def predict(text): return text", id="general-and-other-parameters"),
        pytest.param(MODEL + "def predict(a, b): return a", id="general-and-names-that-say-nothing"),
        pytest.param(MODEL + "from helpers import *\ndef predict_func(d, m): return d", id="star-import"),
        pytest.param(
            MODEL + "if x:\n    def input_fn(d, c): return d\ndef preprocess_fn(d, c): return d", id="perhaps"
        ),
        pytest.param(
            MODEL + "def transform_fn(m, d, c, a): return d\ndef preprocess_fn(d, c): return d", id="with-transform-fn"
        ),
        pytest.param(MODEL + "def transforms_fn(image): return image", id="an-image's-transforms"),
        pytest.param(MODEL + "class A:\n    def preprocess_fn(self, d): return d", id="method"),
        pytest.param(MODEL + "def f():\n    def preprocess_fn(d, c): return d", id="nested"),
        pytest.param(MODEL + "def serving_input_fn(): return 1", id="estimator"),
        pytest.param(MODEL + "def train_fn(d, m): return 1\ndef eval_fn(d, m): return 1", id="training"),
        pytest.param("def preprocess_fn(image, label): return image", id="no-handler"),
        pytest.param("def predict(data, model): return data", id="general-and-no-handler"),
        pytest.param("def input_handler(d, c): return d\ndef output_handler(d, c): return d", id="tensorflow"),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(near_miss_name, text) == []
