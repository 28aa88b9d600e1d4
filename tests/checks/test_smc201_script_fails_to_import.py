"""SMC201 on scripts that the container's import runs into."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge

CODE = "SMC201"
REST = """
def model_fn(model_dir):
    return 1

def predict_fn(data, model):
    return data
"""


@pytest.mark.parametrize(
    "source",
    [
        "import json\n",
        "import argparse\nif __name__ == '__main__':\n    argparse.ArgumentParser().parse_args(['--x'])\n",
        "import argparse\nargs, _ = argparse.ArgumentParser().parse_known_args()\n",
        "import os\nEPOCHS = os.environ.get('SM_HP_EPOCHS', '1')\nCHANNEL = os.getenv('SM_CHANNEL_TRAIN')\n",
        "import helper\nassert helper.SCALE == 2\n",
        "from helper import SCALE\n",
        "try:\n    import a_package_nobody_has\nexcept ImportError:\n    a_package_nobody_has = None\n",
    ],
    ids=[
        "plain",
        "main guard",
        "known args",
        "environment with defaults",
        "sibling",
        "from sibling",
        "optional package",
    ],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_script_that_imports_passes(tmp_path: Path, source: str, stack: str) -> None:
    judged = judge(tmp_path, source + REST, CODE, stack=stack, files={"helper.py": "SCALE = 2\n"})
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_what_model_fn_lacks_is_no_matter_of_the_import(tmp_path: Path) -> None:
    source = "import os\ndef model_fn(model_dir):\n    return open(os.path.join(model_dir, 'weights')).read()\n"
    assert judge(tmp_path, source, CODE).outcome == "passed"


@pytest.mark.parametrize(
    ("source", "line", "got"),
    [
        ("import os\nCHANNEL = os.environ['SM_CHANNEL_TRAIN']\n", 2, "KeyError: 'SM_CHANNEL_TRAIN'"),
        ("SCALE = 1\nRATE = SCALE / 0\n", 2, "ZeroDivisionError: division by zero"),
        ("model = laod('weights')\n", 1, "NameError: name 'laod' is not defined"),
        ("import helper\n", 1, "ModuleNotFoundError: No module named 'helper.deep'"),
        ("from helper2 import missing\n", 1, "ImportError: cannot import name 'missing' from 'helper2'"),
        ("open('train.csv')\n", 1, "FileNotFoundError: [Errno 2] No such file or directory: 'train.csv'"),
        ("raise RuntimeError('not for serving')\n", 1, "RuntimeError: not for serving"),
    ],
    ids=["SM_ variable", "arithmetic", "undefined name", "no such submodule", "no such name", "file", "raise"],
)
def test_an_exception_at_import_is_an_error(tmp_path: Path, source: str, line: int, got: str) -> None:
    files = {"helper.py": "import helper.deep\n", "helper2.py": "there = 1\n"}
    judged = judge(tmp_path, source + REST, CODE, files=files)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.got.startswith(got)
    assert violation.message.startswith(f"importing inference raises {got}")
    assert violation.on_sagemaker.status == 500
    assert violation.on_sagemaker.message.startswith(f"every request: {got}")
    assert violation.request is None
    assert violation.reproduce.curl is None
    assert Path(violation.file).name == ("helper.py" if "helper.deep" in got else "inference.py")
    assert violation.line == line


@pytest.mark.parametrize(
    ("source", "line", "got"),
    [
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', required=True)\np.parse_args()\n",
            4,
            "SystemExit: 2",
        ),
        (
            "import sys\nif 'SM_MODEL_DIR' not in __import__('os').environ:\n    sys.exit('no channel')\n",
            3,
            "SystemExit",
        ),
        ("import sys\nsys.exit(0)\n", 2, "SystemExit: 0"),
    ],
    ids=["parse_args", "exit with a message", "exit 0"],
)
def test_an_exit_at_import_says_that_the_worker_exits(tmp_path: Path, source: str, line: int, got: str) -> None:
    violation = judge(tmp_path, source + REST, CODE).violation
    assert violation.severity is Severity.ERROR
    assert violation.got.startswith(got)
    assert violation.line == line
    assert violation.on_sagemaker.message == "the worker exits at start"


def test_under_flask_the_endpoint_never_comes_up(tmp_path: Path) -> None:
    violation = judge(tmp_path, "1 / 0\n" + REST, CODE, stack="sklearn").violation
    assert violation.on_sagemaker.status is None
    assert violation.on_sagemaker.message == "/ping fails, and the endpoint never goes InService"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a_package_nobody_has.deep as deep\n", ["'a_package_nobody_has'", "--smcontract-python"]),
        ("from json import a_name_of_another_version\n", ["a_name_of_another_version", "json", "--smcontract-python"]),
        ("import os\nTABLE = os.environ['FEATURE_TABLE']\n", ["--smcontract-env FEATURE_TABLE=VALUE"]),
        ("LABELS = open('/opt/ml/model/labels.txt').read()\n", ["/opt/ml/model/labels.txt", "model_dir"]),
        ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')\n", ["network", "model_dir"]),
        ("raise RuntimeError('Found no NVIDIA driver on your system')\n", ["GPU"]),
    ],
    ids=["package", "name of another version", "variable", "container's path", "network", "GPU"],
)
def test_what_only_this_machine_lacks_is_inconclusive(tmp_path: Path, source: str, names: list[str]) -> None:
    judged = judge(tmp_path, source + REST, CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert [name for name in names if name not in judged.reason] == []


def test_a_variable_that_the_user_gives_is_there(tmp_path: Path) -> None:
    source = "import os\nTABLE = os.environ['FEATURE_TABLE']\n"
    assert judge(tmp_path, source + REST, CODE, env=["FEATURE_TABLE=x"]).outcome == "passed"


def test_every_other_check_says_who_reports_it(tmp_path: Path) -> None:
    judged = judge(tmp_path, "1 / 0\n" + REST, "SMC3")
    assert set(judged.outcomes) == {"skipped"}
    assert {check.reason for check in judged.checks} == {"reported as SMC201"}


def test_an_inline_ignore_silences_it(tmp_path: Path) -> None:
    source = "RATE = 1 / 0  # smcontract: ignore[SMC201]\n"
    judged = judge(tmp_path, source + REST, CODE)
    assert judged.violations == ()
