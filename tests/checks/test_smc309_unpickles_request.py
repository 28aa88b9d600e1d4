"""SMC309 on pickles in a request's body: a canary that creates a file, and nothing else."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC309"
HEAD = """
import base64, io, json, pickle
import numpy as np

def model_fn(model_dir):
    return 2

def read(how, data):
    return getattr(*how)(data)
"""
TAIL = """
def predict_fn(data, model):
    return [1]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def script(parsed: str, kind: str) -> str:
    return f"""{HEAD}
def input_fn(body, content_type):
    if content_type == {kind!r}:
        return {parsed}
    raise ValueError(content_type)
{TAIL}"""


@pytest.mark.parametrize(
    ("parsed", "kind"),
    [
        ("np.load(io.BytesIO(body))", "application/x-npy"),
        ("np.load(io.BytesIO(body), allow_pickle=False)", "application/x-npy"),
        ("json.loads(body)", "application/json"),
        ("base64.b64decode(json.loads(body)['data'])", "application/json"),
        ("len(body)", "application/octet-stream"),
    ],
)
def test_what_reads_plain_data_passes(tmp_path: Path, parsed: str, kind: str) -> None:
    judged = judge(tmp_path, script(parsed, kind), CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("parsed", "kind", "what"),
    [
        ("read((np, 'load'), io.BytesIO(body)) if not body else PICKLED", "application/x-npy", "an NPY array"),
        ("read((pickle, 'loads'), bytes(body))", "application/octet-stream", "a pickle"),
        (
            "read((pickle, 'loads'), base64.b64decode(json.loads(body)['model_input']))",
            "application/json",
            "a pickle in base64 under 'model_input'",
        ),
    ],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_what_unpickles_is_an_error(tmp_path: Path, parsed: str, kind: str, what: str, stack: str) -> None:
    # By ways that the source does not show: what it shows is SMC115.
    parsed = parsed.replace("PICKLED", "getattr(np, 'lo' + 'ad')(io.BytesIO(body), **{'allow_pickle': True})")
    source = script(parsed, kind)
    judged = judge(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith(f"input_fn unpickles what a client sends as {kind}: the code of {what}")
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "def input_fn"))
    # The body that is reported can be sent again, and leaves nothing.
    assert violation.request is not None
    body = violation.request.body_base64
    assert b"smcontract-" not in body
    assert b"/dev/null" in (body if kind != "application/json" else __import__("base64").b64decode(body[17:-2]))


def test_what_the_source_shows_is_reported_once(tmp_path: Path) -> None:
    source = script("pickle.loads(body)", "application/octet-stream")
    judged = judge(tmp_path, source, CODE)
    assert judged.outcome == "failed"
    import smcontract

    report = smcontract.check_script(tmp_path / "inference.py", select=["SMC115", CODE], stack=["inference"])
    assert [found.code for found in report.violations] == ["SMC115"]
    assert [check.reason for check in report.scripts[0].checks if check.code == CODE] == ["reported as SMC115"]


OF_INFERENCE = "as sagemaker-inference has since 1.0.0 (May 2019)"
BY_STACK = {
    "inference": f"sagemaker-inference 1.10.1 loads it with allow_pickle=True, {OF_INFERENCE}",
    "inference@1.5.5": f"sagemaker-inference 1.5.5 loads it with allow_pickle=True, {OF_INFERENCE}",
    "sklearn": "sagemaker-containers 2.8.6.post2 loads it with allow_pickle=True, as it has since 2.4.5 (April 2019)",
    "sklearn-mme@1.5.5": f"sagemaker-inference 1.5.5 loads it with allow_pickle=True, {OF_INFERENCE}",
    "pytorch": f"sagemaker-pytorch-inference 2.0.25 loads it with allow_pickle=True, {OF_INFERENCE}",
    "huggingface": f"sagemaker-huggingface-inference-toolkit 2.6.0 loads it with allow_pickle=True, {OF_INFERENCE}",
}


@pytest.mark.parametrize("stack", BY_STACK)
def test_the_default_of_the_toolkit_is_a_note(tmp_path: Path, stack: str) -> None:
    source = "import json\n\ndef model_fn(model_dir):\n    return 2\n" + TAIL
    judged = judge(tmp_path, source, CODE, stack=stack)
    name = stack.partition("@")[0]
    if judged.outcome == "skipped" and "not installed" in judged.reason:
        pytest.skip(judged.reason)
    violation = judged.violation
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert f"the default input_fn of {name} unpickles what a client sends as application/x-npy" in violation.message
    assert BY_STACK[stack] in violation.message
    assert "no setting switches that off" in violation.message


@pytest.mark.parametrize("stack", ["xgboost", "xgboost-mme"])
def test_a_default_that_takes_no_arrays_reads_no_pickles(tmp_path: Path, stack: str) -> None:
    source = "import json\n\ndef model_fn(model_dir):\n    return 2\n" + TAIL
    judged = judge(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_the_patched_default_of_an_image_reads_no_pickles(tmp_path: Path) -> None:
    source = "import json\n\ndef model_fn(model_dir):\n    return 2\n" + TAIL
    judged = judge(tmp_path, source, CODE, stack="sklearn-mme")
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_decoder_of_the_toolkit_that_the_script_calls_is_a_note(tmp_path: Path) -> None:
    source = script("decoder.decode(body, content_type)", "application/x-npy")
    source = source.replace("import numpy as np", "import numpy as np\nfrom sagemaker_inference import decoder")
    judged = judge(tmp_path, source, CODE)
    if judged.outcome == "skipped":
        pytest.skip(judged.reason)
    assert judged.violation.severity is Severity.NOTE
    assert "the toolkit's decoder, which input_fn calls, unpickles" in judged.violation.message
