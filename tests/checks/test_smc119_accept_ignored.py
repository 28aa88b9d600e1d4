"""SMC119 accept-ignored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc119_accept_ignored import accept_ignored
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

OUTPUT = "import json\ndef output_fn(prediction, accept):\n"


def test_one_body_for_every_accept(find: Find) -> None:
    (violation,) = find(accept_ignored, OUTPUT + "    return json.dumps(prediction)")

    assert violation.message == "output_fn never reads accept, and what it returns does not name its content type"
    assert (violation.line, violation.column) == (3, 5)
    assert violation.severity is Severity.WARNING
    assert violation.function == "output_fn"
    assert violation.on_sagemaker.status == 200
    assert "whatever the client asked for" in violation.on_sagemaker.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("return str(prediction)", id="text"),
        pytest.param("body = json.dumps({'p': prediction})\n    return body", id="name"),
        pytest.param("return json.dumps(prediction).encode('utf-8')", id="bytes"),
        pytest.param("return {'p': prediction}", id="dict"),
        pytest.param("if prediction:\n        return f'{prediction}'\n    return 'none'", id="all-plain"),
        pytest.param("return 'a' if prediction else 'b'", id="conditional"),
        pytest.param("return '[' + prediction + ']'", id="sum"),
    ],
)
def test_violations(find: Find, text: str) -> None:
    (violation,) = find(accept_ignored, f"{OUTPUT}    {text}")

    assert "never reads accept" in violation.message


def test_transform_fn_and_flask(find: Find) -> None:
    text = "def transform_fn(model, data, content_type, accept):\n    return str(model(data))"
    (violation,) = find(accept_ignored, text, stack="sklearn")

    assert violation.function == "transform_fn"
    assert "text/html" in violation.on_sagemaker.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("if accept != 'a/b':\n        raise ValueError\n    return str(prediction)", id="compared"),
        pytest.param("return json.dumps(prediction), 'application/json'", id="pair"),
        pytest.param("body = (str(prediction), 'text/csv')\n    return body", id="pair-in-a-name"),
        pytest.param("return Response(json.dumps(prediction), mimetype='application/json')", id="response"),
        pytest.param("return worker.Response(str(prediction), accept)", id="handed-on"),
        pytest.param("return prediction", id="as-it-came"),
        pytest.param("return encode_it(prediction)", id="unknown-helper"),
        pytest.param("raise NotImplementedError", id="refuses-all"),
        pytest.param("def inner():\n        return accept\n    return inner()", id="read-inside"),
        pytest.param("return '%(prediction)s' % locals()", id="locals"),
        pytest.param("for body in prediction:\n        pass\n    return body", id="loop-variable"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(accept_ignored, f"{OUTPUT}    {text}") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(prediction, *rest):\n    return str(prediction)", id="varargs"),
        pytest.param("def output_fn(prediction):\n    return str(prediction)", id="one-parameter"),
        pytest.param(
            "def output_fn(p, a, context):\n    context.set_response_content_type(0, 'a/b')\n    return str(p)",
            id="told-by-the-context",
        ),
        pytest.param("def encode(p, accept):\n    return str(p)", id="no-handler"),
        pytest.param("def broken(", id="does-not-parse"),
        pytest.param(
            "def pair(p):\n    return str(p), 'a/b'\ndef output_fn(p, accept):\n    return pair(p)", id="own-helper"
        ),
    ],
)
def test_other_forms(find: Find, text: str) -> None:
    assert find(accept_ignored, text) == []


@pytest.mark.parametrize(
    "returned",
    [
        "{'p': prediction}",
        "[prediction]",
        "prediction.tolist()",
        "{'p': 1} if prediction else []",
        "[one for one in prediction]",
    ],
)
def test_what_flask_sends_as_json_is_labelled_so(find: Find, returned: str) -> None:
    assert find(accept_ignored, f"{OUTPUT}    body = {returned}\n    return body", stack="sklearn") == []
    assert len(find(accept_ignored, f"{OUTPUT}    body = {returned}\n    return body", stack="inference")) == 1


def test_a_text_that_one_way_returns_under_flask(find: Find) -> None:
    text = f"{OUTPUT}    if prediction:\n        return [prediction]\n    return 'none'"

    assert len(find(accept_ignored, text, stack="sklearn")) == 1
