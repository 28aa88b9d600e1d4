"""The flags `--smcontract-engine` and `--smcontract-confirm`: what they refuse, and what is told of them."""

from __future__ import annotations

import json

import pytest

from plugin.support import CARELESS, ECHO, STATIC, Project
from smcontract.endpoints._installed import find_installed

TOOLKIT = find_installed("sagemaker-inference")
IS_THERE = TOOLKIT.version == "1.10.1" and TOOLKIT.problem is None
SERVER = find_installed("multi-model-server")
needs_worker = pytest.mark.skipif(
    not IS_THERE or SERVER.version is None, reason="sagemaker-inference 1.10.1 and multi-model-server are not installed"
)
needs_toolkit = pytest.mark.skipif(not IS_THERE, reason="sagemaker-inference 1.10.1 is not installed")

DIFFERS = CARELESS.replace("import json", "import json, sys").replace(
    "return json.loads(body)",
    'return json.loads(body) if "sagemaker_inference.transformer" not in sys.modules else {}["absent"]',
)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--smcontract-engine", "tolkit"), "unknown value 'tolkit'*did you mean*toolkit*"),
        (("--smcontract-confirm", "yes"), "unknown value 'yes'*valid: auto, off"),
        (("--smcontract-engine", "toolkit", "--smcontract-stack", "sklearn"), "the stack sklearn has no toolkit*"),
    ],
)
def test_what_is_refused(project: Project, flags: tuple[str, ...], told: str) -> None:
    project.write("inference.py", ECHO)
    result = project.run("--smcontract", "inference.py", *STATIC, *flags)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: smcontract: *{told}"])


@pytest.mark.skipif(TOOLKIT.version is not None, reason="sagemaker-inference is installed")
def test_a_toolkit_that_is_not_installed(project: Project) -> None:
    project.write("inference.py", ECHO)
    result = project.run("--smcontract", "inference.py", *STATIC, "--smcontract-engine", "toolkit")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--smcontract-engine toolkit: sagemaker-inference is not installed in the script's*"])


@needs_toolkit
def test_the_header_names_the_engine_and_its_version(project: Project) -> None:
    project.write("inference.py", ECHO)
    result = project.run("--smcontract", "inference.py", *STATIC, "--smcontract-engine", "toolkit")
    result.stdout.fnmatch_lines(
        ["  inference.py: stack inference@1.10.1 (*), engine toolkit sagemaker-inference 1.10.1"]
    )


@needs_toolkit
def test_another_version_is_told_once(project: Project) -> None:
    project.write("inference.py", ECHO)
    stack = ("--smcontract-stack", "inference@1.7.1")
    result = project.run("--smcontract", "inference.py", *STATIC, *stack)
    line = "    sagemaker-inference 1.10.1 is installed, and the stack is of 1.7.1; failures are not confirmed on it"
    assert result.outlines.count(line) == 1
    silent = project.run("--smcontract", "inference.py", *STATIC, *stack, "--smcontract-confirm", "off")
    assert line not in silent.outlines
    real = project.run("--smcontract", "inference.py", *STATIC, *stack, "--smcontract-engine", "toolkit")
    real.stdout.fnmatch_lines(
        ["*engine toolkit sagemaker-inference 1.10.1 (what is said of the stack holds for 1.7.1)"]
    )


@needs_toolkit
def test_a_failure_is_confirmed(project: Project) -> None:
    project.write("inference.py", CARELESS)
    flags = ("--smcontract-select", "SMC302", "--smcontract-strict")
    result = project.run("--smcontract", "inference.py", *flags)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["On SageMaker (inference 1.10.1): * (confirmed by sagemaker-inference 1.10.1)"])


@needs_toolkit
def test_what_is_not_confirmed_is_an_error_of_ours(project: Project) -> None:
    project.write("inference.py", DIFFERS)
    flags = ("--smcontract-select", "SMC302", "--smcontract-report", "report.json")
    result = project.run("--smcontract", "inference.py", *flags)
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["SMC302 is not confirmed: on this request sagemaker-inference 1.10.1 answers 500*"])
    document = json.loads((project.path / "report.json").read_text())
    assert document["summary"]["errors"] == 1
    assert document["scripts"][0]["stack"]["engine"] == "builtin"


@needs_worker
def test_the_worker_judges_what_a_client_sees(project: Project) -> None:
    project.write("inference.py", ECHO)
    flags = ("--smcontract-engine", "worker", "--smcontract-select", "SMC301,SMC505,SMC601,SMC605")
    result = project.run("--smcontract", "inference.py", "--smcontract-max-examples", "2", *flags)
    # SMC505 rests on values between functions, of which the worker shows none.
    result.assert_outcomes(passed=3, skipped=1)
