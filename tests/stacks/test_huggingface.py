import datetime
import json
from typing import Any

import pytest

from smcontract.stacks import _huggingface_codecs as codecs
from smcontract.stacks import _huggingface_pipelines as pipelines
from smcontract.stacks import get_stack
from smcontract.stacks._context import Context

STACK: Any = get_stack("huggingface")

SCRIPT = "def model_fn(model_dir):\n    return lambda inputs, **more: [{'inputs': inputs, **more}]\n"


@pytest.fixture(autouse=True)
def without_a_task(monkeypatch: Any) -> None:
    for name in ("HF_TASK", "HF_MODEL_ID", "HF_TRUST_REMOTE_CODE"):
        monkeypatch.delenv(name, raising=False)


def answered(replay: Any, directory: Any, source: str, body: bytes, content_type: str = "application/json") -> Any:
    service, loaded = replay.load(directory, source, "huggingface")
    assert loaded["ok"], loaded
    answer, blobs = replay.invoke(service, content_type, None, body)
    return answer, blobs[answer["body"]]


def test_the_defaults_serve_a_pipeline_with_parameters(replay: Any, tmp_path: Any) -> None:
    answer, body = answered(replay, tmp_path, SCRIPT, b'{"inputs": "hi", "parameters": {"k": 2}, "other": 1}')
    assert (answer["status"], answer["content_type"]) == (200, "application/json")
    assert body == b'[{"inputs":"hi","k":2}]'


def test_without_inputs_the_model_gets_the_whole_object(replay: Any, tmp_path: Any) -> None:
    _, body = answered(replay, tmp_path, SCRIPT, b'{"a": 1}')
    assert json.loads(body) == [{"inputs": {"a": 1}}]


def test_a_list_as_the_body_cannot_be_served_by_default(replay: Any, tmp_path: Any) -> None:
    answer, body = answered(replay, tmp_path, SCRIPT, b"[1, 2]")
    assert answer["status"] == 400
    assert answer["failure"]["by"] == "default"
    assert json.loads(body)["message"] == "pop expected at most 1 argument, got 2"


def test_an_error_is_400_with_the_message_as_the_front_end_writes_it() -> None:
    answer = STACK.fail(KeyError("<a&b=é>"))
    assert (answer.status, answer.content_type, answer.error) == (400, "application/json", "'<a&b=é>'")
    message = "\\u0027\\u003ca\\u0026b\\u003dé\\u003e\\u0027"
    expected = f'{{\n  "code": 400,\n  "type": "InternalServerException",\n  "message": "{message}"\n}}\n'
    assert answer.body == expected.encode()
    assert not answer.dies


def test_an_error_without_text_is_named_by_its_class() -> None:
    answer = STACK.fail(ValueError())
    assert answer.error == "ValueError"
    assert json.loads(answer.body)["message"] == ""


def test_an_error_that_has_no_text_at_all_is_503() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    answer = STACK.fail(Silent())
    assert (answer.status, answer.error) == (503, "Prediction failed")


def test_leaving_the_process_ends_the_worker() -> None:
    assert STACK.fail(SystemExit(3)).dies


def test_a_toolkit_error_does_not_choose_its_status(replay: Any, tmp_path: Any) -> None:
    source = SCRIPT + (
        "def input_fn(data, content_type):\n"
        "    from sagemaker_inference.errors import BaseInferenceToolkitError\n"
        "    raise BaseInferenceToolkitError(422, 'bad row', 'Unprocessable')\n"
    )
    answer, body = answered(replay, tmp_path, source, b"{}")
    assert answer["status"] == 400
    assert json.loads(body)["message"] == "(422, 'bad row', 'Unprocessable')"


def test_a_tuple_is_sent_as_a_list_under_the_type_that_was_asked_for() -> None:
    answer = STACK.respond(("a", "text/csv"), "text/plain")
    assert (answer.status, answer.content_type) == (200, "text/plain")
    assert json.loads(answer.body) == ["a", "text/csv"]
    assert not STACK.unpacks_tuples


@pytest.mark.parametrize("header", [None, "", "*/*"])
def test_no_accept_is_json_whatever_the_environment_says(header: Any) -> None:
    assert STACK.accept(header, {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}) == "application/json"


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        ("def input_fn(data): ...", "input_fn definition takes 2 or 3 arguments but 1 were given"),
        ("def input_fn(*data): ...", "takes 2 or 3 arguments but 1"),
        ("def model_fn(a, b, c): ...", "model_fn definition takes 1 or 2 arguments but 3"),
        ("input_fn = max", "no signature found"),
        ("output_fn = 0", "is not a callable object"),
    ],
)
def test_parameters_are_counted_while_the_script_is_loaded(
    replay: Any, tmp_path: Any, function: str, problem: str
) -> None:
    _, answer = replay.load(tmp_path, f"{SCRIPT}{function}\n", "huggingface")
    assert not answer["ok"]
    assert answer["failure"]["stage"] == "initialize"
    assert problem in answer["failure"]["message"]


def test_one_more_parameter_gets_the_context(replay: Any, tmp_path: Any) -> None:
    source = (
        "def model_fn(model_dir, context):\n    return type(context).__name__\n"
        "def transform_fn(model, data, content_type, accept, context=None):\n"
        "    return f'{model} {type(context).__name__} {accept}'\n"
    )
    _, body = answered(replay, tmp_path, source, b"")
    assert body == b"Context Context application/json"


def test_a_function_that_is_none_is_left_to_the_default(replay: Any, tmp_path: Any) -> None:
    service, answer = replay.load(tmp_path, f"{SCRIPT}input_fn = output_fn = None\n", "huggingface")
    assert {name: one["by"] for name, one in answer["resolution"].items()} == {
        "model_fn": "script",
        "input_fn": "default",
        "predict_fn": "default",
        "output_fn": "default",
    }
    answer, _ = replay.invoke(service, "application/json", None, b'{"inputs": 1}')
    assert answer["status"] == 200


def test_hooks_are_not_called() -> None:
    assert not STACK.has_hooks


def test_a_script_may_import_what_the_container_has(replay: Any, tmp_path: Any) -> None:
    source = SCRIPT + (
        "from mms.service import PredictionException\n"
        "from sagemaker_huggingface_inference_toolkit import content_types, decoder_encoder\n"
        "def input_fn(data, content_type):\n"
        "    if content_type == content_types.CSV:\n"
        "        raise PredictionException('no tables', 429)\n"
        "    return decoder_encoder.decode(data, content_type)\n"
    )
    service, _ = replay.load(tmp_path, source, "huggingface")
    answer, _ = replay.invoke(service, "application/json", None, b'{"inputs": 1}')
    assert answer["status"] == 200
    answer, _ = replay.invoke(service, "text/csv", None, b"inputs\n1\n")
    assert (answer["status"], answer["error"]) == (400, "no tables : 429")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inputs\na\nb\n", {"inputs": ["a", "b"]}),
        ("question,context\nq,c\n", {"inputs": [{"question": "q", "context": "c"}]}),
        ("Inputs\na\n", {"inputs": [{"Inputs": "a"}]}),
        ('inputs\n"a,b"\n', {"inputs": ["a,b"]}),
        ("inputs,x\na\n", {"inputs": ["a"]}),
    ],
)
def test_csv_becomes_inputs(text: str, expected: Any) -> None:
    assert codecs.decode(text, "text/csv") == expected


@pytest.mark.parametrize(
    ("text", "error"), [("1,2\n", "PredictionException"), ("inputs\n", "IndexError"), ("", "IndexError")]
)
def test_csv_that_is_no_table_with_a_header(text: str, error: str) -> None:
    with pytest.raises(Exception, match=r"Header columns|out of range") as raised:
        codecs.decode(text, "text/csv")
    assert type(raised.value).__name__ == error


@pytest.mark.parametrize("task", ["zero-shot-classification", "table-question-answering"])
def test_tasks_that_take_no_csv(monkeypatch: Any, task: str) -> None:
    monkeypatch.setenv("HF_TASK", task)
    with pytest.raises(codecs.PredictionException, match=f"not support with {task}"):
        STACK.default_input_fn("inputs\na\n", "text/csv")
    assert STACK.default_input_fn('{"inputs": 1}', "application/json") == {"inputs": 1}


def test_json_is_compact_strict_and_not_escaped() -> None:
    assert codecs.encode({"a": [1, "é"]}, "application/json") == '{"a":[1,"é"]}'
    with pytest.raises(ValueError, match="JSON compliant"):
        codecs.encode([float("nan")], "application/json")


def test_json_of_what_json_has_not() -> None:
    numpy = pytest.importorskip("numpy", reason="the prediction is numpy's")
    prediction = [numpy.int64(1), numpy.float32(0.5), numpy.array([1.5]), datetime.datetime(2020, 1, 2, 3, 4, 5)]
    assert codecs.encode(prediction) == '[1,0.5,[1.5],"2020-01-02 03:04:05"]'
    with pytest.raises(TypeError, match="set is not JSON serializable"):
        codecs.encode({1})


def test_csv_of_dicts_has_a_header() -> None:
    assert codecs.encode([{"a": 1, "b": "x,y"}], "text/csv") == 'a,b\r\n1,"x,y"\r\n'
    with pytest.raises(AttributeError, match="keys"):
        codecs.encode({"a": 1}, "text/csv")


def test_images_come_as_inputs_and_go_as_asked() -> None:
    image = pytest.importorskip("PIL.Image", reason="images need Pillow")
    png = codecs.encode(image.new("RGBA", (1, 2)), "image/x-image")
    assert png.startswith(b"\x89PNG")
    decoded = codecs.decode(png, "image/png")["inputs"]
    assert (decoded.mode, decoded.size) == ("RGB", (1, 2))
    assert codecs.encode(decoded, "image/jpeg").startswith(b"\xff\xd8")
    assert codecs.encode(decoded).startswith('"iVBOR')


def test_sound_comes_as_bytes() -> None:
    assert codecs.decode(bytearray(b"ab"), "audio/wave") == {"inputs": b"ab"}


@pytest.mark.parametrize("kind", [None, "text/plain", "application/json, text/csv", "application/x-npz"])
def test_other_types_are_refused_both_ways(kind: Any) -> None:
    for convert in (codecs.decode, codecs.encode):
        with pytest.raises(Exception, match=f"Content type {kind} is not supported") as raised:
            convert("{}", kind)
        assert type(raised.value).__name__ == "UnsupportedFormatError"


@pytest.mark.parametrize(
    ("architecture", "task"),
    [
        ("BertForSequenceClassification", "text-classification"),
        ("TapasForQuestionAnswering", "question-answering"),
        ("GPT2LMHeadModel", "text-generation"),
        ("MTModel", "text2text-generation"),
    ],
)
def test_the_task_is_told_by_the_architecture(tmp_path: Any, architecture: str, task: str) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"architectures": [architecture, "Other"]}), encoding="utf-8")
    assert pipelines.task_of(str(config)) == task


@pytest.mark.parametrize(
    ("config", "error", "text"),
    [
        ({"architectures": ["BertModel"]}, ValueError, "couldn't be inferenced from BertModel"),
        ({}, AttributeError, "NoneType"),
        ({"architectures": []}, IndexError, "out of range"),
    ],
)
def test_a_config_that_tells_no_task(tmp_path: Any, config: Any, error: Any, text: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(error, match=text):
        STACK.default_model_fn(str(tmp_path))


def test_a_directory_that_tells_no_task(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match=r"define one of the following .* as env 'HF_TASK'") as raised:
        STACK.default_model_fn(str(tmp_path))
    assert raised.value.args[1] == 403


@pytest.mark.parametrize(
    ("files", "env", "needs"),
    [
        ((), {}, True),
        (("pytorch_model.bin",), {}, True),
        (("config.json",), {}, False),
        ((), {"HF_TASK": "fill-mask"}, False),
    ],
)
def test_what_the_default_model_needs(files: Any, env: Any, needs: bool) -> None:
    assert (STACK.default_model_fn_needs(files, env) is not None) is needs


def test_a_saved_model_is_loaded_as_a_pipeline(tmp_path: Any, monkeypatch: Any) -> None:
    transformers = pytest.importorskip("transformers", reason="the default model is a pipeline of transformers")
    pytest.importorskip("torch", reason="the pipeline runs on torch")
    monkeypatch.setenv("HF_TASK", "to be taken off again")
    monkeypatch.delenv("HF_TASK")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]), encoding="utf-8")
    transformers.BertTokenizerFast(str(vocabulary)).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=7, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    model = STACK.default_model_fn(str(tmp_path))
    (found,) = STACK.default_predict_fn({"inputs": "good"}, model)
    assert set(found) == {"label", "score"}


SIGNATURES = [
    "lambda: None",
    "lambda a: None",
    "lambda a, b: None",
    "lambda a, b=1: None",
    "lambda a, b, c: None",
    "lambda a, b, c=1: c",
    "lambda a, b, c, d: None",
    "lambda *a: len(a)",
    "lambda a, b, **k: None",
    "lambda a, b, *, k=1: k",
    "max",
    "int",
    "__import__('functools').partial(lambda a, b: a)",
    "__import__('functools').partial(lambda a: a)",
]


@pytest.mark.parametrize("name", ["model_fn", "input_fn", "transform_fn"])
@pytest.mark.parametrize("source", SIGNATURES)
def test_parameters_are_counted_as_by_the_real_toolkit(source: str, name: str) -> None:
    pytest.importorskip("mms.service", reason="compares with multi-model-server, which is not installed")
    module = pytest.importorskip(
        "sagemaker_huggingface_inference_toolkit.handler_service",
        reason="compares with the real toolkit, which is not installed",
    )
    function = eval(source)
    handler = module.HuggingFaceHandlerService()
    handler.context = Context(None)
    default = {
        "model_fn": handler.__class__.load,
        "input_fn": handler.__class__.preprocess,
        "transform_fn": handler.__class__.transform_fn,
    }[name]

    def ours() -> Any:
        return STACK.bind(name, function, handler.context) is not function

    def theirs() -> Any:
        return bool(handler.function_extra_arg(default, function))

    assert outcome(ours) == outcome(theirs)


def outcome(call: Any) -> Any:
    try:
        return call()
    except Exception as error:
        return type(error).__name__, str(error)
