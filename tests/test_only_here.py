"""Failures that only this machine causes."""

from dataclasses import replace
from pathlib import Path

import pytest

from smcontract.endpoints import Failure, Frame
from smcontract.only_here import missing_here
from smcontract.script import read_script


def failure(
    type_: str,
    message: str,
    code: str = "call()",
    missing_module: str | None = None,
    file: str = "/x/inference.py",
    function: str = "model_fn",
) -> Failure:
    return Failure(
        stage="model_fn",
        by="script",
        type=type_,
        module="builtins",
        message=message,
        frames=(Frame(file=file, line=1, function=function, code=code),),
        missing_module=missing_module,
        escapes=False,
        toolkit_error=False,
    )


def judged(found: Failure, directory: Path, source: str = "import json\n") -> str | None:
    script = directory / "inference.py"
    script.write_text(source)
    return missing_here(found, read_script(script), directory)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (failure("ModuleNotFoundError", "No module named 'xgb'", missing_module="xgb"), "'xgb'"),
        (failure("ModuleNotFoundError", "No module named 'a.b'", missing_module="a.b"), "'a.b'"),
        (failure("ImportError", "cannot import name 'joblib' from 'sklearn.externals' (x.py)"), "'sklearn.externals'"),
        (failure("KeyError", "'BUCKET'", "x = os.environ['BUCKET']"), "--smcontract-env BUCKET=VALUE"),
        (failure("KeyError", "'BUCKET'", "x = os.environ[NAME]"), "--smcontract-env BUCKET=VALUE"),
        (failure("KeyError", "'BUCKET'", 'x = data[os.environ["BUCKET"]]'), "--smcontract-env BUCKET=VALUE"),
        (failure("KeyError", "'BUCKET'", "x = os.environ.pop('BUCKET')"), "--smcontract-env BUCKET=VALUE"),
        (
            failure("KeyError", "'BUCKET'", "raise KeyError(key) from None", file="/lib/os.py", function="__getitem__"),
            "--smcontract-env BUCKET=VALUE",
        ),
        (failure("FileNotFoundError", "[Errno 2] No such file: '/opt/ml/model/a.pt'"), "path /opt/ml/model/a.pt,"),
        (failure("PermissionError", "[Errno 13] Permission denied: '/opt/ml'"), "container"),
        (failure("AssertionError", "Torch not compiled with CUDA enabled"), "GPU"),
        (failure("RuntimeError", "Found no NVIDIA driver on your system. Please"), "GPU"),
        (
            failure(
                "RuntimeError",
                "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.",
            ),
            "GPU",
        ),
        (failure("URLError", "<urlopen error [Errno -2] Name or service not known>"), "network"),
        (failure("EndpointConnectionError", "Could not connect to the endpoint URL"), "network"),
        (failure("OSError", "We couldn't connect to 'https://huggingface.co' to load the files"), "network"),
    ],
)
def test_what_a_container_may_have(tmp_path: Path, found: Failure, said: str) -> None:
    reason = judged(found, tmp_path)
    assert reason is not None
    assert said in reason


@pytest.mark.parametrize(
    "found",
    [
        failure("ValueError", "no"),
        failure("KeyError", "'SM_CHANNEL_TRAIN'", "os.environ['SM_CHANNEL_TRAIN']"),
        failure("KeyError", "'rows'", "data['rows']"),
        failure("KeyError", "'label'", "data[os.environ.get('FIELD', 'label')]"),
        failure("KeyError", "'label'", "data[os.environ['FIELD']]"),
        failure("KeyError", "'label'", "data[os.environ[FIELD]]"),
        failure("FileNotFoundError", "[Errno 2] No such file or directory: 'model.joblib'"),
        failure("ValueError", "bad value in /opt/ml/model/a.json"),
        failure("ImportError", "attempted relative import with no known parent package"),
        failure("NameError", "name 'pd' is not defined", "pd.read_csv(body)"),
        failure("AttributeError", "'NoneType' object has no attribute 'get'", "data.get('x')"),
        failure("RuntimeError", "CUDA out of memory"),
    ],
    ids=lambda found: found.message[:30],
)
def test_what_the_script_itself_is_to_blame_for(tmp_path: Path, found: Failure) -> None:
    assert judged(found, tmp_path) is None


@pytest.mark.parametrize("name", ["helpers", "helpers.deep"])
@pytest.mark.parametrize("kind", ["module", "package"])
def test_a_module_beside_the_script_is_the_scripts_own(tmp_path: Path, name: str, kind: str) -> None:
    if kind == "module":
        (tmp_path / "helpers.py").touch()
    else:
        (tmp_path / "helpers").mkdir()
    found = failure("ModuleNotFoundError", f"No module named {name!r}", missing_module=name)
    assert judged(found, tmp_path) is None
    assert judged(failure("ImportError", f"cannot import name 'x' from {name!r} (x.py)"), tmp_path) is None


OPTIONAL = "try:\n    {}\nexcept ImportError:\n    {}\n"


@pytest.mark.parametrize(
    ("statement", "package"),
    [
        ("import pandas as pd", "pandas"),
        ("import pd", "pd"),
        ("from pandas import frame as pd", "pandas"),
        ("from pandas.core import pd", "pandas"),
    ],
)
@pytest.mark.parametrize(
    "found",
    [
        failure("NameError", "name 'pd' is not defined", "table = pd.read_csv(body)"),
        failure("AttributeError", "'NoneType' object has no attribute 'read_csv'", "table = pd.read_csv(body)"),
        failure("TypeError", "'NoneType' object is not callable", "table = pd(body)"),
    ],
    ids=["unbound", "None", "called"],
)
def test_an_optional_package_is_named(tmp_path: Path, statement: str, package: str, found: Failure) -> None:
    reason = judged(found, tmp_path, OPTIONAL.format(statement, "pd = None"))
    assert reason is not None
    assert f"{package!r}" in reason


def test_another_name_than_the_optional_one_is_the_scripts_slip(tmp_path: Path) -> None:
    source = OPTIONAL.format("import pandas as pd", "pass")
    assert judged(failure("NameError", "name 'dp' is not defined", "dp.read_csv(pd)"), tmp_path, source) is None


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("'NoneType' object has no attribute 'get'", "return json.loads(config.get('x'))"),
        ("'NoneType' object has no attribute 'loads'", "return other.json.loads(json)"),
        ("'NoneType' object is not callable", "return model(json.loads(body))"),
        ("'NoneType' object is not subscriptable", "return model[json.loads(body)]"),
    ],
)
def test_a_package_that_stands_on_the_line_is_not_missing_for_it(tmp_path: Path, message: str, code: str) -> None:
    kind = "AttributeError" if "attribute" in message else "TypeError"
    assert judged(failure(kind, message, code), tmp_path, OPTIONAL.format("import json", "json = None")) is None


def test_a_name_that_only_another_function_imports_is_the_scripts_slip(tmp_path: Path) -> None:
    source = "def load():\n    try:\n        import pd\n    except ImportError:\n        pass\n"
    assert judged(failure("NameError", "name 'pd' is not defined", "pd.read_csv(body)"), tmp_path, source) is None


INSTALLED = "/usr/lib/python3/site-packages/needs_old/__init__.py"


def in_package(message: str, *, type_: str, function: str, file: str = INSTALLED) -> Failure:
    """Return a failure whose innermost frame is of another file than the script's."""
    found = failure(type_, message, "import needs_old")
    return replace(found, frames=(*found.frames, Frame(file=file, line=3, function=function, code="check()")))


@pytest.mark.parametrize(
    "found",
    [
        in_package("torch>=1.4,<2 is required, found 2.1", type_="RuntimeError", function="<module>"),
        in_package("module 'numpy' has no attribute 'bool'", type_="AttributeError", function="<module>"),
        in_package("`np.x_` was removed in the NumPy 2.0 release.", type_="AttributeError", function="__getattr__"),
    ],
    ids=["refuses", "misses", "removed"],
)
def test_versions_that_do_not_fit_each_other_are_those_of_this_machine(tmp_path: Path, found: Failure) -> None:
    reason = judged(found, tmp_path)
    assert reason is not None
    assert reason.startswith("the package 'needs_old' fails as it is installed here (")
    assert "--smcontract-python" in reason


@pytest.mark.parametrize(
    "found",
    [
        in_package("no", type_="ValueError", function="read"),
        in_package("module 'numpy' has no attribute 'arry'", type_="AttributeError", function="__getattr__"),
        in_package("no", type_="RuntimeError", function="<module>", file="/home/me/shared/helpers.py"),
    ],
    ids=["a call", "a slip", "no package"],
)
def test_what_a_package_raises_of_what_it_is_given_is_no_matter_of_versions(tmp_path: Path, found: Failure) -> None:
    assert judged(found, tmp_path) is None


def test_a_package_beside_the_script_is_the_scripts_own_whatever_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "site-packages" / "needs_old" / "__init__.py"
    found = in_package("no", type_="RuntimeError", function="<module>", file=str(file))
    assert judged(found, tmp_path) is None


def test_a_script_that_cannot_be_read_is_no_obstacle(tmp_path: Path) -> None:
    assert judged(failure("NameError", "name 'pd' is not defined"), tmp_path, "def (") is None
