"""SMC114 device-not-mapped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc114_device_not_mapped import device_not_mapped
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

LOADS = """\
import torch

def model_fn(model_dir):
    model = Net()
    model.load_state_dict(torch.load(model_dir + "/model.pth"))
    return model
"""


@pytest.mark.parametrize(("stack", "status"), [("pytorch", 500), ("huggingface", 400)])
def test_a_load_without_a_device(find: Find, stack: str, status: int) -> None:
    (violation,) = find(device_not_mapped, LOADS, stack=stack)

    assert violation.message == "torch.load is called without map_location"
    assert (violation.line, violation.column) == (5, 27)
    assert violation.function == "model_fn"
    assert violation.severity is Severity.WARNING
    assert violation.on_sagemaker.status == status
    assert "CUDA device" in violation.on_sagemaker.message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param("import torch\ndef model_fn(d):\n    return torch.jit.load(d)", 3, "torch.jit.load", id="jit"),
        pytest.param("from torch import load\ndef model_fn(d):\n    return load(d)", 3, "torch.load", id="from"),
        pytest.param("import torch as t\ndef model_fn(d):\n    return t.load(d)", 3, "torch.load", id="as"),
        pytest.param("import torch\nM = torch.load('m.pt')\ndef model_fn(d): ...", 2, "torch.load", id="import"),
        pytest.param("import torch\ndef predict_fn(x, m):\n    return m.cuda()(x)", 3, ".cuda()", id="cuda"),
        pytest.param("import torch\ndef predict_fn(x, m):\n    return m(x.to('cuda'))", 3, ".to('cuda')", id="to"),
        pytest.param("import torch\nD = torch.device('cuda:0')\ndef model_fn(d): ...", 2, "torch.device", id="device"),
        pytest.param(
            "import torch\ndef read(p):\n    return torch.load(p)\ndef model_fn(d):\n    return read(d)",
            3,
            "torch.load",
            id="helper",
        ),
        pytest.param(
            "import torch\nclass Net:\n    def __init__(self):\n        self.m = torch.load('m.pt')\n"
            "def model_fn(d):\n    return Net()",
            4,
            "torch.load",
            id="class",
        ),
        pytest.param(
            "import torch\ndef predict_fn(x, m):\n    m.cuda()\n    return m(x.cuda())", 3, ".cuda()", id="one-cause"
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, words: str) -> None:
    (violation,) = find(device_not_mapped, text)

    assert violation.line == line
    assert words in violation.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(d):\n    return torch.load(d, map_location='cpu')", id="keyword"),
        pytest.param("def model_fn(d):\n    return torch.load(d, DEVICE)", id="position"),
        pytest.param("def model_fn(d):\n    return torch.load(d, **options)", id="kwargs"),
        pytest.param(
            "def model_fn(d):\n    if torch.cuda.is_available():\n        return torch.load(d)\n"
            "    return torch.load(d, map_location='cpu')",
            id="asked",
        ),
        pytest.param(
            "def model_fn(d):\n    g = torch.cuda.is_available()\n    if g:\n        m.cuda()\n    return m",
            id="asked-before",
        ),
        pytest.param(
            "D = torch.device('cuda' if torch.cuda.is_available() else 'cpu')\ndef model_fn(d): ...", id="either"
        ),
        pytest.param(
            "HAS = torch.cuda.is_available()\ndef predict_fn(x, m):\n    return m.cuda() if HAS else m", id="at-the-top"
        ),
        pytest.param("def train(m):\n    m.cuda()\n    torch.load('x')\ndef model_fn(d): ...", id="training"),
        pytest.param("if __name__ == '__main__':\n    torch.load('x').cuda()\ndef model_fn(d): ...", id="main"),
        pytest.param("import vllm\ndef model_fn(d):\n    return m.to('cuda')", id="gpu-only"),
        pytest.param("import torch_neuron\ndef model_fn(d):\n    return torch.jit.load(d)", id="other-accelerator"),
        pytest.param("def model_fn(d):\n    return m.to(device)", id="not-known"),
        pytest.param("def model_fn(d):\n    return m.to('cpu')", id="cpu"),
        pytest.param("import numpy\ndef model_fn(d):\n    return numpy.load(d)", id="another-load"),
        pytest.param("def model_fn(d):\n    return torch.load  # and m.cuda()", id="no-call"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(device_not_mapped, f"import torch\n{text}\n") == []


def test_what_is_loaded_beside_the_state_holds_no_tensors(find: Find) -> None:
    text = LOADS.replace("    model = Net()", "    model = Net(torch.load(model_dir + '/info.pth')['width'])")

    assert [v.column for v in find(device_not_mapped, text)] == [27]


@pytest.mark.parametrize("saved", ["model.cpu().state_dict()", "model.to('cpu').state_dict()"])
def test_a_model_saved_from_the_cpu_loads_everywhere(find: Find, saved: str) -> None:
    assert find(device_not_mapped, LOADS + f"\ndef save(model, path):\n    torch.save({saved}, path)\n") == []


def test_a_model_saved_from_where_it_is_may_not(find: Find) -> None:
    assert find(device_not_mapped, LOADS + "\ndef save(model, path):\n    torch.save(model.state_dict(), path)\n")


REFUSED = """\
import torch

def model_fn(model_dir):
    if not torch.cuda.is_available():
        {}
    model = Net()
    model.load_state_dict(torch.load(model_dir + "/model.pth"))
    return model
"""


def test_a_script_that_refuses_to_load_without_a_gpu_is_meant_for_one(find: Find) -> None:
    assert find(device_not_mapped, REFUSED.format('raise OSError("no GPU")')) == []


def test_a_script_that_only_says_that_there_is_no_gpu_may_be_run_without(find: Find) -> None:
    (violation,) = find(device_not_mapped, REFUSED.format('print("no GPU")'))

    assert violation.line == 7


def test_what_a_request_holds_is_no_model(find: Find) -> None:
    text = "import io, torch\ndef input_fn(body, kind):\n    return torch.load(io.BytesIO(body))"

    assert find(device_not_mapped, text) == []
