import ast
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import smcontract
from smcontract.stacks import Stack, StackNotFound, detect, get_stack, stack_names
from smcontract.stacks import _third_parties as third_parties
from smcontract.stacks.inference import InferenceStack

PACKAGE = Path(smcontract.__file__).parent
OLD_PYTHON = sorted(
    [PACKAGE / "__init__.py", *PACKAGE.glob("stacks/*.py"), *PACKAGE.glob("runtime/*.py")],
    key=lambda path: path.relative_to(PACKAGE).as_posix(),
)
BUILT_IN = sorted(path.stem.replace("_", "-") for path in PACKAGE.glob("stacks/[a-z]*.py"))


def test_stacks_are_found_by_walking_the_package() -> None:
    assert {"inference", "pytorch", "sklearn", "sklearn-mme", "xgboost", "xgboost-mme"} <= set(BUILT_IN)
    assert set(BUILT_IN) <= set(stack_names())
    assert not [name for name in stack_names() if name.startswith("_")]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_stack_without_version_is_the_newest(name: Any) -> None:
    stack = get_stack(name)
    assert isinstance(stack, Stack)
    assert stack.version == stack.versions[-1]
    assert get_stack(f"{name}@{stack.version}").version == stack.version
    assert repr(stack) == f"{name}@{stack.version}"


@pytest.mark.parametrize("name", BUILT_IN)
def test_facts_name_their_source(name: Any) -> None:
    stack = get_stack(name)
    known = {"body_type", "text_types", "content_types", "accepts", "error_status"}
    assert known <= set(stack.sources)
    assert all(any(sign.isdigit() for sign in source) for source in stack.sources.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("keras", "unknown stack 'keras'; known: .*inference.*pytorch.*sklearn"),
        ("", "unknown stack ''; known: "),
        ("inference@9.9", "unknown version '9.9' of the stack inference; known: 1.5.5, .*1.10.1"),
        ("_base", "unknown stack '_base'"),
    ],
)
def test_what_is_unknown_is_refused_with_what_is_known(name: Any, expected: Any) -> None:
    with pytest.raises(StackNotFound, match=expected):
        get_stack(name)


@pytest.mark.parametrize(
    ("version", "counts", "hooks"),
    [
        ("1.5.5", False, False),
        ("1.6.0", False, True),
        ("1.7.0", True, True),
        ("1.7.1", True, True),
        ("1.10.1", True, True),
    ],
)
def test_versions_of_the_toolkit_differ_in_hooks_and_context(version: Any, counts: Any, hooks: Any) -> None:
    stack = get_stack(f"inference@{version}")
    assert (stack.counts_parameters, stack.has_hooks) == (counts, hooks)


def test_a_third_party_brings_a_stack(monkeypatch: Any) -> Any:
    class Mine(InferenceStack):
        name = "mine"
        versions = ("1.0",)

    class Point:
        name = "mine"

        @staticmethod
        def load() -> Any:
            return Mine

    class Points:
        @staticmethod
        def select(*, group: Any) -> Any:
            assert group == "smcontract.stacks"
            return [Point]

    monkeypatch.setattr(metadata, "entry_points", Points)
    third_parties.cache_clear()
    get_stack.cache_clear()
    try:
        assert "mine" in stack_names()
        assert get_stack("mine@1.0").name == "mine"
    finally:
        monkeypatch.undo()
        third_parties.cache_clear()
        get_stack.cache_clear()


@pytest.mark.parametrize(
    ("imports", "files", "stack", "reason"),
    [
        pytest.param(["os", "torch"], [], "pytorch", "imports torch", id="torch"),
        pytest.param(["sklearn"], [], "sklearn", "imports sklearn", id="sklearn"),
        pytest.param(["joblib"], [], "sklearn", "imports joblib", id="joblib"),
        pytest.param(["torch", "sklearn"], [], "pytorch", "imports torch", id="torch before sklearn"),
        pytest.param(["transformers", "torch"], [], "huggingface", "imports transformers", id="transformers and torch"),
        pytest.param(
            ["transformers", "torch"],
            ["config.json", "model.safetensors", "x.pt"],
            "huggingface",
            "imports transformers",
            id="a pretrained model",
        ),
        pytest.param(
            ["transformers", "torch"],
            ["model.pt"],
            "pytorch",
            "imports torch and transformers, and the model directory holds model.pt",
            id="transformers and a torch model",
        ),
        pytest.param(["transformers"], ["model.pt"], "huggingface", "imports transformers", id="transformers alone"),
        pytest.param(["tensorflow", "transformers"], [], "huggingface", "transformers", id="of tensorflow"),
        pytest.param(["xgboost", "sklearn"], [], "xgboost", "imports xgboost", id="xgboost before sklearn"),
        pytest.param(["mxnet"], [], "mxnet", "imports mxnet", id="mxnet"),
        pytest.param(
            ["sklearn", "sagemaker_xgboost_container"], [], "xgboost", "imports sagemaker_xgboost", id="a container's"
        ),
        pytest.param(["tensorflow"], ["a.pt"], "inference", "tensorflow, whose own container", id="tensorflow"),
        pytest.param(["tensorflow", "joblib"], [], "sklearn", "imports joblib", id="joblib before tensorflow"),
        pytest.param(
            ["json"], ["config.json", "model.safetensors"], "huggingface", "holds model.safetensors", id="pretrained"
        ),
        pytest.param(["json"], ["config.json"], "inference", "no framework", id="a configuration alone"),
        pytest.param(["json"], ["net-symbol.json", "net-0000.params"], "mxnet", "net-symbol.json", id="mxnet files"),
        pytest.param(["json"], ["xgboost-model"], "xgboost", "holds xgboost-model", id="the algorithm's model"),
        pytest.param(["json"], ["model.pth"], "pytorch", "holds model.pth", id="pth file"),
        pytest.param(["json"], ["x.txt", "model.joblib"], "sklearn", "holds model.joblib", id="joblib file"),
        pytest.param([], ["b.pt", "a.joblib"], "pytorch", "holds b.pt", id="pt before joblib"),
        pytest.param(["json"], ["model.bin"], "inference", "no framework import seen", id="nothing"),
    ],
)
def test_detection(imports: Any, files: Any, stack: Any, reason: Any) -> None:
    name, why = detect(imports, files)
    assert name == stack
    assert re.search(reason, why)


@pytest.mark.parametrize(
    ("imports", "env", "stack", "reason"),
    [
        pytest.param(["torch"], {"HF_TASK": "text-classification"}, "huggingface", "HF_TASK is set", id="HF_TASK"),
        pytest.param(["torch"], {"HF_TASK": ""}, "pytorch", "imports torch", id="an empty HF_TASK"),
        pytest.param(["joblib"], {"SAGEMAKER_MULTI_MODEL": "true"}, "sklearn-mme", "joblib, and SAGE", id="sklearn"),
        pytest.param(["xgboost"], {"SAGEMAKER_MULTI_MODEL": "1"}, "xgboost-mme", "xgboost, and SAGE", id="xgboost"),
        pytest.param(["torch"], {"SAGEMAKER_MULTI_MODEL": "true"}, "pytorch", "imports torch$", id="one container"),
    ],
)
def test_the_environment_tells_the_container(imports: Any, env: Any, stack: Any, reason: Any) -> None:
    name, why = detect(imports, [], env)
    assert name == stack
    assert re.search(reason, why)


@pytest.mark.parametrize("path", OLD_PYTHON, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_what_runs_in_the_scripts_process_is_python_3_8(path: Any) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    heavy = {"numpy", "torch", "scipy", "pytest", "hypothesis"}
    top = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    imported = {
        name.partition(".")[0]
        for node in top
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert not imported & heavy
