import json
import re
import warnings
from typing import Any

import pytest

from smcontract.stacks import get_stack
from smcontract.stacks._context import Context

STACK: Any = get_stack("mxnet")
FILES = ("model-symbol.json", "model-0000.params", "model-shapes.json")

GLUON = """
import mxnet as mx

class Same(mx.gluon.Block):
    def forward(self, x):
        return x

def model_fn(model_dir):
    return Same()
"""
MODULE = """
import mxnet as mx

def model_fn(model_dir):
    module = mx.mod.Module(mx.sym.Variable("data") * 1, data_names=["data"], label_names=None)
    module.bind(for_training=False, data_shapes=[("data", (4, 3))])
    module.init_params()
    return module
"""


@pytest.fixture
def mx() -> Any:
    with warnings.catch_warnings():
        # mxnet 1.9.1 uses names that its own numpy calls deprecated.
        warnings.simplefilter("ignore")
        yield pytest.importorskip("mxnet", reason="the mxnet stack's defaults need mxnet")


def load_failure(replay: Any, directory: Any, source: str) -> Any:
    _, answer = replay.load(directory, source, "mxnet")
    assert not answer["ok"]
    failure = answer["failure"]
    return failure["stage"], failure["by"], failure["type"], failure["message"]


def answered(replay: Any, directory: Any, source: str, body: bytes, **request: Any) -> Any:
    service, loaded = replay.load(directory, source, "mxnet")
    assert loaded["ok"], loaded
    sent = {"content_type": "application/json", "accept": None, **request}
    answer, blobs = replay.invoke(service, sent["content_type"], sent["accept"], body)
    return answer, blobs[answer["body"]]


def test_a_model_that_is_none_of_mxnets_is_refused(replay: Any, tmp_path: Any) -> None:
    source = "class M: ...\ndef model_fn(model_dir): return M()\n"
    stage, by, kind, message = load_failure(replay, tmp_path, source)
    assert (stage, by, kind) == ("model_fn", "script", "ValueError")
    assert message.startswith("Unsupported model type: M. Did you forget to implement `transform_fn`")


def test_with_transform_fn_any_model_is_loaded_once_and_with_the_context(replay: Any, tmp_path: Any) -> None:
    source = (
        "LOADED = []\n"
        "def model_fn(model_dir, context):\n    LOADED.append(type(context).__name__)\n    return LOADED\n"
        "def transform_fn(model, data, content_type, accept, context):\n    return str(model), 'text/plain'\n"
    )
    answer, body = answered(replay, tmp_path, source, b"")
    assert (answer["status"], answer["content_type"], body) == (200, "text/plain", b"['Context']")


def test_a_transform_fn_that_is_none_leaves_no_default_to_predict(replay: Any, tmp_path: Any) -> None:
    source = "transform_fn = None\ndef model_fn(model_dir): return 1\ndef input_fn(data, content_type): return data\n"
    service, loaded = replay.load(tmp_path, source, "mxnet")
    assert loaded["resolution"]["predict_fn"] == {"by": "missing"}
    answer, _ = replay.invoke(service, "application/json", None, b"1")
    assert (answer["status"], answer["failure"]["type"]) == (500, "NotImplementedError")


def test_model_fn_is_first_called_without_the_context(replay: Any, tmp_path: Any) -> None:
    found = load_failure(replay, tmp_path, "def model_fn(model_dir, context): ...\n")
    assert found[:3] == ("model_fn", "script", "TypeError")
    assert "missing 1 required positional argument: 'context'" in found[3]


def test_a_script_that_is_not_found_is_no_case_for_the_defaults() -> None:
    with pytest.raises(ValueError, match="import_module exception"):
        STACK.for_module(None)


@pytest.mark.parametrize(
    ("files", "needs"),
    [
        ((), "needs model-symbol.json, model-0000.params, model-shapes.json in the model directory"),
        (FILES[:2], "needs model-shapes.json in the model directory"),
        (FILES, None),
    ],
)
def test_what_the_default_model_needs(tmp_path: Any, files: Any, needs: Any) -> None:
    assert STACK.default_model_fn_needs(files, {}) == needs
    for name in files:
        (tmp_path / name).touch()
    if needs:
        with pytest.raises(ValueError, match=f"missing file {re.findall('model-[a-z0-9.]+', needs)[0]}"):
            STACK.default_model_fn(str(tmp_path))


@pytest.mark.parametrize(("name", "defined", "passes"), [("model_fn", (), False), ("predict_fn", (), True)])
def test_who_may_take_the_context(name: str, defined: Any, passes: bool) -> None:
    assert STACK.passes_context(name, defined) is passes
    assert STACK.passes_context(name, (*defined, "transform_fn"))


@pytest.mark.parametrize("kind", [None, "gluon", "module"])
def test_the_kind_of_model_decides_on_how_it_predicts(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __call__(self, data: Any) -> Any:
            return ["called", data]

        def predict(self, data: Any) -> Any:
            return ["predicted", data]

    monkeypatch.setattr("smcontract.stacks._mxnet_arrays.kind_of", lambda _: kind)
    expected = ["predicted" if kind == "module" else "called", 1]
    assert STACK.default_predict_fn(1, Model()) == expected
    assert STACK.for_model(Model()).default_predict_fn(1, Model()) == expected


def test_what_is_no_json_or_npy_is_refused() -> None:
    with pytest.raises(Exception, match="text/csv is not supported") as raised:
        STACK.default_input_fn("1,2", "text/csv")
    assert type(raised.value).__name__ == "UnsupportedFormatError"
    with pytest.raises(Exception, match="text/csv is not supported"):
        STACK.default_output_fn(None, "text/csv")


@pytest.mark.usefixtures("mx")
def test_the_model_is_loaded_twice_and_the_second_serves(replay: Any, tmp_path: Any) -> None:
    source = GLUON.replace("def model_fn(model_dir):", "def model_fn(model_dir, context=None):\n    note(context)")
    source += (
        "LOADED = []\n"
        "def note(context):\n    LOADED.append(type(context).__name__)\n"
        "def output_fn(prediction, accept): return str(LOADED)\n"
    )
    _, body = answered(replay, tmp_path, source, b"[1]")
    assert body == b"['NoneType', 'Context']"


@pytest.mark.usefixtures("mx")
@pytest.mark.parametrize(
    ("content_type", "body", "accept", "status", "expected"),
    [
        ("application/json", b"[1, 2]", None, 200, b"[1.0, 2.0]"),
        ("application/json", b"5", "text/html, application/json", 200, b"5.0"),
        ("text/csv", b"1,2", None, 500, b"Content type text/csv is not supported by this framework."),
        ("application/json", b"[1]", "text/csv", 500, b"Content type text/csv is not supported by this framework."),
    ],
)
def test_gluon_takes_json_and_npy(
    replay: Any, tmp_path: Any, content_type: str, body: bytes, accept: Any, status: int, expected: bytes
) -> None:
    answer, sent = answered(replay, tmp_path, GLUON, body, content_type=content_type, accept=accept)
    assert answer["status"] == status
    assert sent.startswith(expected)
    if status == 200:
        assert answer["content_type"] == (accept or "application/json")


@pytest.mark.usefixtures("mx")
def test_gluon_passes_the_context(replay: Any, tmp_path: Any) -> None:
    source = GLUON + "def output_fn(prediction, accept, context): return type(context).__name__\n"
    assert answered(replay, tmp_path, source, b"[1]")[1] == b"Context"


@pytest.mark.usefixtures("mx")
@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b"[[1, 2, 3], [4, 5, 6]]", [[1, 2, 3], [4, 5, 6]]),
        ("text/csv", b"1,2,3\n", [[1, 2, 3]]),
        ("text/csv", b"1,2,3\n4,5,6\n", [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_a_module_takes_csv_too_and_pads_its_batch(
    replay: Any, tmp_path: Any, content_type: str, body: bytes, expected: Any
) -> None:
    answer, sent = answered(replay, tmp_path, MODULE, body, content_type=content_type)
    assert answer["status"] == 200, answer
    assert json.loads(sent) == expected


@pytest.mark.usefixtures("mx")
@pytest.mark.parametrize("name", ["input_fn", "predict_fn", "output_fn"])
def test_with_a_module_nothing_gets_the_context(replay: Any, tmp_path: Any, name: str) -> None:
    answer, _ = answered(replay, tmp_path, f"{MODULE}\ndef {name}(a, b, context): return a\n", b"[[1, 2, 3]]")
    assert (answer["status"], answer["failure"]["stage"]) == (500, name)
    assert "missing 1 required positional argument: 'context'" in answer["failure"]["message"]


@pytest.mark.usefixtures("mx")
def test_an_input_fn_of_a_module_may_take_the_model(replay: Any, tmp_path: Any) -> None:
    source = MODULE + (
        "def input_fn(data, content_type, model): return type(model).__name__\n"
        "def predict_fn(data, model): return data\n"
        "def output_fn(prediction, accept): return prediction\n"
    )
    assert answered(replay, tmp_path, source, b"[1]")[1] == b"Module"


def test_the_default_model_is_handed_the_context_as_its_batch_size(mx: Any, tmp_path: Any) -> None:
    symbol = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2)
    module = mx.mod.Module(symbol, data_names=["data"], label_names=None)
    module.bind(for_training=False, data_shapes=[("data", (1, 3))])
    module.init_params()
    module.save_checkpoint(str(tmp_path / "model"), 0)
    (tmp_path / FILES[2]).write_text(json.dumps([{"name": "data", "shape": [1, 3]}]), encoding="utf-8")
    with pytest.raises(TypeError, match="'int' and 'Context'"):
        STACK.default_model_fn(str(tmp_path))


def test_the_real_handler_fails_on_its_own_default_model_too(mx: Any, tmp_path: Any, monkeypatch: Any) -> None:
    service = pytest.importorskip(
        "sagemaker_mxnet_serving_container.handler_service", reason="compares with the real toolkit"
    )
    test_the_default_model_is_handed_the_context_as_its_batch_size(mx, tmp_path)
    (tmp_path / "recorded_empty.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "recorded_empty.py")
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(TypeError, match="'int' and 'Context'"):
        service.HandlerService().initialize(Context(str(tmp_path)))
