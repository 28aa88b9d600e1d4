"""SMC102 model-fn-missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc102_model_fn_missing import model_fn_missing
from smcontract.violations import Violation

Find = Callable[..., list[Violation]]

WITHOUT = "def predict_fn(data, model):\n    return model(data)\n"


@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5", "sklearn"])
def test_a_stack_without_a_default(find: Find, stack: str) -> None:
    (violation,) = find(model_fn_missing, WITHOUT, stack=stack)

    assert violation.message == "there is no model_fn, and the stack has no default for it"
    assert violation.function == "model_fn"
    assert violation.got == "the module defines predict_fn"
    assert "Please provide a model_fn implementation" in violation.on_sagemaker.message
    assert violation.on_sagemaker.status == (None if stack == "sklearn" else 500)


@pytest.mark.parametrize(
    ("files", "held"),
    [
        pytest.param((), "holds no .pt or .pth file", id="empty"),
        pytest.param(("model.joblib",), "holds no .pt or .pth file", id="other"),
        pytest.param(("a.pt", "b.pth"), "holds a.pt, b.pth", id="two"),
    ],
)
def test_a_model_directory_that_the_default_cannot_load(find: Find, files: tuple[str, ...], held: str) -> None:
    (violation,) = find(model_fn_missing, WITHOUT, stack="pytorch", model_files=files)

    assert violation.message.endswith(f"the model directory {held}")
    assert violation.on_sagemaker.message.startswith("every request: Exactly one")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(None, id="not-known"),
        pytest.param(("model.pt",), id="model.pt"),
        pytest.param(("model.pt", "other.pth"), id="model.pt-and-more"),
        pytest.param(("net.pth",), id="one-pth"),
        pytest.param(("net.pt", "notes.txt"), id="one-pt"),
    ],
)
def test_the_default_of_pytorch_may_load_it(find: Find, files: tuple[str, ...] | None) -> None:
    assert find(model_fn_missing, WITHOUT, stack="pytorch", model_files=files) == []


@pytest.mark.parametrize(
    ("stack", "files", "needs", "says"),
    [
        pytest.param("huggingface", (), "HF_TASK in the environment", "HF_TASK", id="no-model-and-no-task"),
        pytest.param("huggingface", ("model.safetensors",), "config.json", "HF_TASK", id="weights-alone"),
        pytest.param(
            "mxnet", (), "model-symbol.json, model-0000.params, model-shapes.json", "missing", id="mxnet-empty"
        ),
        pytest.param(
            "mxnet",
            ("model-symbol.json", "model-0000.params"),
            "needs model-shapes.json in the model directory",
            "missing file",
            id="mxnet-one-missing",
        ),
    ],
)
def test_what_the_default_of_another_stack_needs(
    find: Find, stack: str, files: tuple[str, ...], needs: str, says: str
) -> None:
    (violation,) = find(model_fn_missing, WITHOUT, stack=stack, model_files=files)

    assert violation.message.startswith("there is no model_fn, and the default one needs ")
    assert needs in violation.message
    assert says in violation.on_sagemaker.message
    assert violation.on_sagemaker.status == (400 if stack == "huggingface" else 500)


@pytest.mark.parametrize(
    ("stack", "files", "env"),
    [
        pytest.param("huggingface", None, {}, id="not-known"),
        pytest.param("huggingface", ("config.json",), {}, id="config"),
        pytest.param("huggingface", ("model_index.json",), {}, id="diffusers"),
        pytest.param("huggingface", (), {"HF_TASK": "text-classification"}, id="task"),
        pytest.param("huggingface", (), {"HF_MODEL_ID": "a/b"}, id="from-the-hub"),
        pytest.param("mxnet", None, {}, id="mxnet-not-known"),
        pytest.param("mxnet", ("model-symbol.json", "model-0000.params", "model-shapes.json"), {}, id="mxnet"),
    ],
)
def test_the_default_of_another_stack_may_load_it(
    find: Find, stack: str, files: tuple[str, ...] | None, env: dict[str, str]
) -> None:
    assert find(model_fn_missing, WITHOUT, stack=stack, model_files=files, env=env) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(model_dir): return 1", id="def"),
        pytest.param("model_fn = lambda d: 1", id="lambda"),
        pytest.param("from helpers import model_fn", id="import"),
        pytest.param("from unknown import *", id="star"),
        pytest.param("globals()['model_fn'] = f", id="globals"),
        pytest.param("exec(text)", id="exec"),
        pytest.param("if x:\n    def model_fn(d): return 1", id="conditional"),
        pytest.param("try:\n    def model_fn(d): return 1\nexcept E: pass", id="try"),
        pytest.param("def handler(data, context): return data", id="tensorflow"),
        pytest.param("def input_handler(d, c): ...\ndef output_handler(d, c): ...", id="tensorflow-pair"),
        pytest.param("def broken(", id="reported-as-smc101"),
        pytest.param("if __name__ == '__main__':\n    def model_fn(d): return 1", id="reported-as-smc107"),
        pytest.param(WITHOUT + "def load_fn(model_dir): return 1", id="reported-as-smc103"),
        pytest.param("", id="empty"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(model_fn_missing, text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def load_model(model_dir): return 1", id="other-name"),
        pytest.param("class Handler:\n    def model_fn(self, d): return 1", id="method"),
        pytest.param("from helpers import *", id="star-that-can-be-followed"),
    ],
)
def test_near_misses_of_a_model_fn(find: Find, text: str) -> None:
    (violation,) = find(model_fn_missing, text, siblings={"helpers.py": "x = 1"})

    assert violation.got == "the module defines none of the functions"


def test_a_module_that_a_handler_script_imports(find: Find) -> None:
    main = "from inference import predict_fn\ndef model_fn(model_dir): return 1\n"
    other = "from inference import predict_fn\n"

    assert find(model_fn_missing, WITHOUT, siblings={"serve.py": main}) == []
    assert len(find(model_fn_missing, WITHOUT, siblings={"serve.py": other})) == 1


def test_a_script_that_serves_http_itself(find: Find) -> None:
    assert find(model_fn_missing, "import flask\n" + WITHOUT) == []
    assert len(find(model_fn_missing, "import requests\n" + WITHOUT)) == 1
