"""From paths to what the source of each file shows."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from rights import as_anyone, directory_for_anyone
from smcontract.errors import UsageError
from smcontract.script import Script, read_script
from smcontract.static import run
from smcontract.static.configuration import Configuration
from smcontract.static.run import Checked, check_paths

MODEL = "def model_fn(model_dir):\n    return 1\n"
NONE = MODEL + "def output_fn(p, a):\n    print(p)\n"


def _write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return root


def _check(*paths: Path, **flags: object) -> dict[str, Checked]:
    configuration = Configuration({name.replace("_", "-"): value for name, value in flags.items()})
    return {Path(one.told).name: one for one in check_paths(map(str, paths), configuration)}


def _codes(one: Checked) -> list[str]:
    return [violation.code for violation in one.violations]


def test_a_script_and_a_directory(tmp_path: Path) -> None:
    _write(tmp_path, {"a.py": NONE, "deep/b.py": MODEL, "deep/helper.py": "x = 1\n"})
    found = _check(tmp_path)
    assert {name: _codes(one) for name, one in found.items()} == {"a.py": ["SMC109"], "b.py": [], "helper.py": []}
    assert [name for name, one in found.items() if one.is_judged] == ["a.py", "b.py"]
    assert found["helper.py"].why == "it names none of the five functions"
    (violation,) = _check(tmp_path / "a.py")["a.py"].violations
    assert (violation.line, violation.function, violation.file) == (3, "output_fn", str(tmp_path / "a.py"))


def test_a_file_named_twice_is_checked_once(tmp_path: Path) -> None:
    _write(tmp_path, {"a.py": NONE})
    configuration = Configuration({})
    found = list(check_paths([str(tmp_path / "a.py"), str(tmp_path), str(tmp_path / "." / "a.py")], configuration))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("source", "why"),
    [
        pytest.param("def handler(data, context): ...  # model_fn", "TensorFlow Serving container", id="tensorflow"),
        pytest.param("def handle(data, context): ...  # model_fn", "service of the model archiver", id="archiver"),
        pytest.param("# model_fn\nimport os\nx = os.environ['SM_MODEL_DIR']", "a training script", id="training"),
        pytest.param("# model_fn\nx = 1", "it defines none of", id="plain"),
        pytest.param("def model_fn(features, labels, mode): ...", "TensorFlow Estimator", id="estimator"),
    ],
)
def test_other_families_are_passed_over(tmp_path: Path, source: str, why: str) -> None:
    _write(tmp_path, {"a.py": source})
    for path in (tmp_path, tmp_path / "a.py"):
        one = _check(path)["a.py"]
        assert not one.is_judged
        assert one.violations == ()
        assert why in one.why


def test_a_part_of_a_script_is_no_script(tmp_path: Path) -> None:
    part = "def input_fn(body, kind):\n    return body\n"
    _write(tmp_path, {"inference.py": MODEL + "from reading import input_fn\n", "reading.py": part})
    found = _check(tmp_path)
    assert found["inference.py"].is_judged
    assert not found["reading.py"].is_judged
    assert found["reading.py"].why == "it is a part of inference.py"
    # Who names it wants to know.
    assert _check(tmp_path / "reading.py")["reading.py"].is_judged


def test_stacks(tmp_path: Path) -> None:
    script = _write(tmp_path, {"a.py": "import torch\n" + NONE}) / "a.py"
    assert [repr(stack).partition("@")[0] for stack, _ in _check(script)["a.py"].stacks] == ["pytorch"]
    assert [repr(stack) for stack, _ in _check(script, stack=["inference@1.5.5"])["a.py"].stacks] == ["inference@1.5.5"]
    one = _check(script, stack=["all"])["a.py"]
    assert len(one.stacks) >= 8
    # One cause is one violation.
    assert _codes(one) == ["SMC109"]


def test_select_and_ignore(tmp_path: Path) -> None:
    source = NONE + "def input_fn(body):\n    return body\n"
    script = _write(tmp_path, {"a.py": source}) / "a.py"
    assert _codes(_check(script)["a.py"]) == ["SMC109", "SMC104"]
    assert _codes(_check(script, select=["SMC104"])["a.py"]) == ["SMC104"]
    assert _codes(_check(script, ignore=["SMC104"])["a.py"]) == ["SMC109"]
    assert [check.code for check in _check(script, select=["SMC104"])["a.py"].checks] == ["SMC104"]
    with pytest.raises(UsageError, match="unknown code"):
        _check(script, select=["SMC1O4"])


def test_inline_ignores(tmp_path: Path) -> None:
    source = NONE.replace("a):", "a):  # smcontract: ignore[SMC109]")
    assert _codes(_check(_write(tmp_path, {"a.py": source}) / "a.py")["a.py"]) == []


def test_expected_failures(tmp_path: Path) -> None:
    table = '[tool.smcontract]\nexpected-failures = {SMC109 = "known", SMC104 = "elsewhere"}\n'
    one = _check(_write(tmp_path, {"a.py": NONE, "pyproject.toml": table}) / "a.py")["a.py"]
    assert _codes(one) == []
    assert [violation.code for violation in one.every_violation] == ["SMC109"]


def test_an_expected_failure_of_a_script_that_has_it_not(tmp_path: Path) -> None:
    table = '[tool.smcontract.scripts."a.py"]\nexpected-failures = {SMC109 = "known", SMC104 = "gone", SMC301 = "?"}\n'
    one = _check(_write(tmp_path, {"a.py": NONE, "pyproject.toml": table}) / "a.py")["a.py"]
    (violation,) = one.violations
    assert (violation.code, violation.file, violation.line) == ("SMC100", str(tmp_path / "pyproject.toml"), 2)
    assert violation.message == "SMC104 is expected to fail for a.py, and does not"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"# \xff\n" + MODEL.encode(), "is not valid UTF-8", id="not utf-8"),
        pytest.param(MODEL.encode() + b"a = 1\0\n", "null byte", id="null"),
        pytest.param(MODEL.encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(f"{MODEL}x = {'(' * 10_000}1{')' * 10_000}\n".encode(), "nested", id="parentheses"),
        pytest.param(f"{MODEL}x = {'-' * 10_000}1\n".encode(), "nested", id="operators"),
        pytest.param(b"# coding: klingon\n" + MODEL.encode(), "klingon", id="encoding"),
        pytest.param(b"def model_fn(:\n", "is not valid Python", id="syntax"),
    ],
)
def test_what_is_no_python_is_a_violation(tmp_path: Path, data: bytes, words: str) -> None:
    _write(tmp_path, {"a.py": data, "b.py": NONE})
    found = _check(tmp_path / "a.py", tmp_path)
    (violation,) = found["a.py"].violations
    assert violation.code == "SMC101"
    assert words in violation.message
    assert _codes(found["b.py"]) == ["SMC109"]


def test_a_byte_order_mark_is_no_defect(tmp_path: Path) -> None:
    assert _codes(_check(_write(tmp_path, {"a.py": b"\xef\xbb\xbf" + MODEL.encode()}) / "a.py")["a.py"]) == []


def test_an_empty_file_is_a_defect_of_the_program_alone(tmp_path: Path) -> None:
    _write(tmp_path, {"__init__.py": "", "inference.py": "# nothing\n"})
    found = _check(tmp_path / "__init__.py", tmp_path / "inference.py")
    assert _codes(found["__init__.py"]) == []
    assert _codes(found["inference.py"]) == ["SMC101"]


def test_what_does_not_parse_and_hints_at_no_handler_is_told_where_it_is_named(tmp_path: Path) -> None:
    _write(tmp_path, {"a.py": "print 'two'\n"})
    assert _codes(_check(tmp_path)["a.py"]) == []
    assert _codes(_check(tmp_path / "a.py")["a.py"]) == ["SMC101"]


def test_links_in_circles_and_missing_files_could_not_run(tmp_path: Path) -> None:
    _write(tmp_path, {"b.py": NONE})
    (tmp_path / "a.py").symlink_to("a.py")
    (tmp_path / "deep").symlink_to(tmp_path)
    found = _check(tmp_path, tmp_path / "gone.py")
    assert found["a.py"].could_not_run
    assert "cannot be read: " in found["a.py"].why
    assert found["gone.py"].could_not_run
    assert _codes(found["b.py"]) == ["SMC109"]
    assert len(found) == 3


def test_what_may_not_be_read_could_not_run() -> None:
    with directory_for_anyone() as root:
        _write(root, {"a.py": MODEL, "b.py": NONE, "closed/c.py": MODEL})
        (root / "a.py").chmod(0)
        (root / "closed").chmod(0)
        with as_anyone():
            found = _check(root)
        (root / "closed").chmod(0o700)
    assert {name for name, one in found.items() if one.could_not_run} == {"a.py", "closed"}
    assert _codes(found["b.py"]) == ["SMC109"]


def test_syntax_of_a_newer_python(tmp_path: Path) -> None:
    source = MODEL + "def f(x):\n    match x:\n        case 1: return 2\n"
    script = _write(tmp_path, {"a.py": source}) / "a.py"
    assert _codes(_check(script)["a.py"]) == []
    assert _codes(_check(script, python_version="3.10")["a.py"]) == []
    (violation,) = _check(script, python_version="3.9")["a.py"].violations
    assert (violation.code, violation.line) == ("SMC101", 5)
    with pytest.raises(UsageError, match="no version of Python"):
        _check(script, python_version="2.7")


def test_what_only_a_newer_python_may_read_could_not_run(tmp_path: Path) -> None:
    script = _write(tmp_path, {"a.py": MODEL + "x = = 1\n"}) / "a.py"
    one = _check(script, python_version=f"3.{sys.version_info.minor + 1}")["a.py"]
    assert one.could_not_run
    assert "cannot be read with this Python" in one.why


def test_a_failure_of_our_own_leaves_the_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"a.py": MODEL, "b.py": NONE})

    def fails(path: Path, **keywords: object) -> Script:
        if path.name == "a.py":
            raise ZeroDivisionError("oops")
        return read_script(path, **keywords)  # type: ignore[arg-type]

    monkeypatch.delenv("SMCONTRACT_TRACEBACK", raising=False)
    monkeypatch.setattr(run, "read_script", fails)
    found = _check(tmp_path)
    assert found["a.py"].could_not_run
    assert found["a.py"].why == "smcontract itself failed (ZeroDivisionError: oops); report it, please"
    assert _codes(found["b.py"]) == ["SMC109"]


def test_a_script_is_never_run(tmp_path: Path) -> None:
    _write(tmp_path, {"a.py": MODEL + f"open({str(tmp_path / 'ran')!r}, 'w')\n"})
    assert _check(tmp_path)["a.py"].is_judged
    assert not (tmp_path / "ran").exists()


TORCH = "import torch\ndef predict_fn(data, model):\n    return model(data)\n"


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        pytest.param(["README.md", "requirements.txt"], [], id="repository"),
        pytest.param(["model/net.py"], [], id="package"),
        pytest.param(["model.pt"], [], id="loadable"),
        pytest.param(["a.pt", "b.pt"], ["SMC102"], id="two models"),
        pytest.param(["model.joblib"], ["SMC102"], id="another model"),
    ],
)
def test_a_model_that_the_layout_names_is_looked_for(tmp_path: Path, files: list[str], codes: list[str]) -> None:
    _write(tmp_path, {"code/inference.py": TORCH, **dict.fromkeys(files, "")})
    for path in (tmp_path / "code" / "inference.py", tmp_path):
        assert _codes(_check(path)["inference.py"]) == codes


def test_a_model_directory_that_is_given_is_the_model(tmp_path: Path) -> None:
    _write(tmp_path, {"code/inference.py": TORCH, "empty/notes.txt": ""})
    found = _check(tmp_path / "code" / "inference.py", model_dir=str(tmp_path / "empty"))
    assert _codes(found["inference.py"]) == ["SMC102"]


def test_a_model_directory(tmp_path: Path) -> None:
    _write(tmp_path, {"m/code/serve.py": NONE, "m/code/helper.py": "x = 1\n", "m/model.joblib": ""})
    found = _check(tmp_path / "m")
    assert _codes(found["serve.py"]) == ["SMC701", "SMC109"]
    assert "looks for code/inference.py, which is not there" in found["serve.py"].violations[0].message
    assert not found["helper.py"].is_judged
    # Who names the script, or a folder above, says how it is served.
    assert _codes(_check(tmp_path / "m" / "code" / "serve.py")["serve.py"]) == ["SMC109"]
    assert _codes(_check(tmp_path)["serve.py"]) == ["SMC109"]


@pytest.mark.parametrize(
    ("files", "env"),
    [
        pytest.param({"code/inference.py": NONE, "model.joblib": ""}, [], id="found"),
        pytest.param({"code/serve.py": NONE, "model.joblib": ""}, ["SAGEMAKER_PROGRAM=serve.py"], id="named"),
        pytest.param({"code/serve.py": NONE}, [], id="no model"),
        pytest.param({"code/serve.py": NONE, "model.joblib": "", "setup.py": ""}, [], id="project"),
        pytest.param({"serve.py": NONE, "model.joblib": ""}, [], id="no code"),
    ],
)
def test_a_directory_in_which_a_container_finds_the_script(
    tmp_path: Path, files: dict[str, str | bytes], env: list[str]
) -> None:
    _write(tmp_path, files)
    found = [one for one in _check(tmp_path, env=env).values() if one.is_judged]
    assert [_codes(one) for one in found] == [["SMC109"]]


def test_an_archive_could_not_run(tmp_path: Path) -> None:
    one = _check(_write(tmp_path, {"model.tar.gz": b"\x1f\x8b\0"}) / "model.tar.gz")["model.tar.gz"]
    assert one.could_not_run
    assert one.why.startswith("is an archive")
