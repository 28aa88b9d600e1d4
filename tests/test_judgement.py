"""Whose failure it is, told of failures that really happened."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from serving import serve
from smcontract.endpoints import Exchange, Failure, Frame, LocalEndpoint
from smcontract.judgement import (
    blames_body_type,
    cannot_be_called,
    is_accident,
    is_deliberate,
    lacks_what_default_calls,
    refuses_by_status,
    responsible,
    user_frame,
    whatever_the_data,
)
from smcontract.script import Script, read_script
from smcontract.stacks import get_stack
from smcontract.violations import Request

SOURCE = """
    import json
    import helper

    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        body = body if isinstance(body, str) else bytes(body).decode()
        data = {}
        empty = []
        if content_type == "x/name":
            return undefined
        if content_type == "x/unbound":
            if body == "never":
                value = 1
            return value
        if content_type == "x/index":
            return empty[0]
        if content_type == "x/key":
            return data["key"]
        if content_type == "x/none":
            return None .strip()
        if content_type == "x/attribute":
            return empty.strip()
        if content_type == "x/type":
            return len(5)
        if content_type == "x/raise":
            raise KeyError("no such key")
        if content_type == "x/assert":
            assert data, "no data"
        if content_type == "x/library":
            return json.loads("{")
        if content_type == "x/library-key":
            import configparser
            return configparser.ConfigParser()["section"]
        if content_type == "x/helper":
            return helper.slip(data)
        if content_type == "x/helper-raise":
            return helper.refuse()
        if content_type == "x/helper-exec":
            return helper.evaluate()
        if content_type == "x/nan":
            return json.dumps(float("nan"), allow_nan=False)
        if content_type == "x/name-while-refusing":
            raise ValueError(undefined)
        if content_type == "x/name-in-except":
            try:
                return json.loads("{")
            except ValueError:
                return undefined
        return body

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return {}["key"]
"""

HELPER = """
def slip(data):
    return data["key"]


def refuse():
    raise ValueError("refused")


def evaluate():
    return eval("{}['key']")
"""


class Failing:
    """The script above, asked for one failure."""

    def __init__(self, directory: Path) -> None:
        self.code_dir = directory
        self.endpoint: LocalEndpoint = serve(directory, SOURCE, files={"helper.py": HELPER})
        self.script: Script = read_script(directory / "inference.py")

    def exchange(self, kind: str) -> Exchange:
        return self.endpoint.exchange(Request(body=b"1", content_type=f"x/{kind}", accept="application/json"))

    def failure(self, kind: str) -> Failure:
        failure = self.exchange(kind).failure
        assert failure is not None
        return failure


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failing]:
    found = Failing(tmp_path_factory.mktemp("failing"))
    with found.endpoint:
        yield found


ACCIDENTS = ["name", "unbound", "index", "key", "none", "helper", "name-while-refusing", "name-in-except"]
REFUSALS = ["raise", "assert", "library", "library-key", "helper-raise", "helper-exec", "attribute", "type", "nan"]


@pytest.mark.parametrize("kind", ACCIDENTS)
def test_slips_of_the_own_line_are_accidents(kind: str, failing: Failing) -> None:
    assert is_accident(failing.failure(kind), failing.script, failing.code_dir)


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_refuses_bad_data_is_none(kind: str, failing: Failing) -> None:
    assert not is_accident(failing.failure(kind), failing.script, failing.code_dir)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("raise", True),
        ("assert", True),
        ("helper-raise", True),
        ("nan", True),
        ("library", False),
        ("key", False),
        ("name", False),
    ],
)
def test_what_is_raised_on_purpose(kind: str, expected: bool, failing: Failing) -> None:
    assert is_deliberate(failing.failure(kind), failing.script, failing.code_dir) is expected


@pytest.mark.parametrize("kind", ["name", "key"])
def test_a_toolkits_own_error_is_a_refusal(kind: str, failing: Failing) -> None:
    failure = replace(failing.failure(kind), toolkit_error=True)
    assert is_deliberate(failure, failing.script, failing.code_dir)
    assert not is_accident(failure, failing.script, failing.code_dir)


def test_a_defaults_failure_is_no_accident_of_the_script(failing: Failing) -> None:
    failure = replace(failing.failure("key"), by="default")
    assert not is_accident(failure, failing.script, failing.code_dir)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("name", True), ("name-while-refusing", False), ("name-in-except", False), ("key", False), ("raise", False)],
)
def test_a_name_that_is_nowhere_fails_whatever_the_data(kind: str, expected: bool, failing: Failing) -> None:
    assert whatever_the_data(failing.failure(kind), failing.script, failing.code_dir) is expected


# Calls that a type checker would refuse.
def _foo(a: Any = 0) -> None:
    del a


def _pair(a: Any, b: Any, /, *, c: Any) -> None:
    del a, b, c


foo: Any = _foo
pair: Any = _pair
Foo: Any = type("Foo", (), {})
one: Any = lambda a: a  # noqa: E731
none: Any = lambda: 1  # noqa: E731
length: Any = len
predict: Any = operator.methodcaller("predict")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(lambda: foo(1, 2), True, id="from-to"),
        pytest.param(lambda: one(1, 2), True, id="one"),
        pytest.param(lambda: none(1, 2), True, id="none"),
        pytest.param(lambda: Foo(1, 2), True, id="no-arguments"),
        pytest.param(lambda: pair(1), True, id="missing"),
        pytest.param(lambda: pair(1, 2), True, id="missing-keyword"),
        pytest.param(lambda: pair(1, b=2, c=3), True, id="positional-only"),
        pytest.param(lambda: length(1, 2), True, id="builtin"),
        pytest.param(lambda: predict(1, 2), True, id="at-most"),
        pytest.param(lambda: length(5), False, id="another-type"),
        pytest.param(lambda: int("five"), False, id="a-value"),
    ],
)
def test_a_call_that_cannot_be_made(call: Callable[[], object], expected: bool) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    failure = replace(at(), type=caught.type.__name__, message=str(caught.value))
    assert cannot_be_called(failure) is expected


@pytest.mark.parametrize(
    ("kind", "file", "code"),
    [
        ("key", "inference.py", 'return data["key"]'),
        ("library", "inference.py", 'return json.loads("{")'),
        ("helper", "helper.py", 'return data["key"]'),
        ("helper-exec", "helper.py", "return eval(\"{}['key']\")"),
    ],
)
def test_the_innermost_frame_of_the_user_decides(kind: str, file: str, code: str, failing: Failing) -> None:
    frame = user_frame(failing.failure(kind), failing.code_dir)
    assert frame is not None
    assert (Path(frame.file), frame.code) == (failing.code_dir / file, code)


def test_a_frame_that_is_no_file_is_nobodys_wherever_we_stand(
    failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(failing.code_dir)
    frame = user_frame(failing.failure("helper-exec"), failing.code_dir)
    assert frame is not None
    assert Path(frame.file).name == "helper.py"


def at(*files: str) -> Failure:
    return Failure(
        stage="input_fn",
        by="script",
        type="KeyError",
        module="builtins",
        message="",
        frames=tuple(Frame(file=file, line=1, function="f", code="x") for file in files),
        missing_module=None,
        escapes=False,
        toolkit_error=False,
    )


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["/m/code/inference.py"], "/m/code/inference.py"),
        (["/m/code/inference.py", "/m/code/lib/helper.py"], "/m/code/lib/helper.py"),
        (["/m/code/inference.py", "/m/code2/other.py"], "/m/code/inference.py"),
        (["/m/code/inference.py", "/usr/lib/json.py"], "/m/code/inference.py"),
        (["/m/code/inference.py", "/m/code/venv/site-packages/numpy.py"], "/m/code/inference.py"),
        (["/m/code/inference.py", "/m/code/env/lib/python3.11/json/decoder.py"], "/m/code/inference.py"),
        (["/m/code/inference.py", "/m/code/.pyenv/versions/3.13.1/lib/python3.13t/ast.py"], "/m/code/inference.py"),
        (["/m/code/inference.py", "/m/code/usr/lib/python3/dist-packages/yaml.py"], "/m/code/inference.py"),
        (["/m/code/inference.py", "/m/code/lib/python/helper.py"], "/m/code/lib/python/helper.py"),
        (["/m/code/inference.py", "<string>", "inference.py"], "/m/code/inference.py"),
        (["/usr/lib/json.py"], None),
        ([], None),
    ],
)
def test_the_users_code_is_what_lies_in_the_code_directory(files: list[str], found: str | None) -> None:
    frame = user_frame(at(*files), Path("/m/code"))
    assert (None if frame is None else frame.file) == found


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    file = str(tmp_path / "real" / "inference.py")
    assert user_frame(at(file), tmp_path / "link") is not None


@pytest.mark.parametrize(
    ("stage", "by", "code"),
    [
        ("import", "script", "SMC201"),
        ("initialize", "script", "SMC202"),
        ("model_fn", "script", "SMC202"),
        ("model_fn", "default", "SMC102"),
        ("input_fn", "script", "SMC301"),
        ("predict_fn", "script", "SMC407"),
        ("output_fn", "script", "SMC601"),
        ("transform_fn", "script", "SMC601"),
        ("input_fn", "default", "SMC702"),
        ("predict_fn", "default", "SMC702"),
        ("output_fn", "default", "SMC508"),
        ("body", "script", "SMC601"),
    ],
)
def test_the_stage_that_fails_names_the_code(stage: str, by: str, code: str, failing: Failing) -> None:
    exchange = failing.exchange("key")
    failure = replace(failing.failure("key"), stage=stage, by=by)
    assert responsible(replace(exchange, failure=failure), get_stack("inference")) == code


def test_a_default_that_cannot_load_names_its_own_code(failing: Failing) -> None:
    failure = replace(failing.failure("key"), stage="model_fn", by="default")
    assert responsible(replace(failing.exchange("key"), failure=failure), get_stack("pytorch")) == "SMC209"


ENDS = """
    import os

    def model_fn(model_dir):
        return None

    def transform_fn(model, body, content_type, accept, context):
        body = bytes(body).decode()
        if body == "die":
            os._exit(1)
        if body == "hang":
            while True:
                pass
        if body == "leave":
            raise SystemExit(1)
        if body == "text":
            raise ValueError("caf\u00e9")
        if body == "no text":
            return {"a": object()}
        if body == "refuse":
            context.set_response_status(code=400, phrase="bad request")
            return "no"
        return "yes"
"""


@pytest.mark.parametrize(
    ("body", "code", "refuses"),
    [
        (b"die", "SMC605", False),
        (b"hang", "SMC604", False),
        (b"leave", "SMC605", False),
        (b"text", "SMC601", False),
        (b"no text", "SMC501", False),
        (b"refuse", None, True),
        (b"fine", None, False),
    ],
)
def test_how_a_request_ends_names_the_code(body: bytes, code: str | None, refuses: bool, tmp_path: Path) -> None:
    with serve(tmp_path, ENDS, timeout=1.0 if body == b"hang" else 20.0) as endpoint:
        exchange = endpoint.exchange(Request(body=body, content_type="application/octet-stream", accept="text/plain"))
    assert responsible(exchange, get_stack("inference")) == code
    assert refuses_by_status(exchange, get_stack("inference")) is refuses
    assert exchange.succeeded is (body == b"fine")


@pytest.mark.parametrize(
    ("stack", "model", "expected"),
    [
        ("sklearn", "object()", True),
        ("sklearn", "type('M', (), {'predict': lambda self, x: x.nothing})()", False),
        ("inference", "object()", False),
    ],
)
def test_a_model_that_lacks_what_the_default_calls(stack: str, model: str, expected: bool, tmp_path: Path) -> None:
    with serve(tmp_path, f"def model_fn(model_dir):\n    return {model}", stack=stack) as endpoint:
        exchange = endpoint.exchange(Request(body=b"1,2", content_type="text/csv", accept="text/csv"))
    failure = exchange.failure
    assert failure is not None
    assert (failure.stage, failure.by) == ("predict_fn", "default")
    assert lacks_what_default_calls(failure, get_stack(stack)) is expected
    assert responsible(exchange, get_stack(stack)) == ("SMC208" if expected else "SMC702")


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        ("AttributeError", "'Net' object has no attribute 'to'", True),
        ("AttributeError", "'Net' object has no attribute 'eval'", True),
        ("TypeError", "'dict' object is not callable", True),
        ("TypeError", "linear(): argument 'input' must be Tensor", False),
        ("AttributeError", "'Net' object has no attribute 'layer'", False),
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied", False),
    ],
)
def test_what_torchs_default_calls(kind: str, message: str, expected: bool, failing: Failing) -> None:
    failure = replace(failing.failure("key"), stage="predict_fn", by="default", type=kind, message=message)
    assert lacks_what_default_calls(failure, get_stack("pytorch")) is expected


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        ("return body.decode('utf-8')", b"1", True),
        ("return body + b'x'", b"1", True),
        ("return body + 1", b"1", False),
        ("import json; return json.loads(body)['a']['b']", b'{"a": 1}', False),
        ("if isinstance(body, bytes): return 1\n    raise ValueError('no bytes')", b"1", True),
        ("raise ValueError('never')", b"1", False),
    ],
)
def test_a_body_of_another_type_than_expected(line: str, body: bytes, expected: bool, tmp_path: Path) -> None:
    text = f"def model_fn(d): pass\ndef input_fn(body, content_type):\n    {line}\n"
    with serve(tmp_path, text) as endpoint:
        failure = endpoint.exchange(Request(body=body, content_type="text/csv", accept=None)).failure
    assert failure is not None
    assert failure.stage == "input_fn"
    assert blames_body_type(failure, read_script(tmp_path / "inference.py"), tmp_path) is expected
