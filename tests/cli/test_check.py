"""`smcontract check`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from cli.support import Said
from smcontract.reporting.json_report import load_schema
from support import write_script

GOOD = "def model_fn(model_dir):\n    return 1\n"
BAD = GOOD + "def output_fn(p, a):\n    print(p)\n"
LINE = "a.py:3:1: SMC109 output_fn has no return statement, so that it always returns None\n"
SCHEMA = Path(__file__).parents[1] / "reporting" / "sarif-schema-2.1.0.json"


def test_a_good_script(said: Said, here: Path) -> None:
    write_script(here, GOOD, name="a.py")
    assert said("check", "a.py") == (0, "", "")


def test_one_line_per_violation(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a.py")
    assert said("check", "a.py") == (1, LINE, "")
    assert said("check", ".") == (1, LINE, "")
    assert said("check", ".", "--format", "concise") == (1, LINE, "")


def test_a_warning_is_a_violation(said: Said, here: Path) -> None:
    write_script(here, GOOD + "x = 1  # smcontract: ignore[SMC109]\n", name="a.py")
    status, out, _ = said("check", "a.py")
    assert (status, out.split(" ")[1]) == (1, "SMC100")


def test_verbose_says_what_each_file_was_taken_for(said: Said, here: Path) -> None:
    write_script(here, GOOD, name="a.py")
    write_script(here, "def handler(data, context): ...  # model_fn", name="b.py")
    write_script(here, "x = 1", name="c.py")
    status, out, err = said("check", ".", "--verbose")
    assert (status, out) == (0, "")
    assert err.splitlines() == [
        "smcontract: a.py: it defines model_fn; judged for inference@1.10.1 (no framework import seen)",
        "smcontract: b.py: passed over: its handler has the contract of the TensorFlow Serving container",
        "smcontract: c.py: passed over: it names none of the five functions",
    ]


def test_a_directory_without_scripts(said: Said, here: Path) -> None:
    status, out, err = said("check", ".")
    assert (status, out) == (0, "")
    assert err.startswith("smcontract: .: holds no handler script")


def test_what_could_not_be_checked(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a.py")
    status, out, err = said("check", "gone.py", "a.py")
    assert (status, out) == (2, LINE)
    assert err == "smcontract: gone.py: cannot be read: No such file or directory\n"


def test_names_with_spaces_and_line_feeds(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a b\nc.py")
    assert said("check", "a b\nc.py")[1] == LINE.replace("a.py", "a b c.py")


def test_statistics(said: Said, here: Path) -> None:
    for name in ("a.py", "b.py"):
        write_script(here, BAD, name=name)
    write_script(here, GOOD + "def input_fn(b): return b\n", name="c.py")
    assert said("check", ".", "--statistics") == (
        1,
        "2  SMC109  returns-nothing\n1  SMC104  wrong-parameter-count\n",
        "",
    )


def test_full(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a.py")
    status, out, _ = said("check", "a.py", "--format", "full")
    assert status == 1
    assert "SMC109 returns-nothing (error) at a.py:3:1 in output_fn" in out
    assert "> 3 | def output_fn(p, a):" in out
    assert "On SageMaker (inference 1.10.1): 200 the body is null" in out
    assert "How to fix: return the value" in out
    assert "smcontract explain SMC109" in out


def test_github(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a.py")
    _, out, _ = said("check", "a.py", "--format", "github")
    assert out.startswith("::error file=a.py,line=3,col=1,title=SMC109 returns-nothing::output_fn has no return")


def test_json(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a.py")
    write_script(here, "x = 1", name="b.py")
    status, out, _ = said("check", ".", "--format", "json", "--stack", "inference,sklearn")
    document = json.loads(out)
    jsonschema.Draft202012Validator(load_schema()).validate(document)
    assert status == 1
    assert [(s["path"], s["stack"]["name"]) for s in document["scripts"]] == [
        ("a.py", "inference"),
        ("a.py", "sklearn"),
    ]
    assert {check["phase"] for script in document["scripts"] for check in script["checks"]} == {"static"}
    assert document["summary"]["failed"] == 2
    assert document["scripts"][0]["resolution"]["output_fn"] == {"by": "script", "line": 3}


def test_json_tells_expected_failures(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a.py")
    (here / "pyproject.toml").write_text('[tool.smcontract]\nexpected-failures = {SMC109 = "known"}\n')
    status, out, _ = said("check", ".", "--format", "json")
    (script,) = json.loads(out)["scripts"]
    assert status == 0
    assert [(c["outcome"], c["reason"]) for c in script["checks"] if c["code"] == "SMC109"] == [("xfailed", "known")]


def test_sarif(said: Said, here: Path) -> None:
    write_script(here, BAD, name="a b.py")
    status, out, _ = said("check", ".", "gone.py", "--format", "sarif")
    log = json.loads(out)
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(log)
    (run,) = log["runs"]
    (result,) = run["results"]
    assert status == 2
    assert (result["ruleId"], result["level"]) == ("SMC109", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "SMC109"
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a%20b.py"}, "region": {"startLine": 3, "startColumn": 1}}
    assert run["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["check"], "required: PATH"),
        (["check", "a.py", "--format", "xml"], "invalid choice: 'xml'"),
        (["check", "a.py", "--select", "SMC9X"], "--select: unknown code 'SMC9X'"),
        (["check", "a.py", "--stack", "sklaern"], "did you mean 'sklearn'"),
        (["check", "a.py", "--python-version", "two"], "is no version of Python"),
    ],
)
def test_wrong_usage(said: Said, here: Path, argv: list[str], message: str) -> None:
    write_script(here, GOOD, name="a.py")
    status, out, err = said(*argv)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "0"}, False),
    ],
)
def test_colour(
    said: Said, here: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], is_coloured: bool
) -> None:
    write_script(here, BAD, name="a.py")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in said("check", "a.py")[1]) is is_coloured


@pytest.mark.parametrize("arguments", [["a.py"], [".", "--stack", "all", "--format", "sarif"]])
def test_nothing_heavy_is_imported(here: Path, arguments: list[str]) -> None:
    write_script(here, BAD, name="a.py")
    heavy = ("numpy", "pytest", "_pytest", "hypothesis", "smcontract.session", "smcontract.endpoints")
    program = (
        f"import sys; from smcontract.cli import main; main(['check', *{arguments!r}]);"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=here)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("package", ["os", "torch", "sklearn", "xgboost", "transformers", "mxnet"])
def test_the_plain_call_imports_little(here: Path, package: str) -> None:
    (here / "pyproject.toml").write_text(
        '[project]\nname = "a"\ndependencies = ["smcontract>=0.1"]\n', encoding="utf-8"
    )
    write_script(here, f"import {package}\n{GOOD}", name="a.py")
    spared = (
        *("argparse", "dataclasses", "email", "importlib.metadata", "inspect", "json", "pkgutil", "socket"),
        *("smcontract.options", "subprocess", "tarfile", "tokenize", "tomllib", "typing"),
    )
    program = (
        "import sys; before = set(sys.modules); from smcontract.cli import main; main(['check', 'a.py']);"
        f"print(sorted(set({spared!r}) & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=here)
    assert done.stdout == "[]\n"
