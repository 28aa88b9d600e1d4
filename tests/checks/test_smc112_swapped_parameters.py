"""SMC112 swapped-parameters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc112_swapped_parameters import swapped_parameters
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]


@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5", "pytorch", "sklearn", "huggingface"])
@pytest.mark.parametrize(
    ("signature", "right"),
    [
        pytest.param("predict_fn(model, data)", "predict_fn(data, model)", id="predict"),
        pytest.param("predict_fn(model, input_data)", "predict_fn(input_data, model)", id="predict-input-data"),
        pytest.param("predict_fn(model, model_input)", "predict_fn(model_input, model)", id="predict-model-input"),
        pytest.param("predict_fn(loaded_model, request_body)", "predict_fn(request_body, loaded_model)", id="loaded"),
        pytest.param("predict_fn(clf, X)", "predict_fn(X, clf)", id="clf"),
        pytest.param("predict_fn(model, inputObject)", "predict_fn(inputObject, model)", id="camel"),
        pytest.param("output_fn(accept, prediction)", "output_fn(prediction, accept)", id="output"),
        pytest.param("output_fn(content_type, predictions)", "output_fn(predictions, content_type)", id="output-type"),
        pytest.param("input_fn(content_type, request_body)", "input_fn(request_body, content_type)", id="input"),
        pytest.param("input_fn(request_content_type, data)", "input_fn(data, request_content_type)", id="input-data"),
        pytest.param(
            "transform_fn(data, model, content_type, accept)",
            "transform_fn(model, data, content_type, accept)",
            id="transform",
        ),
        pytest.param(
            "transform_fn(model, body, accept, content_type)",
            "transform_fn(model, body, content_type, accept)",
            id="transform-types",
        ),
    ],
)
def test_violations(find: Find, signature: str, right: str, stack: str) -> None:
    (violation,) = find(swapped_parameters, f"import x\ndef {signature}:\n    return 1\n", stack=stack)

    assert (violation.line, violation.column) == (2, 1)
    assert violation.function == signature.partition("(")[0]
    assert violation.expected == right
    assert violation.got == signature
    assert "in another order than they are passed" in violation.message
    assert violation.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("signature", "right"),
    [
        ("model_fn(context, model_dir)", "model_fn(model_dir, context)"),
        ("predict_fn(data, context, model)", "predict_fn(data, model, context)"),
    ],
)
def test_a_context_that_does_not_stand_last(find: Find, signature: str, right: str) -> None:
    text = f"def {signature}:\n    return 1\n"

    for stack in ("inference", "pytorch", "huggingface"):
        (violation,) = find(swapped_parameters, text, stack=stack)
        assert (violation.expected, violation.got) == (right, signature)
    # Where no context is passed, their number is wrong (SMC104).
    assert find(swapped_parameters, text, stack="sklearn") == []
    assert find(swapped_parameters, text, stack="inference@1.5.5") == []


def test_the_message_says_who_is_given_what(find: Find) -> None:
    (violation,) = find(swapped_parameters, "def predict_fn(model, data):\n    return model.predict(data)")

    assert violation.message.endswith("model is given the data and data is given the model")
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    "body",
    [
        "data = data.to(device)\n    return model(data)",
        "x = data\n    return model.predict(x)",
        "data['x'] = 1\n    return model(data)",
        "model = model.eval()\n    return model(data)",
        "data = model.tokenize(data)\n    return data",
    ],
)
def test_a_body_that_goes_by_the_names(find: Find, body: str) -> None:
    assert len(find(swapped_parameters, f"def predict_fn(model, data):\n    {body}")) == 1


def test_a_lambda_and_a_sibling(find: Find) -> None:
    found = find(
        swapped_parameters,
        "from helpers import output_fn\npredict_fn = lambda model, data: model(data)",
        siblings={"helpers.py": "def output_fn(accept, prediction): return prediction"},
    )

    assert [v.function for v in found] == ["predict_fn", "output_fn"]


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        pytest.param(
            "def input_fn(data, context):\n    h = context.get_request_header(0, 'x')\n    return data",
            2,
            9,
            "the content type",
            id="input",
        ),
        pytest.param(
            "def output_fn(prediction, ctx):\n    return ctx.system_properties['x']", 2, 12, "the Accept", id="output"
        ),
    ],
)
def test_a_context_in_the_place_of_a_type(find: Find, text: str, line: int, column: int, what: str) -> None:
    (violation,) = find(swapped_parameters, text)

    assert (violation.line, violation.column) == (line, column)
    assert what in violation.message
    assert violation.on_sagemaker.message.startswith("AttributeError: 'str' object has no attribute")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def predict_fn(data, model): return model(data)", id="right"),
        pytest.param("def predict_fn(data, model, context): return model(data)", id="with-context"),
        pytest.param("def predict_fn(input_object, pipeline): return pipeline(input_object)", id="pipeline"),
        pytest.param("def predict_fn(model, model2): return model", id="two-models"),
        pytest.param("def predict_fn(model, other): return other", id="one-odd-name"),
        pytest.param("def predict_fn(a, b): return b(a)", id="no-names"),
        pytest.param("def predict_fn(model_input, model): return model(model_input)", id="model-input"),
        pytest.param(
            "def predict_fn(model, data):\n    model, data = data, model\n    return model(data)", id="put-right"
        ),
        pytest.param(
            "def predict_fn(model, data):\n    given = model\n    model = data\n    return model(given)",
            id="one-by-one",
        ),
        pytest.param("def predict_fn(model, data):\n    return data.predict(model)", id="used-right"),
        pytest.param("def predict_fn(model, data):\n    return data(model)", id="called-right"),
        pytest.param("def output_fn(prediction, content_type): return prediction", id="output-type"),
        pytest.param("def output_fn(output, response_content_type): return output", id="response-type"),
        pytest.param("def output_fn(data, accept): return data", id="output-data"),
        pytest.param("def input_fn(request, content_type): return request", id="request"),
        pytest.param("def input_fn(request_body, request_content_type, context): return 1", id="input-context"),
        pytest.param("def input_fn(data, context):\n    return data if context == 'a/b' else 1", id="context-as-type"),
        pytest.param("def transform_fn(model, request_body, content_type, accept_type): return 1", id="transform"),
        pytest.param(
            "def transform_fn(model, data, input_content_type, output_content_type): return 1", id="transform-types"
        ),
        pytest.param("def transform_fn(net, data, input_content_type, output_content_type): return 1", id="mxnet"),
        pytest.param("def model_fn(model_dir, context=None): return 1", id="model-context"),
        pytest.param("def model_fn(path, device): return 1", id="model-device"),
        pytest.param("@swap\ndef predict_fn(model, data): return 1", id="unknown-decorator"),
        pytest.param("def helper(model, data): return 1", id="helper"),
        pytest.param("class A:\n    def predict_fn(model, data): return 1", id="method"),
        pytest.param("if x:\n    def predict_fn(model, data): return 1", id="perhaps"),
        pytest.param("def predict_fn(*args): return 1", id="varargs"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(swapped_parameters, text) == []
