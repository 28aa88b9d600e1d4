"""SMC118 error-served-as-success."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc118_error_served_as_success import error_served_as_success
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

PREDICT = "import json, traceback\ndef predict_fn(data, model):\n"
TRY = PREDICT + "    try:\n        return model(data)\n    except Exception as e:\n"


def test_the_text_of_an_exception(find: Find) -> None:
    (violation,) = find(error_served_as_success, TRY + "        return {'error': str(e)}")

    assert violation.message == "predict_fn returns the text of the exception, caught on line 5, as if it were a result"
    assert (violation.line, violation.column) == (6, 9)
    assert violation.function == "predict_fn"
    assert violation.severity is Severity.ERROR
    assert violation.got == "return {'error': str(e)}"
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    ("text", "line", "message", "severity"),
    [
        pytest.param(TRY + "        return f'failed: {e}'", 6, "the text", Severity.ERROR, id="f-string"),
        pytest.param(TRY + "        return json.dumps({'e': repr(e)})", 6, "the text", Severity.ERROR, id="dumps"),
        pytest.param(TRY + "        return traceback.format_exc()", 6, "the text", Severity.ERROR, id="traceback"),
        pytest.param(
            TRY + "        text = str(e)\n        return {'e': text}", 7, "the text", Severity.ERROR, id="name"
        ),
        pytest.param(
            PREDICT
            + "    try:\n        out = model(data)\n    except Exception as e:\n        out = {'error': str(e)}\n"
            "    return json.dumps(out)",
            7,
            "the text of the exception, caught on line 5,",
            Severity.ERROR,
            id="returned-behind",
        ),
        pytest.param(TRY + "        return []", 6, "a constant", Severity.WARNING, id="constant"),
        pytest.param(TRY + "        return {'error': 'no'}", 6, "a refusal in words", Severity.WARNING, id="refusal"),
        pytest.param(
            "def output_fn(p, accept):\n    if accept == 'a/b':\n        return str(p)\n"
            "    return 'Unsupported ' + accept",
            4,
            "output_fn returns a refusal in words as if",
            Severity.WARNING,
            id="not-raised",
        ),
        pytest.param(
            "def input_fn(b, c):\n    try:\n        return int(b)\n    except ValueError as e:\n        return str(e)",
            5,
            "input_fn returns the text",
            Severity.WARNING,
            id="input",
        ),
        pytest.param(
            "def model_fn(d):\n    try:\n        return load(d)\n    except Exception:\n        return None\n"
            "def predict_fn(x, m):\n    return m(x)",
            5,
            "model_fn returns None, caught on line 4,",
            Severity.ERROR,
            id="load-error",
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, message: str, severity: Severity) -> None:
    (violation,) = find(error_served_as_success, text)

    assert violation.line == line
    assert message in violation.message
    assert violation.severity is severity


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TRY + "        raise ValueError(str(e))", id="raised"),
        pytest.param(TRY + "        return fallback(e)", id="fallback"),
        pytest.param(TRY + "        return model.slow(data)", id="another-way"),
        pytest.param(TRY + "        return None", id="smc109-tells-it"),
        pytest.param(TRY.replace("Exception", "KeyError") + "        return 0", id="narrow-default"),
        pytest.param(
            "def predict_fn(d, m, context):\n    try:\n        return m(d)\n    except Exception as e:\n"
            "        context.set_response_status(400, 'bad')\n        return str(e)",
            id="status-set",
        ),
        pytest.param(TRY + "        return Response(str(e), status=400)", id="status-of-a-response"),
        pytest.param(
            PREDICT + "    if not data:\n        return {'error': 'empty'}, 400\n    return model(data)", id="pair"
        ),
        pytest.param(
            TRY + "        return {'error': str(e)}\n"
            "def output_fn(p, a):\n    if 'error' in p:\n        raise ValueError(p['error'])\n    return str(p)",
            id="raised-by-the-next",
        ),
        pytest.param(
            PREDICT + "    out = []\n    for row in data:\n        try:\n            out.append(model(row))\n"
            "        except Exception as e:\n            out.append(str(e))\n    return out",
            id="per-record",
        ),
        pytest.param(
            PREDICT + "    try:\n        out = model(data)\n    except Exception as e:\n        out = str(e)\n"
            "    if isinstance(out, str):\n        raise ValueError(out)\n    return out",
            id="asked-behind",
        ),
        pytest.param(PREDICT + "    return {'error': model.error(data), 'score': 1, 'a': 2, 'b': 3}", id="a-measure"),
        pytest.param(PREDICT + "    return 'positive'", id="a-label"),
        pytest.param(
            "def model_fn(d):\n    try:\n        return load(d)\n    except Exception:\n        return {}",
            id="empty-model",
        ),
        pytest.param(
            "def model_fn(d):\n    try:\n        return load(d)\n    except Exception:\n        return None\n"
            "def predict_fn(x, m):\n    if m is None:\n        raise ValueError\n    return m(x)",
            id="none-is-asked-for",
        ),
        pytest.param(
            "def helper(a):\n    try:\n        return a()\n    except Exception as e:\n        return str(e)",
            id="helper",
        ),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(error_served_as_success, text) == []
