"""The header: what is judged, under which stack and why, and who serves each function."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.support import ECHO, STATIC, Project


def test_of_one_script(project: Project) -> None:
    project.write("inference.py")
    result = project.run("--smcontract", "inference.py", *STATIC, "--hypothesis-seed", "4")
    result.stdout.fnmatch_lines(
        [
            "smcontract *: 1 script, 3 checks, seed 4",
            "  inference.py: stack inference@1.10.1 (no framework import seen), engine builtin",
            "    model directory none (give one with --smcontract-model-dir), 3 checks",
            "    model_fn script:4 · input_fn script:7 · predict_fn script:12 · output_fn script:15",
            "    a stand-in takes the model's place if model_fn fails without one (--smcontract-stand-in off)",
        ],
        consecutive=True,
    )


@pytest.mark.parametrize(
    ("source", "flags", "expected"),
    [
        ("import torch\n", (), "stack pytorch@2.0.25 (the script imports torch)"),
        ("import joblib\n", (), "stack sklearn@* (the script imports joblib)"),
        ("import xgboost\n", (), "stack xgboost@* (the script imports xgboost)"),
        (
            "import joblib\n",
            ("--smcontract-env", "SAGEMAKER_MULTI_MODEL=true"),
            "stack sklearn-mme@* (the script imports joblib, and SAGEMAKER_MULTI_MODEL is set)",
        ),
        ("import torch\n", ("--smcontract-stack", "sklearn"), "stack sklearn@* (named by the user)"),
        ("", ("--smcontract-stack", "inference@1.5.5"), "stack inference@1.5.5 (named by the user)"),
        ("", ("--smcontract-stack", "all"), "stack sklearn@* (all stacks were asked for)"),
    ],
)
def test_stack_and_why(project: Project, source: str, flags: tuple[str, ...], expected: str) -> None:
    project.write("inference.py", source + "\ndef model_fn(model_dir):\n    return 1\n")
    result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC101", *flags)
    result.stdout.fnmatch_lines([f"  inference.py: {expected}, engine builtin"])


def test_a_stack_told_from_the_model(project: Project) -> None:
    project.write("model/code/inference.py")
    project.write("model/model.joblib", "")
    result = project.run("--smcontract", "model", "--smcontract-select", "SMC101")
    result.stdout.fnmatch_lines(
        ["  model: stack sklearn@* (the model directory holds model.joblib), *", "    model directory model, 1 check"]
    )


def test_one_function_and_three_defaults(project: Project) -> None:
    project.write("inference.py", "import joblib\n\ndef model_fn(model_dir):\n    return joblib\n")
    result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC101")
    result.stdout.fnmatch_lines(
        [
            "    model_fn script:3 · input_fn default (sklearn) · predict_fn default (sklearn) · "
            "output_fn default (sklearn)"
        ]
    )


class TestModelDirectory:
    def test_beside_the_script(self, project: Project) -> None:
        project.write("inference.py")
        project.write("model/weights", "")
        result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC101")
        result.stdout.fnmatch_lines(["    model directory model, 1 check"])

    def test_above_code(self, project: Project) -> None:
        project.write("shop/code/inference.py")
        result = project.run("--smcontract", "shop/code/inference.py", "--smcontract-select", "SMC101")
        result.stdout.fnmatch_lines(["    model directory shop, 1 check"])

    def test_given(self, project: Project, elsewhere: Path) -> None:
        project.write("inference.py")
        result = project.run(
            "--rootdir", project.path, "--smcontract", "inference.py", "--smcontract-select", "SMC101",
            "--smcontract-model-dir", elsewhere,
        )  # fmt: skip
        result.stdout.fnmatch_lines([f"    model directory {elsewhere}, 1 check"])


def test_of_several_scripts(project: Project) -> None:
    for number in range(3):
        project.write(f"s{number}.py")
    result = project.run("--smcontract", ".", "--smcontract-select", "SMC101")
    result.stdout.fnmatch_lines(["smcontract *: 3 scripts, 3 checks, seed *", "  s0.py: *", "  s1.py: *", "  s2.py: *"])


def test_of_many_scripts_it_only_counts(project: Project) -> None:
    for number in range(13):
        project.write(f"s{number:02}.py", "def model_fn(model_dir):\n    return 1\n")
    result = project.run("--smcontract", ".", "--smcontract-select", "SMC101")
    result.stdout.fnmatch_lines(["smcontract *: 13 scripts, 13 checks, seed *"])
    result.stdout.no_fnmatch_line("*s00.py: stack*")


@pytest.mark.parametrize("flag", ["-q", "--no-header"])
def test_none_where_pytest_has_none(project: Project, flag: str) -> None:
    project.write("inference.py")
    result = project.run("--smcontract", "inference.py", *STATIC, flag)
    result.stdout.no_fnmatch_line("smcontract *")


def test_a_seed_is_drawn_and_differs(project: Project) -> None:
    project.write("inference.py")
    seeds = {
        line.rpartition(" ")[2]
        for _ in range(3)
        for line in project.run("--smcontract", "inference.py", "--co").outlines
        if line.startswith("smcontract ")
    }
    assert len(seeds) == 3


def test_what_masking_would_change_stands_at_the_end(project: Project) -> None:
    project.write("inference.py", ECHO)
    result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC702")
    result.stdout.fnmatch_lines(
        ["*- smcontract -*", "inference.py: without its predict_fn, the default (inference) takes over: *"]
    )


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_what_is_given_up_without_isolation(project: Project, isolation: str) -> None:
    project.write("inference.py")
    result = project.run("--smcontract", "inference.py", *STATIC, "--smcontract-isolation", isolation)
    told = "isolation none: the script runs in pytest's own process, without time limits" in result.stdout.str()
    assert told is (isolation == "none")
