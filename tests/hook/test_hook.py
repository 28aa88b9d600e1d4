"""The hooks, with the real pre-commit: installed as from a clean clone, on a repository of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scratch import Scratch

ROOT = Path(__file__).parents[2]

GOOD = """\
import json


def model_fn(model_dir):
    return 2


def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)


def predict_fn(data, model):
    return [value * model for value in data]


def output_fn(prediction, accept):
    if accept != "application/json":
        raise ValueError(accept)
    return json.dumps(prediction), accept
"""
BROKEN = GOOD.replace("    return json.loads(body)\n", "    json.loads(body)\n")
NOT_PYTHON = "def model_fn(model_dir)\n    return 1\n"


def readme_lines() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    return [str(line) for line in block.splitlines()]


def configuration(hooks: Path) -> list[str]:
    """Return the README's lines, with the place and the commit that are tried here."""
    return [re.sub(r"(repo: )\S+", rf"\g<1>{hooks}", line) for line in readme_lines()]


@pytest.fixture
def configured(scratch: Scratch) -> Scratch:
    scratch.configure(configuration(scratch.hooks))
    installed = scratch.pre_commit("install")
    assert installed.status == 0, installed.text
    return scratch


def test_the_readme_needs_four_lines() -> None:
    assert len(readme_lines()) == 4


def test_the_readme_names_every_hook() -> None:
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    names = re.findall(r"^- id: (\S+)", manifest, re.MULTILINE)
    assert names == ["smcontract", "smcontract-test"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"id: {name}" in readme or f"`{name}`" in readme for name in names)


def test_try_repo_on_a_broken_script(scratch: Scratch) -> None:
    scratch.stage("code/inference.py", BROKEN)
    result = scratch.pre_commit("try-repo", str(scratch.hooks), "smcontract", "--files", "code/inference.py")
    assert result.status == 1, result.text
    assert re.search(r"^code/inference\.py:8:\d+: SMC109 ", result.text, re.MULTILINE), result.text
    assert "Traceback" not in result.text


def test_try_repo_on_a_good_script(scratch: Scratch) -> None:
    scratch.stage("code/inference.py", GOOD)
    result = scratch.pre_commit("try-repo", str(scratch.hooks), "smcontract", "--files", "code/inference.py")
    assert result.status == 0, result.text
    assert re.search(r"^smcontract\.+Passed$", result.text, re.MULTILINE), result.text


def test_a_commit_of_a_broken_script_is_refused_and_of_the_mended_one_is_not(configured: Scratch) -> None:
    configured.stage("code/inference.py", BROKEN)
    refused = configured.run("git", "commit", "--message", "broken")
    assert refused.status == 1
    assert "code/inference.py:8:" in refused.text

    configured.stage("code/inference.py", GOOD)
    assert "Passed" in configured.git("commit", "--message", "mended").text


def test_what_is_staged_is_judged_and_not_what_stands_beside_it(configured: Scratch) -> None:
    configured.stage("inference.py", GOOD)
    (configured.path / "inference.py").write_text(NOT_PYTHON, encoding="utf-8")
    assert "Passed" in configured.git("commit", "--message", "good").text


def test_skip(configured: Scratch) -> None:
    configured.stage("inference.py", BROKEN)
    assert "Skipped" in configured.git("commit", "--message", "broken", SKIP="smcontract").text


def test_several_files_are_all_judged_and_only_the_broken_ones_named(configured: Scratch) -> None:
    for number in range(12):
        configured.stage(f"models/{number}/inference.py", BROKEN if number % 4 == 3 else GOOD)
    configured.stage("models/parse/inference.py", NOT_PYTHON)
    configured.stage("my model/code/inference.py", BROKEN)
    result = configured.pre_commit("run")
    assert result.status == 1
    named = re.findall(r"^(.+?):\d+:\d+: SMC\d+", result.text, re.MULTILINE)
    assert sorted(set(named)) == [
        "models/11/inference.py",
        "models/3/inference.py",
        "models/7/inference.py",
        "models/parse/inference.py",
        "my model/code/inference.py",
    ]


def test_a_deleted_file_is_not_looked_for(configured: Scratch) -> None:
    configured.stage("inference.py", BROKEN)
    configured.git("commit", "--message", "broken", SKIP="smcontract")
    configured.git("rm", "--quiet", "inference.py")
    assert "no files to check" in configured.git("commit", "--message", "gone").text


def test_other_files_are_not_given_to_the_check(configured: Scratch) -> None:
    for name in ("utils.py", "test_inference.py", "inference_test.py", "conftest.py", "inference.txt"):
        configured.stage(name, NOT_PYTHON)
    assert "no files to check" in configured.pre_commit("run").text


def test_the_usual_names_are_given_to_the_check(configured: Scratch) -> None:
    usual = ["entry_point.py", "entrypoint.py", "handler.py", "inference.py", "inference2.py", "model_handler.py"]
    usual += ["predict.py", "predictor.py", "serve.py", "src/my_inference.py"]
    for name in usual:
        configured.stage(name, BROKEN)
    result = configured.pre_commit("run")
    assert sorted(re.findall(r"^(.+?):8:", result.text, re.MULTILINE)) == usual


def test_a_module_of_the_same_name_that_is_no_handler_passes_in_silence(configured: Scratch) -> None:
    configured.stage("inference.py", "def run(image):\n    print(image)\n")
    result = configured.pre_commit("run")
    assert result.status == 0, result.text
    assert "inference.py" not in result.text


def test_the_users_own_arguments_and_files(scratch: Scratch) -> None:
    lines = configuration(scratch.hooks)
    assert lines[-1].strip() == "hooks: [{id: smcontract}]"
    lines[-1] = r"    hooks: [{id: smcontract, files: '^serving/', args: [--ignore, SMC109]}]"
    scratch.configure(lines)
    scratch.stage("serving/a.py", BROKEN)
    scratch.stage("serving/b.py", NOT_PYTHON)
    result = scratch.pre_commit("run")
    assert result.status == 1
    assert "serving/b.py:1:" in result.text
    assert "SMC109" not in result.text


def test_the_contract_tests_run_before_a_push_in_the_users_own_environment(scratch: Scratch) -> None:
    lines = configuration(scratch.hooks)
    lines[-1] = "    hooks: [{id: smcontract-test, args: [., --select, 'SMC109,SMC301']}]"
    scratch.configure(lines)
    scratch.stage("inference.py", GOOD)
    at_commit = scratch.pre_commit("run")
    assert at_commit.status == 0
    assert "smcontract test" not in at_commit.text

    passed = scratch.pre_commit("run", "--hook-stage", "pre-push", "--verbose")
    assert passed.status == 0, passed.text
    assert "inference.py::SMC301-valid-body-rejected[application/json]" in passed.text or "passed" in passed.text

    scratch.stage("inference.py", BROKEN)
    failed = scratch.pre_commit("run", "--hook-stage", "manual")
    assert failed.status == 1, failed.text
    assert "SMC109 returns-nothing" in failed.text
