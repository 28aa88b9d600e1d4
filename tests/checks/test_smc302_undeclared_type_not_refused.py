"""SMC302 on input_fn that does not refuse what nobody supports."""

from pathlib import Path

import pytest

from smcontract.checks.smc302_undeclared_type_not_refused import UNDECLARED
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC302"
HEAD = """
import io, json

def model_fn(model_dir):
    return 2
"""
PREDICT = """
def predict_fn(data, model):
    return data
"""
OUTPUT = """
def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def script(input_fn: str, predict_fn: str = PREDICT) -> str:
    return HEAD + "\n" + input_fn + "\n" + predict_fn + OUTPUT


@pytest.mark.parametrize(
    "input_fn",
    [
        """
def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(f"unsupported content type {content_type!r}")
""",
        """
def input_fn(body, content_type):
    assert content_type == "application/json", "send JSON"
    return json.loads(body)
""",
        """
DECODERS = {"application/json": json.loads, "text/csv": lambda body: body.split(",")}

def input_fn(body, content_type):
    return DECODERS[content_type](body)
""",
        """
def refuse(content_type):
    raise ValueError(content_type)

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    else:
        return refuse(content_type)
""",
        """
def input_fn(body, content_type):
    fields = body.split(",")
    return [float(field) for field in fields]
""",
    ],
    ids=["raise", "assert", "table of decoders", "a helper that raises", "takes text alone"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_refusal_of_any_kind_passes(tmp_path: Path, input_fn: str, stack: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


NONE = """
DECODERS = {"application/json": json.loads}

def input_fn(body, content_type):
    decode = DECODERS.get(content_type, lambda body: None)
    return decode(body)
"""


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_none_is_an_error(tmp_path: Path, stack: str) -> None:
    judged = judge(tmp_path, script(NONE), CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "input_fn returns None for the undeclared content type application/xml"
    assert (violation.function, violation.line, violation.got) == (
        "input_fn",
        line_of(script(NONE), "def input_fn"),
        "None",
    )
    assert violation.request is not None
    assert violation.request.content_type == "application/xml"
    assert violation.request.body_base64 == b"[[1, 2, 3]]"
    assert violation.on_sagemaker.status == 200


def test_none_that_the_model_then_chokes_on_is_an_error_of_input_fn(tmp_path: Path) -> None:
    predict_fn = "def predict_fn(data, model):\n    return [model * len(row) for row in data]\n"
    violation = judge(tmp_path, script(NONE, predict_fn), CODE).violation
    assert violation.severity is Severity.ERROR
    assert (violation.function, violation.got) == ("input_fn", "None")
    assert violation.on_sagemaker.status == 500


def test_none_that_predict_fn_refuses_on_purpose_passes(tmp_path: Path) -> None:
    predict_fn = """
def predict_fn(data, model):
    if data is None:
        raise ValueError("unsupported content type")
    return data
"""
    assert judge(tmp_path, script(NONE, predict_fn), CODE).outcome == "passed"


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_an_unbound_local_is_an_error(tmp_path: Path, stack: str) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type == "application/json":
        data = json.loads(body)
    return data
"""
    violation = judge(tmp_path, script(input_fn), CODE, stack=stack).violation
    assert violation.severity is Severity.ERROR
    assert violation.got.startswith("UnboundLocalError")
    assert (violation.function, violation.line) == ("input_fn", line_of(script(input_fn), "return data"))
    assert violation.on_sagemaker.status == 500


def test_an_index_that_is_out_of_range_by_the_type_is_an_error(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    reader = [parse for name, parse in [("application/json", json.loads)] if name == content_type][0]
    return reader(body)
"""
    violation = judge(tmp_path, script(input_fn), CODE, content_types=["application/json"]).violation
    assert (violation.severity, violation.got) == (Severity.ERROR, "IndexError: list index out of range")


def test_a_slip_that_the_body_is_to_blame_for_is_none_of_the_types(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    text = body if isinstance(body, str) else bytes(body).decode()
    return text.split("|")[40]
"""
    assert judge(tmp_path, script(input_fn), CODE).violations == ()


@pytest.mark.parametrize(
    "input_fn",
    [
        "def input_fn(body, content_type):\n    return json.loads(body)\n",
        """
def input_fn(body, content_type):
    if content_type == "text/csv":
        return [[float(v) for v in body.split(",")]]
    return json.loads(body)
""",
    ],
    ids=["never looks", "takes the rest for JSON"],
)
def test_a_type_taken_in_silence_is_a_warning(tmp_path: Path, input_fn: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, content_types=["application/json"])
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "input_fn takes a body labelled application/xml as if it were of a declared type"
    assert (violation.line, violation.got) == (line_of(script(input_fn), "def input_fn"), "a builtins.list")
    assert violation.on_sagemaker.status == 200


def test_a_transform_fn_is_asked_too(tmp_path: Path) -> None:
    source = (
        HEAD
        + """
def transform_fn(model, data, content_type, accept):
    if content_type == "application/json":
        result = json.dumps(json.loads(data))
    return result, accept
"""
    )
    violation = judge(tmp_path, source, CODE).violation
    assert violation.severity is Severity.ERROR
    assert (violation.function, violation.line) == ("transform_fn", line_of(source, "return result"))


def test_another_type_is_asked_for_where_the_first_is_declared(tmp_path: Path) -> None:
    input_fn = "def input_fn(body, content_type):\n    return bytes(body)\n"
    violation = judge(
        tmp_path, script(input_fn), CODE, content_types=["application/xml", "text/plain", "image/png"]
    ).violation
    assert violation.request is not None
    assert violation.request.content_type == "application/x-undeclared"


def test_a_fall_that_the_source_shows_is_reported_there(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
"""
    judged = judge(tmp_path, script(input_fn), CODE)
    assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC109")


def test_a_default_refuses_by_itself(tmp_path: Path) -> None:
    judged = judge(tmp_path, HEAD + PREDICT + OUTPUT, CODE)
    assert judged.outcome == "skipped"
    assert "default input_fn refuses" in judged.reason


def test_a_package_missing_only_here_is_no_accident(tmp_path: Path) -> None:
    input_fn = """
try:
    import a_package_nobody_has as table
except ImportError:
    table = None

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    return table.read(body)
"""
    assert judge(tmp_path, script(input_fn), CODE).violations == ()


@pytest.mark.parametrize("declared", [["text/csv"], ["text/csv", "image/png"]], ids="-".join)
def test_a_type_that_the_script_supports_is_not_asked_for_where_the_user_names_a_part(
    tmp_path: Path, declared: list[str]
) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type == "text/csv":
        return [float(field) for field in body.split(",")]
    if content_type in ("application/xml", "text/plain; charset=utf-8"):
        return [len(body)]
    raise ValueError(content_type)
"""
    judged = judge(tmp_path, script(input_fn), CODE, content_types=declared)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_script_that_names_every_type_is_skipped(tmp_path: Path) -> None:
    input_fn = f"""
def input_fn(body, content_type):
    if content_type in {UNDECLARED}:
        return [len(body)]
    raise ValueError(content_type)
"""
    judged = judge(tmp_path, script(input_fn), CODE)
    assert (judged.outcome, judged.reason) == ("skipped", "the script names every content type that would be tried")


ANY_IS_JSON = """
def input_fn(body, content_type):
    if content_type {test}:
        return [[float(cell) for cell in line.split(",")] for line in body.splitlines()]
    {otherwise}
    return json.loads(body)
"""


def test_what_takes_any_other_type_for_json_is_a_warning(tmp_path: Path) -> None:
    source = script(ANY_IS_JSON.format(test='== "text/csv"', otherwise=""))
    violation = judge(tmp_path, source, CODE).violation
    assert violation.severity is Severity.WARNING
    assert violation.message == "input_fn takes a body labelled application/xml as if it were of a declared type"
    assert violation.request is not None
    assert violation.request.body_base64[:1] == b"["


@pytest.mark.parametrize(
    "otherwise",
    ["if 'json' not in content_type: raise ValueError(content_type)", "assert content_type.endswith('+json')"],
    ids=["json alone", "a family of types"],
)
def test_what_takes_other_types_of_json_only_passes(tmp_path: Path, otherwise: str) -> None:
    judged = judge(tmp_path, script(ANY_IS_JSON.format(test='== "text/csv"', otherwise=otherwise)), CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())
