"""SMC105 unusual-parameters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc104_wrong_parameter_count import wrong_parameter_count
from smcontract.checks.smc105_unusual_parameters import unusual_parameters
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("def predict_fn(*args): return 1", "counts as taking 1 arguments with *args", id="varargs"),
        pytest.param("def predict_fn(data, **kwargs): return 1", "with **kwargs cannot be called with 2", id="kwargs"),
        pytest.param("def output_fn(p, a, **k): return 1", "with 3 arguments by position, the context", id="n-kwargs"),
        pytest.param("def input_fn(d, c, *, strict=True): return 1", "keyword-only strict cannot be", id="keyword"),
        pytest.param("def output_fn(p, *, accept): return 1", "keyword-only accept cannot be", id="keyword-required"),
        pytest.param("def model_fn(d, *a, **k): return 1", "counts as taking 3 arguments with *a and **k", id="model"),
        pytest.param("predict_fn = lambda *args: 1", "with *args", id="lambda"),
        pytest.param("def transform_fn(m, *args, **kwargs): return 1", "counts as taking 3", id="transform"),
    ],
)
@pytest.mark.parametrize("stack", ["inference", "inference@1.7.0", "pytorch"])
def test_counts_that_do_not_fit(find: Find, text: str, message: str, stack: str) -> None:
    (violation,) = find(unusual_parameters, "import x\n" + text, stack=stack)

    assert message in violation.message
    assert (violation.line, violation.function) == (2, text.replace("def ", "").partition("_fn")[0] + "_fn")
    assert violation.severity is Severity.ERROR
    assert violation.on_sagemaker.status == 500
    assert find(wrong_parameter_count, text, stack=stack) == []


@pytest.mark.parametrize("stack", ["sklearn", "inference@1.5.5", "xgboost"])
@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("def predict_fn(*args): return 1", 0, id="varargs"),
        pytest.param("def predict_fn(data, *rest, **kwargs): return 1", 0, id="all-but-one"),
        pytest.param("def predict_fn(data, model, **kwargs): return 1", 0, id="kwargs"),
        pytest.param("def predict_fn(data, model, *, strict=True): return 1", 0, id="keyword-default"),
        pytest.param("def predict_fn(data, model, top_k=5): return data[:top_k]", 0, id="extra"),
        pytest.param("def predict_fn(data, *, model): return 1", 1, id="keyword-required"),
        pytest.param("def predict_fn(data, **kwargs): return 1", 1, id="too-few"),
    ],
)
def test_where_parameters_are_not_counted(find: Find, text: str, count: int, stack: str) -> None:
    assert len(find(unusual_parameters, text, stack=stack)) == count


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        pytest.param(
            "def predict_fn(data, model, top_k=5):\n    return model(data)[:top_k]", 2, 25, "and not 5", id="slice"
        ),
        pytest.param(
            "def predict_fn(data, model, k=5):\n    return model(data, k=k)", 2, 12, "model(data, k=k)", id="handed"
        ),
        pytest.param("def predict_fn(d, m, t=None):\n    return m(d) / t", 2, 12, "m(d) / t", id="arithmetic"),
        pytest.param(
            "def input_fn(d, c, options=None):\n    return options['x']", 2, 12, "options['x']", id="subscript"
        ),
        pytest.param("def input_fn(d, c, sep=','):\n    return d.split(sep)", 2, 12, "d.split(sep)", id="text"),
        pytest.param("def output_fn(p, a, n=3):\n    return round(p, n)", 2, 12, "round(p, n)", id="number"),
        pytest.param(
            "def output_fn(p, a, n):\n    return range(n)", 2, 12, "is given the context, and is used", id="no-default"
        ),
        pytest.param(
            "def cut(x, n):\n    return x[:n]\ndef predict_fn(d, m, n=3):\n    return cut(m(d), n)",
            4,
            12,
            "cut(m(d), n)",
            id="in-a-helper",
        ),
        pytest.param("def model_fn(d, device='cpu'):\n    return load(d, device)", 2, 12, "and not 'cpu'", id="model"),
    ],
)
def test_an_extra_parameter_that_is_no_context(find: Find, text: str, line: int, column: int, message: str) -> None:
    (violation,) = find(unusual_parameters, text)

    assert message in violation.message
    assert (violation.line, violation.column) == (line, column)
    assert violation.severity is Severity.ERROR
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def predict_fn(d, m, device='cpu'):\n    return m(d)", id="not-used"),
        pytest.param("def predict_fn(d, m, debug=False):\n    return m(d) if debug else d", id="asked-for-truth"),
        pytest.param("def predict_fn(d, m, note=''):\n    print(note)\n    return m(d)", id="printed"),
        pytest.param("def predict_fn(d, m, extra=None):\n    return m(d, extra)", id="handed-on-and-none"),
    ],
)
def test_an_extra_parameter_that_does_no_harm(find: Find, text: str) -> None:
    (violation,) = find(unusual_parameters, text)

    assert violation.severity is Severity.WARNING
    assert "is given the context" in violation.message
    assert violation.line == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def predict_fn(data, model): return 1", id="plain"),
        pytest.param("def predict_fn(data, model, context=None): return 1", id="context"),
        pytest.param("def predict_fn(data, model, ctx): return ctx['x']", id="ctx"),
        pytest.param("def predict_fn(data, model, _=None): return 1", id="underscore"),
        pytest.param("def predict_fn(data, model, request_context=None): return 1", id="request-context"),
        pytest.param("def predict_fn(data, model, c: Context = None): return c", id="annotated"),
        pytest.param("def input_fn(*args, **kwargs): return args", id="two-that-fit"),
        pytest.param("def predict_fn(data, *args): return args", id="takes-what-is-passed"),
        pytest.param("def predict_fn(data, model, *args): return args", id="takes-the-context"),
        pytest.param("def transform_fn(model, data, *args, **kwargs): return args", id="four-that-fit"),
        pytest.param("def predict_fn(d, m, k=5):\n    k = 5 if hasattr(k, 'manifest') else k\n    return k", id="asks"),
        pytest.param("def predict_fn(d, m, k=5):\n    k = 7\n    return d[:k]", id="bound-anew"),
        pytest.param("def predict_fn(d, m, extra):\n    return m(d, extra)", id="no-default-and-unclear"),
        pytest.param("def predict_fn(d, m, extra):\n    return extra.get_request_header(0, 'x')", id="used-as-context"),
        pytest.param("@wraps(f)\ndef predict_fn(*args): return 1", id="unknown-decorator"),
        pytest.param("if x:\n    def predict_fn(*args): return 1", id="perhaps"),
        pytest.param("def predict_fn(d, m, a=1, b=2): return d[:a]", id="wrong-count-is-104"),
        pytest.param("def helper(*args): return 1", id="helper"),
        pytest.param("class A:\n    def predict_fn(self, *args): return 1", id="method"),
        pytest.param("predict_fn = make()", id="made"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(unusual_parameters, text) == []


def test_the_answer_per_stack(find: Find) -> None:
    text = "def model_fn(*, model_dir): return 1"

    assert [
        v.on_sagemaker.status
        for s in ("inference", "sklearn", "huggingface")
        for v in find(unusual_parameters, text, stack=s)
    ] == [500, None, 400]


def test_mxnet_calls_model_fn_without_the_context_first(find: Find) -> None:
    assert find(unusual_parameters, "def model_fn(d, *args): return 1", stack="mxnet") == []
    assert len(find(unusual_parameters, "def model_fn(*, d): return 1", stack="mxnet")) == 1
    assert find(unusual_parameters, "def model_fn(d, batch=5): return range(batch)", stack="mxnet") == []


def test_an_import_from_beside(find: Find) -> None:
    (violation,) = find(
        unusual_parameters,
        "from helpers import predict_fn",
        siblings={"helpers.py": "def predict_fn(data, **kwargs): return data"},
    )

    assert violation.line == 1
    assert violation.got == "predict_fn with 2 parameters"


def test_hooks_where_they_are_called(find: Find) -> None:
    text = "def pre_model_fn(**kwargs): pass"

    assert len(find(unusual_parameters, text)) == 1
    assert find(unusual_parameters, text, stack="huggingface") == []
