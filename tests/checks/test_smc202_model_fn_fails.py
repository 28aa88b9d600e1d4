"""SMC202 on model_fn that raises."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge

CODE = "SMC202"
REST = "\ndef predict_fn(data, model):\n    return data\n"
MODEL = {"model/weights.txt": "2"}


@pytest.mark.parametrize(
    "body",
    [
        "return float(open(os.path.join(model_dir, 'weights.txt')).read())",
        "return {entry: 1 for entry in os.listdir(model_dir)}",
        "return None",
    ],
    ids=["reads a file", "lists", "nothing"],
)
@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_a_model_that_loads_passes(tmp_path: Path, body: str, stack: str) -> None:
    judged = judge(
        tmp_path, f"import os\ndef model_fn(model_dir):\n    {body}\n" + REST, CODE, stack=stack, files=MODEL
    )
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ("return open(os.path.join(model_dir, 'code', 'weights.txt')).read()", "FileNotFoundError: [Errno 2]"),
        ("return json.load(open(os.path.join(model_dir, 'weights.txt')))", "NameError: name 'json' is not defined"),
        ("return [f for f in os.listdir(model_dir) if f.endswith('.pt')][0]", "IndexError: list index out of range"),
        ("raise RuntimeError('no weights')", "RuntimeError: no weights"),
        ("return os.environ['SM_MODEL_DIR']", "KeyError: 'SM_MODEL_DIR'"),
        ("return __import__('sys').exit(3)", "SystemExit: 3"),
    ],
    ids=["nested path", "undefined name", "no such file", "raise", "training's variable", "exit"],
)
def test_an_exception_is_an_error_with_the_users_line(tmp_path: Path, body: str, got: str) -> None:
    source = f"import os\n\ndef model_fn(model_dir):\n    {body}\n" + REST
    judged = judge(tmp_path, source, CODE, files=MODEL)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert (violation.function, violation.line) == ("model_fn", 4)
    assert violation.got.startswith(got)
    assert violation.message.startswith(f"model_fn raises {got}")
    assert violation.on_sagemaker.status == 500
    assert violation.on_sagemaker.message.startswith("every request, though /ping says 200: ")
    assert violation.request is None


def test_the_innermost_line_of_the_users_own_counts(tmp_path: Path) -> None:
    source = "import loading\ndef model_fn(model_dir):\n    return loading.load(model_dir)\n" + REST
    files = {**MODEL, "loading.py": "import json\n\ndef load(model_dir):\n    return json.loads('{')\n"}
    violation = judge(tmp_path, source, CODE, files=files).violation
    assert (Path(violation.file).name, violation.line) == ("loading.py", 4)


def test_under_flask_the_endpoint_never_comes_up(tmp_path: Path) -> None:
    source = "def model_fn(model_dir):\n    raise ValueError('no')\n" + REST
    violation = judge(tmp_path, source, CODE, stack="sklearn", files=MODEL).violation
    assert violation.on_sagemaker.status is None
    assert violation.on_sagemaker.message == "/ping fails, and the endpoint never goes InService"


# Where it loads in another directory than the server's, that is the cause, and SMC204 names it.
@pytest.mark.parametrize(("stack", "outcome"), [("inference", "passed"), ("pytorch", "passed"), ("sklearn", "skipped")])
def test_a_relative_path_is_found_where_the_server_stands_in_the_model_directory(
    tmp_path: Path, stack: str, outcome: str
) -> None:
    source = "def model_fn(model_dir):\n    return open('weights.txt').read()\n" + REST
    judged = judge(tmp_path, source, CODE, stack=stack, files=MODEL)
    assert judged.outcome == outcome
    if outcome == "skipped":
        assert judged.reason == "reported as SMC204"
        assert judge(tmp_path, source, "SMC204", stack=stack, files=MODEL).outcome == "failed"


def test_without_a_model_directory_the_flag_is_named(tmp_path: Path) -> None:
    source = "import os\ndef model_fn(model_dir):\n    return open(os.path.join(model_dir, 'weights.txt')).read()\n"
    judged = judge(tmp_path, source + REST, CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "--smcontract-model-dir DIR" in judged.reason
    assert "'MODEL_DIR/weights.txt'" in judged.reason


def test_the_reason_is_the_same_in_every_run(tmp_path: Path) -> None:
    source = "import os\ndef model_fn(model_dir):\n    return open(os.path.join(model_dir, 'weights.txt')).read()\n"
    assert judge(tmp_path, source, CODE).reason == judge(tmp_path, source, CODE).reason


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("import a_package_nobody_has\n    return a_package_nobody_has.load(model_dir)", "'a_package_nobody_has'"),
        ("return os.environ['MODEL_NAME']", "--smcontract-env MODEL_NAME=VALUE"),
        ("return open('/opt/ml/model/weights.txt').read()", "/opt/ml/model/weights.txt"),
        ("raise AssertionError('Torch not compiled with CUDA enabled')", "GPU"),
        ("raise OSError(\"We couldn't connect to 'the hub' to load the files\")", "network"),
    ],
    ids=["package", "variable", "container's path", "GPU", "network"],
)
def test_what_only_this_machine_lacks_is_inconclusive(tmp_path: Path, body: str, named: str) -> None:
    judged = judge(tmp_path, f"import os\ndef model_fn(model_dir):\n    {body}\n" + REST, CODE, files=MODEL)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert named in judged.reason


def test_a_cpu_only_machine_is_no_fault_of_the_script(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="the script is torch's")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    source = "import torch\ndef model_fn(model_dir):\n    return torch.nn.Linear(2, 1).cuda()\n"
    judged = judge(tmp_path, source, CODE, stack="pytorch", files=MODEL)
    assert (judged.outcome, "GPU" in judged.reason) == ("skipped", True)


def test_a_missing_model_fn_is_another_checks_matter(tmp_path: Path) -> None:
    judged = judge(tmp_path, REST, CODE, files=MODEL)
    assert judged.violations == ()
