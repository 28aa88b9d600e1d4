"""SMC118 error-served-as-success."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import smcontract
from smcontract.checks._served import refusal_told
from smcontract.checks.smc118_error_served_as_success import error_served_as_success
from smcontract.endpoints import Ended, Exchange, Response
from smcontract.violations import Request, Severity, Violation
from support import judge, line_of, write_script

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
        pytest.param(
            "def model_fn(d):\n    try:\n        return load(d)\n    except Exception as e:\n        print('no', e)\n"
            "def predict_fn(x, m):\n    high = m(x) > 1\n    if high:\n        return 'high'\n    return 'low'",
            4,
            "model_fn returns None, caught on line 4,",
            Severity.ERROR,
            id="load-error-noted",
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
        pytest.param(TRY + "        print(e)", id="smc109-tells-it-of-the-end-too"),
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
            "def model_fn(d):\n    try:\n        return load(d)\n    except Exception as e:\n        stop(e)\n"
            "def predict_fn(x, m):\n    return m(x)",
            id="a-call-that-may-raise",
        ),
        pytest.param(
            "def model_fn(d):\n    try:\n        return load(d)\n    except Exception as e:\n        print(e)\n"
            "    return slow(d)\ndef predict_fn(x, m):\n    return m(x)",
            id="another-way-behind",
        ),
        pytest.param(
            "def model_fn(d):\n    try:\n        return load(d)\n    except ImportError as e:\n        print(e)\n"
            "def predict_fn(x, m):\n    return m(x)",
            id="narrow-noted",
        ),
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


# The half that runs.
CODE = "SMC118"
here = partial(judge, isolation="none", content_types=["application/json"])
BY_HELPER = """\
    import json

    def failed(why, status=None):
        return {refusal}

    def model_fn(model_dir):
        return 2

    def input_fn(body, content_type):
        if content_type != "application/json":
            raise ValueError(content_type)
        return body

    def predict_fn(data, model):
        try:
            return {{"prediction": [value * model for value in json.loads(data)]}}
        except (ValueError, TypeError, AttributeError) as problem:
            return failed("cannot read this")

    def output_fn(prediction, accept):
        if accept != "application/json":
            raise ValueError(accept)
        return {{encode}}
"""


def by_helper(refusal: str, encode: str = "json.dumps(prediction)") -> str:
    return BY_HELPER.format(refusal=refusal).replace("{encode}", encode)


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn", "huggingface"])
@pytest.mark.parametrize(
    "refusal",
    ["{'error': why}", "{'statusCode': 400, 'body': why}", "'Invalid request: ' + why", "{'success': not why}"],
)
def test_a_refusal_that_only_a_request_shows(tmp_path: Path, refusal: str, stack: str) -> None:
    source = by_helper(refusal)
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith("an empty body is answered with a success that says it is none (")
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))
    assert violation.got.startswith("200 b'")
    assert violation.on_sagemaker.status == 200
    assert violation.request is not None
    assert violation.request.body_base64 == b""


def test_the_source_alone_does_not_show_it(find: Find) -> None:
    assert find(error_served_as_success, by_helper("{'error': why}")) == []


def test_what_the_source_shows_is_told_once_and_as_an_error(tmp_path: Path) -> None:
    source = by_helper("None").replace('failed("cannot read this")', "{'error': 'cannot read'}")
    judged = here(tmp_path, source, CODE)
    assert judged.violation.severity is Severity.ERROR
    assert judged.violation.line == line_of(source, "return {'error'")
    assert judged.violation.request is not None


def test_an_unsupported_accept_that_is_answered_in_words(tmp_path: Path) -> None:
    source = by_helper("why").replace("raise ValueError(accept)", "return failed('Unsupported accept ' + accept)")
    judged = here(tmp_path, source.replace('return failed("cannot', 'raise ValueError("cannot'), CODE)
    assert judged.violation.function == "output_fn"
    assert judged.violation.message.startswith("an unsupported Accept is answered")
    assert judged.violation.request is not None
    assert judged.violation.request.accept == "application/x-undeclared"


def test_the_function_in_which_it_came_up(tmp_path: Path) -> None:
    source = """\
        import json

        def told(problem):
            return {"error": f"{type(problem).__name__}: {problem}"}

        def model_fn(model_dir):
            return 2

        def input_fn(body, content_type):
            try:
                return {"rows": json.loads(body)["rows"]}
            except Exception as problem:
                return told(problem)

        def predict_fn(data, model):
            return data if "error" in data else {"prediction": [value * model for value in data["rows"]]}

        def output_fn(prediction, accept):
            return json.dumps(prediction)
    """
    judged = here(tmp_path, source, CODE)
    assert judged.violation.function == "input_fn"
    assert judged.violation.severity is Severity.ERROR


def test_without_a_valid_body_only_the_text_of_an_exception_is_beyond_doubt(tmp_path: Path) -> None:
    source = by_helper("{'error': why}").replace("json.loads(data)]", "[len(data) / 0]]")
    keyed = source.replace("except (ValueError, TypeError, AttributeError)", "except Exception")
    assert here(tmp_path, keyed, CODE).violations == ()
    told = keyed.replace('failed("cannot read this")', "failed(f'{type(problem).__name__}: {problem}')")
    assert "ZeroDivisionError" in here(tmp_path, told, CODE).violation.message


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(by_helper("why").replace('return failed("', 'raise ValueError("'), id="raised"),
        pytest.param(by_helper("{'error': 0.5, 'prediction': []}"), id="a-measure"),
        pytest.param(by_helper("'invalid'"), id="a-label"),
        pytest.param(by_helper("{'prediction': [], 'error': None}"), id="no-error"),
        pytest.param(by_helper("[{'prediction': 1}, {'error': why}]"), id="of-one-record"),
        pytest.param(
            by_helper("{'error': why}", "json.dumps({'note': 'x', 'error': 'estimate without units'})"),
            id="in-every-answer",
        ),
        pytest.param(
            by_helper("{'error': why}")
            .replace("def predict_fn(data, model)", "def predict_fn(data, model, context)")
            .replace("as problem:", "as problem:\n            context.set_response_status(code=400, phrase='no')"),
            id="status-set",
        ),
        pytest.param(
            by_helper("{'error': why}").replace("if accept !=", "if 'error' in prediction or accept !="),
            id="raised-by-the-next",
        ),
    ],
)
def test_silence_where_it_runs(tmp_path: Path, source: str) -> None:
    assert here(tmp_path, source, CODE).violations == ()


def test_one_cause(tmp_path: Path) -> None:
    source = by_helper("{'error': why}").replace("return body", "return None if body else body")
    script = write_script(tmp_path, source.replace("json.loads(data)]", "json.loads(data or 'x')]"))
    report = smcontract.check_script(
        script, stack=["inference"], max_examples=10, isolation="none", content_types=["application/json"]
    )
    codes = [violation.code for violation in report.scripts[0].violations if violation.severity is Severity.ERROR]
    assert codes.count(CODE) <= 1


def test_what_malformed_bodies_are_answered_is_told_by_one_check(tmp_path: Path) -> None:
    source = by_helper("{'error': why}").replace(
        "        return body\n",
        "        try:\n            json.loads(body)\n        except ValueError:\n            return 'no'\n"
        "        return body\n",
    )
    script = write_script(tmp_path, source)
    report = smcontract.check_script(
        script, stack=["inference"], select=["SMC118", "SMC302", "SMC303", "SMC504"], isolation="none"
    )
    assert [violation.code for violation in report.scripts[0].violations] == [CODE]


def test_without_running_only_the_source_is_read(tmp_path: Path) -> None:
    assert here(tmp_path, by_helper("{'error': why}"), CODE, phases=["static"]).violations == ()


def test_the_worker_shows_no_stages(tmp_path: Path) -> None:
    exchange = Exchange(
        request=Request(body=b"", content_type="application/json", accept=None),
        ended=Ended.ANSWERED,
        response=Response(status=200, body=b'{"error": "Expecting value: line 1"}', content_type="application/json"),
        shows_stages=False,
    )
    assert refusal_told(exchange) == "error: Expecting value: line 1"
    assert refusal_told(replace(exchange, response=None)) is None


@pytest.mark.parametrize(("handler", "count"), [("predict_fn(data, model)", 1), ("output_fn(data, accept)", 0)])
def test_the_exception_itself_is_a_value_and_no_response(find: Find, handler: str, count: int) -> None:
    """What no server can send is told by SMC121."""
    text = f"def {handler}:\n    try:\n        return data()\n    except Exception as e:\n        return e"

    found = find(error_served_as_success, text)

    assert len(found) == count
    assert all("returns the exception, caught on line 4," in violation.message for violation in found)
