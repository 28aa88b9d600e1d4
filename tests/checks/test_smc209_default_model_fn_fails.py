"""SMC209 on model directories that a stack's default model_fn cannot load."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge

CODE = "SMC209"
NO_MODEL_FN = "def input_fn(body, content_type):\n    return [1]\n"


def torch_script() -> bytes:
    torch = pytest.importorskip("torch", reason="the pytorch stack's default model_fn needs torch")
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # TorchScript is what the container loads, whatever torch thinks of it.
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(torch.nn.Linear(3, 1)), buffer)
    return buffer.getvalue()


def state_dict() -> bytes:
    torch = pytest.importorskip("torch", reason="the pytorch stack's default model_fn needs torch")
    buffer = io.BytesIO()
    torch.save(torch.nn.Linear(3, 1).state_dict(), buffer)
    return buffer.getvalue()


def test_torchscript_under_the_expected_name_loads(tmp_path: Path) -> None:
    judged = judge(tmp_path, NO_MODEL_FN, CODE, stack="pytorch", files={"model/model.pt": torch_script()})
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_the_one_file_of_another_name_loads(tmp_path: Path) -> None:
    judged = judge(tmp_path, NO_MODEL_FN, CODE, stack="pytorch", files={"model/net.pth": torch_script()})
    assert (judged.outcome, judged.violations) == ("passed", ())


def damaged() -> bytes:
    pytest.importorskip("torch", reason="the pytorch stack's default model_fn needs torch")
    return b"no model"


@pytest.mark.parametrize("made", [state_dict, damaged])
def test_what_is_no_torchscript_is_an_error(tmp_path: Path, made: object) -> None:
    assert callable(made)
    judged = judge(tmp_path, NO_MODEL_FN, CODE, stack="pytorch", files={"model/model.pt": made()})
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith(
        "there is no model_fn, and the default one of pytorch cannot load the model: ModelLoadError: Failed to load"
    )
    assert (violation.function, violation.line, violation.request) == ("model_fn", 1, None)
    assert violation.on_sagemaker.status == 500
    assert violation.on_sagemaker.message.startswith("every request, though /ping says 200: ModelLoadError")


def test_a_model_fn_of_the_script_s_own_is_smc202_s_matter(tmp_path: Path) -> None:
    source = NO_MODEL_FN + "def model_fn(model_dir):\n    raise OSError(model_dir)\n"
    judged = judge(tmp_path, source, CODE, stack="pytorch", files={"model/model.pt": b"no model"})
    assert (judged.outcome, judged.violations) == ("passed", ())
    assert judge(tmp_path, source, "SMC202", stack="pytorch").outcome == "failed"


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_stack_without_a_default_is_smc102_s_matter(tmp_path: Path, stack: str) -> None:
    judged = judge(tmp_path, NO_MODEL_FN, CODE, stack=stack, files={"model/model.pt": b"no model"})
    assert (judged.outcome, judged.reason, judged.violations) == ("skipped", "reported as SMC102", ())


def test_names_that_already_show_it_are_smc102_s_matter(tmp_path: Path) -> None:
    judged = judge(tmp_path, NO_MODEL_FN, CODE, stack="pytorch", files={"model/weights.bin": b""})
    assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC102")


def test_without_a_model_directory_nothing_is_known(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the pytorch stack's default model_fn needs torch")
    judged = judge(tmp_path, NO_MODEL_FN, CODE, stack="pytorch")
    assert judged.outcome == "skipped"
    assert "--smcontract-model-dir" in judged.reason


def test_what_needs_the_model_names_it(tmp_path: Path) -> None:
    files = {"model/model.pt": state_dict()}
    judged = judge(tmp_path, NO_MODEL_FN, "SMC601", stack="pytorch", files=files, accepts=["application/json"])
    assert {check.reason for check in judged.checks} == {"reported as SMC209"}
