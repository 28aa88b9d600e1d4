"""The script on this machine: loaded once, asked often, started again when it dies."""

import contextlib
import gc
import importlib.util
import json
import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serving import ECHO, JSON_HANDLER, is_alive, serve, target_of, wait_until
from smcontract.endpoints import MODEL, Ended, LocalEndpoint
from smcontract.endpoints._channel import ChannelEnded
from smcontract.stacks import get_stack
from smcontract.violations import Request
from support import write_script

OTHER_PYTHONS = sorted(
    path
    for path in Path.home().glob(".pyenv/versions/3.*/bin/python")
    if re.match(r"3\.(8|9|1\d)\.", path.parent.parent.name)
    and not path.parent.parent.name.startswith(f"{sys.version_info[0]}.{sys.version_info[1]}.")
)
COUNTING = """
    import os

    def model_fn(model_dir):
        with open(os.path.join(model_dir, "loads"), "a") as file:
            file.write("x")
        return {"requests": 0}

    def transform_fn(model, body, content_type, accept):
        model["requests"] += 1
        body = bytes(body).decode()
        if body == "die":
            print("last words", flush=True)
            os._exit(9)
        if body == "hang":
            while True:
                pass
        if body == "exit":
            raise SystemExit("leaving")
        return f"{os.getpid()} {model['requests']}"
"""


EXPORTS = """
    import json

    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        return eval(bytes(body).decode() if not isinstance(body, str) else body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return "done"
"""


@pytest.fixture(scope="module")
def exporting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEndpoint]:
    """Evaluates what it is sent."""
    with serve(tmp_path_factory.mktemp("exporting"), EXPORTS, timeout=60.0) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def doubling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEndpoint]:
    """Doubles tables of numbers, from JSON to JSON."""
    with serve(tmp_path_factory.mktemp("doubling"), JSON_HANDLER) as endpoint:
        yield endpoint


def request(body: bytes = b"", content_type: str | None = None, accept: str | None = None) -> Request:
    return Request(body=body, content_type=content_type, accept=accept)


def counting(directory: Path, **keywords: Any) -> LocalEndpoint:
    return serve(directory, COUNTING, files={"model/keep": ""}, **keywords)


def loads(directory: Path) -> int:
    return len((directory / "model" / "loads").read_text())


def test_a_request_is_answered(doubling: LocalEndpoint) -> None:
    response = doubling.invoke(b"[[1, 2]]", "application/json")
    assert (response.status, response.body, response.content_type) == (200, b"[[2, 4]]", "application/json")
    assert response.error is None


@pytest.mark.parametrize("body", [b"[[1]]", "[[1]]", bytearray(b"[[1]]")], ids=["bytes", "text", "bytearray"])
def test_a_body_is_bytes_or_text(body: Any, doubling: LocalEndpoint) -> None:
    assert doubling.invoke(body, "application/json").body == b"[[2]]"


def test_a_refusal_says_why(tmp_path: Path) -> None:
    with serve(tmp_path, JSON_HANDLER) as endpoint:
        response = endpoint.invoke(b"1", "text/plain")
        exchange = endpoint.exchange(request(b"1", "text/plain"))
    assert response.status == 500
    assert "send application/json" in (response.error or "")
    assert exchange.failure is not None
    assert (exchange.failure.stage, exchange.failure.type) == ("input_fn", "ValueError")
    assert exchange.failure.frames[-1].file == str(tmp_path / "inference.py")
    assert exchange.failure.frames[-1].code == 'raise ValueError("send application/json")'


def test_the_model_is_loaded_once(tmp_path: Path) -> None:
    with counting(tmp_path) as endpoint:
        answers = [endpoint.invoke(b"").body.split() for _ in range(3)]
    assert [count for _, count in answers] == [b"1", b"2", b"3"]
    assert len({pid for pid, _ in answers}) == 1
    assert loads(tmp_path) == 1


def test_nothing_starts_before_the_first_request(tmp_path: Path) -> None:
    with counting(tmp_path):
        pass
    assert not (tmp_path / "model" / "loads").exists()


@pytest.mark.parametrize(
    ("body", "ended", "death"),
    [
        (b"die", Ended.DIED, "it exited with status 9"),
        (b"hang", Ended.TIMED_OUT, "no answer within 0.5 s"),
    ],
)
def test_after_a_death_it_starts_again(body: bytes, ended: Ended, death: str, tmp_path: Path) -> None:
    with counting(tmp_path, timeout=0.5) as endpoint:
        first = endpoint.invoke(b"").body.split()[0]
        exchange = endpoint.exchange(request(body))
        assert (exchange.ended, exchange.death, exchange.response) == (ended, death, None)
        assert not exchange.succeeded
        assert endpoint.deaths == 1
        second, count = endpoint.invoke(b"").body.split()
    assert (count, loads(tmp_path)) == (b"1", 2)
    assert first != second
    assert not is_alive(int(first))


def test_the_last_words_stand_in_the_exchange(tmp_path: Path) -> None:
    with counting(tmp_path) as endpoint:
        assert endpoint.exchange(request(b"die")).output == "last words"


def test_a_client_is_told_of_a_death_as_of_an_error(tmp_path: Path) -> None:
    with counting(tmp_path) as endpoint:
        response = endpoint.invoke(b"die")
    assert (response.status, json.loads(response.body)["message"]) == (500, "Worker died.")
    assert response.content_type == "application/json"
    assert response.error == "it exited with status 9"


@pytest.mark.parametrize(
    ("stack", "status", "body"),
    [("inference", 500, b"Worker died."), ("sklearn", 502, b"")],
)
@pytest.mark.parametrize("ending", ["sys.exit(3)", "os._exit(3)"])
def test_a_client_is_told_of_a_dead_worker_by_its_server(
    stack: str, status: int, body: bytes, ending: str, tmp_path: Path
) -> None:
    source = f"import os, sys\ndef model_fn(d): pass\ndef input_fn(b, c): {ending}\ndef predict_fn(d, m): pass"
    with serve(tmp_path, source, stack=stack) as endpoint:
        response = endpoint.invoke(b"1", "text/csv")
    assert response.status == status
    assert body in response.body
    assert response.error


COUNTER = """
    import sys

    calls = 0

    def model_fn(model_dir):
        return None

    def transform_fn(model, body, content_type, accept):
        global calls
        calls += 1
        if body == b"exit":
            sys.exit(3)
        if body == b"text":
            raise ValueError("\u00e9")
        return str(calls), "text/plain"
"""


@pytest.mark.parametrize("isolation", ["process", "none"])
@pytest.mark.parametrize("ending", [b"exit", b"text"])
def test_a_dead_worker_starts_anew(ending: bytes, isolation: str, tmp_path: Path) -> None:
    with serve(tmp_path, COUNTER, isolation=isolation) as endpoint:
        assert [endpoint.invoke(b"").body for _ in range(2)] == [b"1", b"2"]
        assert endpoint.invoke(ending).status == 500
        assert endpoint.deaths == 1
        assert endpoint.invoke(b"").body == b"1"


def test_a_search_starts_anew_what_ended_and_not_what_its_server_cannot_send(tmp_path: Path) -> None:
    with serve(tmp_path, COUNTER) as endpoint:
        endpoint.exchange(request(b"text"))
        assert (endpoint.deaths, endpoint.invoke(b"").body) == (0, b"2")
        endpoint.exchange(request(b"exit"))
        assert (endpoint.deaths, endpoint.invoke(b"").body) == (1, b"1")


def test_an_error_while_loading_is_answered_as_the_stack_does(tmp_path: Path) -> None:
    with serve(tmp_path, "def model_fn(model_dir): raise ValueError('no model')") as endpoint:
        responses = [endpoint.invoke(b"1", "text/csv") for _ in range(2)]
    assert [response.status for response in responses] == [500, 500]
    assert all(b"ValueError: no model" in response.body for response in responses)
    assert responses[0].error == "ValueError: no model"


def test_a_thread_that_ends_takes_no_process_along(tmp_path: Path) -> None:
    with serve(tmp_path, COUNTER) as endpoint:
        thread = threading.Thread(target=endpoint.invoke, args=(b"",))
        thread.start()
        thread.join()
        assert endpoint.invoke(b"").body == b"2"
        assert endpoint.deaths == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_of_this_process_can_start_scripts_too(tmp_path: Path) -> None:
    with serve(tmp_path, COUNTER) as endpoint:
        assert endpoint.invoke(b"").body == b"1"
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException), serve(tmp_path, COUNTER) as forked:
                status = 0 if forked.invoke(b"").body == b"1" else 2
            os._exit(status)
        assert os.waitpid(child, 0)[1] == 0


def test_an_exit_is_told_and_ends_the_servers_worker(tmp_path: Path) -> None:
    with counting(tmp_path) as endpoint:
        exchange = endpoint.exchange(request(b"exit"))
        assert exchange.failure is not None
        assert exchange.failure.type == "SystemExit"
        assert exchange.failure.escapes
        assert exchange.response is None
        assert exchange.instead is not None
        assert endpoint.invoke(b"").body.split()[1] == b"1"


@pytest.mark.parametrize(
    ("source", "stage", "kind"),
    [
        ("import no_such_package", "import", "ModuleNotFoundError"),
        ("def model_fn(model_dir):\n    return model_dir['x']", "model_fn", "TypeError"),
        ("raise SystemExit(1)", "import", "SystemExit"),
        ("def f(:", "import", "SyntaxError"),
    ],
)
def test_a_script_that_does_not_load_answers_every_request_so(
    source: str, stage: str, kind: str, tmp_path: Path
) -> None:
    with serve(tmp_path, source) as endpoint:
        loaded = endpoint.load()
        exchange = endpoint.exchange(request())
    assert not loaded.ok
    assert loaded.failure is not None
    assert (loaded.failure.stage, loaded.failure.type) == (stage, kind)
    assert exchange.failure == loaded.failure
    assert exchange.response is not None
    assert exchange.response.status == 500


@pytest.mark.parametrize(
    ("source", "ended", "death"),
    [
        ("import os\nprint('bye', flush=True)\nos._exit(4)", Ended.DIED, "it exited with status 4"),
        ("print('bye', flush=True)\nwhile True: pass", Ended.TIMED_OUT, "no answer within 2 s"),
        ("import os\nprint('bye', flush=True)\ndef model_fn(d): os.abort()", Ended.DIED, "it was ended by SIGABRT"),
    ],
)
def test_a_death_while_loading_is_not_tried_again(source: str, ended: Ended, death: str, tmp_path: Path) -> None:
    with serve(tmp_path, source, load_timeout=2.0 if ended is Ended.TIMED_OUT else 20.0) as endpoint:
        loaded = endpoint.load()
        again = [endpoint.exchange(request()) for _ in range(2)]
        assert endpoint.deaths == 1
    assert (loaded.ok, loaded.ended, loaded.death, loaded.failure) == (False, ended, death, None)
    assert loaded.output == "bye"
    assert {(exchange.ended, exchange.death) for exchange in again} == {(ended, death)}


def test_loading_has_a_time_limit_of_its_own(tmp_path: Path) -> None:
    slow = "import time\ntime.sleep(0.6)\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): return 'x'"
    with serve(tmp_path, slow, timeout=0.5, load_timeout=20.0) as endpoint:
        assert endpoint.load().seconds >= 0.6
        assert endpoint.invoke(b"").status == 200


def test_what_was_loaded_is_told(tmp_path: Path) -> None:
    with serve(tmp_path, JSON_HANDLER.replace("def output_fn", "def _unused")) as endpoint:
        loaded = endpoint.load()
    assert loaded.by == {
        "model_fn": "script",
        "input_fn": "script",
        "predict_fn": "script",
        "output_fn": "default",
    }
    assert loaded.model is not None
    assert loaded.model.type == "builtins.int"
    assert loaded.module_file == str(tmp_path / "inference.py")


TELLS_TYPES = """
    import json

    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        return json.loads(body)

    def predict_fn(data, model):
        return [type(data).__name__]

    def output_fn(prediction, accept):
        return "as " + prediction[0], "text/plain"
"""


def test_a_mask_lets_the_default_take_over(tmp_path: Path) -> None:
    asked = request(b"[[1]]", "application/json")
    with serve(tmp_path, TELLS_TYPES) as endpoint:
        answers = {}
        for mask in ((), ("input_fn",), ("output_fn",), ("input_fn", "output_fn"), ()):
            exchange = endpoint.exchange(asked, mask=mask)
            assert exchange.response is not None
            answers[mask] = exchange.response.body
            assert {stage.name for stage in exchange.stages if stage.by == "default"} == set(mask)
            loaded = endpoint.load(mask)
            assert {name for name, by in (loaded.by or {}).items() if by == "default"} == set(mask)
    assert answers == {
        (): b"as list",
        ("input_fn",): b"as ndarray",
        ("output_fn",): b'["list"]',
        ("input_fn", "output_fn"): b'["ndarray"]',
    }


def test_a_masked_model_fn_leaves_the_loaded_model_alone(tmp_path: Path) -> None:
    with serve(tmp_path, JSON_HANDLER) as endpoint:
        assert endpoint.invoke(b"[[1]]", "application/json").status == 200
        masked = endpoint.load(("model_fn",))
        assert not masked.ok
        assert masked.failure is not None
        assert (masked.failure.stage, masked.failure.by) == ("model_fn", "default")
        assert endpoint.invoke(b"[[1]]", "application/json").status == 200


@pytest.mark.parametrize(
    ("expression", "type_name", "data"),
    [
        ("[1, 2.5, 'a', None, True]", "builtins.list", [1, 2.5, "a", None, True]),
        ("{'a': [1]}", "builtins.dict", {"a": [1]}),
        ("(1, 2)", "builtins.tuple", [1, 2]),
        ("'text'", "builtins.str", "text"),
        ("b'\\x00\\xff'", "builtins.bytes", b"\x00\xff"),
        ("bytearray(b'x')", "builtins.bytearray", b"x"),
        ("None", "builtins.NoneType", None),
    ],
)
def test_plain_values_are_exported(expression: str, type_name: str, data: Any, exporting: LocalEndpoint) -> None:
    exchange = exporting.exchange(request(expression.encode()), export=("input_fn",))
    stage, other = exchange.stage("input_fn"), exchange.stage("predict_fn")
    assert stage is not None
    assert other is not None
    assert (stage.value.type, stage.value.known, stage.value.data) == (type_name, True, data)
    assert (stage.value.is_none, other.value.known) == (data is None, False)


def test_values_that_are_no_data_are_told_by_their_type_alone(exporting: LocalEndpoint) -> None:
    exchange = exporting.exchange(request(b"object()"), export=("input_fn", "predict_fn"))
    assert [(stage.value.type, stage.value.known) for stage in exchange.stages[:2]] == [("builtins.object", False)] * 2


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", ">f8"])
@pytest.mark.parametrize("shape", [(2, 3), (0, 3), ()])
def test_arrays_are_exported(dtype: str, shape: tuple[int, ...], exporting: LocalEndpoint) -> None:
    expression = f"__import__('numpy').ones({shape}, {dtype!r})"
    stage = exporting.exchange(request(expression.encode()), export=("input_fn",)).stage("input_fn")
    assert stage is not None
    assert stage.value.type == "numpy.ndarray"
    assert (stage.value.dtype, stage.value.shape) == (str(np.dtype(dtype)), shape)
    assert (stage.value.data.dtype, stage.value.data.shape) == (np.dtype(dtype), shape)
    assert stage.value.data.all()


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_tensors_are_exported_as_arrays(exporting: LocalEndpoint) -> None:
    expression = b"__import__('torch').ones(2, 3, requires_grad=True) * 2"
    stage = exporting.exchange(request(expression), export=("input_fn",)).stage("input_fn")
    assert stage is not None
    assert (stage.value.type, stage.value.shape, stage.value.length) == ("torch.Tensor", (2, 3), 2)
    assert np.array_equal(stage.value.data, np.full((2, 3), 2, "float32"))


@pytest.mark.parametrize("body_type", ["str", "bytes", "bytearray"])
def test_a_body_can_be_handed_over_as_another_type(body_type: str, tmp_path: Path) -> None:
    source = ECHO.replace("return body,", "return type(body).__name__,")
    with serve(tmp_path, source) as endpoint:
        own = endpoint.exchange(request(b"x", "application/octet-stream"))
        other = endpoint.exchange(request(b"x", "application/octet-stream"), body_type=body_type)
    assert own.response is not None
    assert other.response is not None
    assert (own.response.body, other.response.body) == (b"bytearray", body_type.encode())


def test_single_functions_are_called(doubling: LocalEndpoint) -> None:
    data, failure = doubling.call("input_fn", "[[1, 2]]", "application/json")
    assert failure is None
    assert data is not None
    assert (data.type, data.data) == ("builtins.list", [[1, 2]])
    prediction, _ = doubling.call("predict_fn", data.data, MODEL)
    assert prediction is not None
    assert prediction.data == [[2, 4]]


@pytest.mark.parametrize(("argument", "type_name"), [(b"x", "bytes"), (bytearray(b"x"), "bytearray"), ("x", "str")])
def test_a_function_gets_bytes_as_bytes(argument: Any, type_name: str, tmp_path: Path) -> None:
    source = "def model_fn(d): pass\ndef input_fn(body, content_type): return [type(body).__name__, len(body)]"
    with serve(tmp_path, source) as endpoint:
        value, _ = endpoint.call("input_fn", argument, "text/plain")
    assert value is not None
    assert value.data == [type_name, 1]


def test_a_default_is_called_by_name(doubling: LocalEndpoint) -> None:
    value, _ = doubling.call("input_fn", "[[1, 2]]", "application/json", by="default")
    assert value is not None
    assert (value.type, value.shape) == ("numpy.ndarray", (1, 2))


def test_what_a_function_raises_comes_back(doubling: LocalEndpoint) -> None:
    value, failure = doubling.call("input_fn", "{", "application/json")
    assert value is None
    assert failure is not None
    assert (failure.stage, failure.type) == ("input_fn", "JSONDecodeError")


@pytest.mark.parametrize(
    ("function", "arguments", "by"),
    [("no_such_fn", (), "auto"), ("output_fn", ([], "x"), "script"), ("input_fn", (object(), "text/csv"), "auto")],
    ids=["no function", "not the script's", "no plain data"],
)
def test_a_call_that_makes_no_sense_is_a_value_error(
    function: str, arguments: tuple[Any, ...], by: str, tmp_path: Path
) -> None:
    with serve(tmp_path, "def model_fn(d): pass\ndef input_fn(b, c): return b") as endpoint:
        with pytest.raises(ValueError, match=r"."):
            endpoint.call(function, *arguments, by=by)
        assert endpoint.deaths == 0
        assert endpoint.call("input_fn", "x", "text/csv")[1] is None


def test_a_call_of_a_script_that_does_not_load_is_that_failure(tmp_path: Path) -> None:
    with serve(tmp_path, "import no_such_package") as endpoint:
        value, failure = endpoint.call("input_fn", "x", "text/csv")
    assert value is None
    assert failure is not None
    assert failure.missing_module == "no_such_package"


@pytest.mark.parametrize(
    "source",
    ["import os\nos._exit(3)", "import os\ndef model_fn(d): pass\ndef input_fn(b, c): os._exit(3)"],
    ids=["while loading", "in the function"],
)
def test_a_call_that_kills_says_so(source: str, tmp_path: Path) -> None:
    with serve(tmp_path, source) as endpoint:
        with pytest.raises(ChannelEnded, match="status 3"):
            endpoint.call("input_fn", "x", "text/csv")
        assert endpoint.deaths == 1


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("type('M', (), {'n_features_in_': 7, 'predict': print})()", {"n_features": 7, "has_predict": True}),
        ("print", {"n_features": None, "callable": True}),
        ("type('M', (), {'training': True})()", {"training": True, "callable": False}),
    ],
)
def test_facts_of_the_model(model: str, expected: dict[str, Any], tmp_path: Path) -> None:
    with serve(tmp_path, f"def model_fn(model_dir):\n    return {model}") as endpoint:
        facts = endpoint.facts()
    assert {key: facts[key] for key in expected} == expected


@pytest.mark.parametrize("source", ["import no_such_package", "import os\nos._exit(1)"], ids=["fails", "dies"])
def test_a_script_that_does_not_load_has_no_facts(source: str, tmp_path: Path) -> None:
    with serve(tmp_path, source) as endpoint:
        assert endpoint.facts() == {}


SURROUNDINGS = """
    import json, os, sys

    def model_fn(model_dir):
        return model_dir

    def transform_fn(model, body, content_type, accept):
        main = sys.modules["__main__"]
        return json.dumps([model, os.getcwd(), sys.path[0], __name__, getattr(main, "__file__", ""), sys.executable])
"""


@pytest.mark.parametrize(
    ("stack", "in_model_dir"),
    [(name, get_stack(name).working_directory == "model_dir") for name in ("inference", "pytorch", "sklearn")],
)
def test_the_working_directory_is_that_of_the_stack(stack: str, in_model_dir: bool, tmp_path: Path) -> None:
    code = tmp_path / "elsewhere"
    with serve(code, SURROUNDINGS, stack=stack, files={"model/keep": ""}) as endpoint:
        model_dir, cwd, first, name, main, _ = json.loads(endpoint.invoke(b"").body)
    assert model_dir == str(code / "model")
    assert (cwd == model_dir) is in_model_dir
    assert cwd not in (str(Path.cwd()), str(code))
    assert (first, name) == (str(code), "inference")
    assert Path(main).name == "__main__.py"


def test_both_kinds_of_working_directory_are_there_to_test() -> None:
    assert {get_stack(name).working_directory for name in ("inference", "pytorch", "sklearn")} == {
        "model_dir",
        "server",
    }


def test_without_a_model_directory_model_fn_gets_an_empty_one(tmp_path: Path) -> None:
    with serve(tmp_path, SURROUNDINGS) as endpoint:
        model_dir = Path(json.loads(endpoint.invoke(b"").body)[0])
        assert list(model_dir.iterdir()) == []
    assert not model_dir.exists()


@pytest.mark.parametrize("python", OTHER_PYTHONS, ids=lambda path: path.parent.parent.name)
def test_another_interpreter(python: Path, tmp_path: Path) -> None:
    source = "import sys\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): return '%d.%d.' % sys.version_info[:2]"
    with serve(tmp_path, source, python=str(python)) as endpoint:
        assert python.parent.parent.name.startswith(endpoint.invoke(b"").body.decode())


@pytest.mark.parametrize("isolation", ["process", "none"])
def test_large_bodies(isolation: str, tmp_path: Path) -> None:
    body = os.urandom(5_000_000)
    with serve(tmp_path, ECHO, isolation=isolation) as endpoint:
        response = endpoint.invoke(body, "application/octet-stream", "application/octet-stream")
    assert response.status == 200
    assert response.body == body


def test_closing_leaves_no_process_no_thread_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    threads = threading.active_count()
    write = "import tempfile\ndef model_fn(d): return tempfile.mkstemp()[1]\n"
    with serve(
        tmp_path, write + "def transform_fn(m, b, c, a):\n    import os; return f'{os.getpid()} {m}'"
    ) as endpoint:
        pid, file = endpoint.invoke(b"").body.decode().split()
        assert Path(file).is_relative_to(tmp_path / "temporary")
        assert Path(file).exists()
    assert not is_alive(int(pid))
    assert wait_until(lambda: threading.active_count() == threads)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_closing_leaves_no_descriptor_open(tmp_path: Path) -> None:
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("open descriptors are told by /proc")
    before = os.listdir("/proc/self/fd")
    with counting(tmp_path) as endpoint:
        endpoint.invoke(b"die")
        endpoint.invoke(b"")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    assert len(os.listdir("/proc/self/fd")) == len(before)
    assert [warning for warning in caught if "unclosed" in str(warning.message)] == []


def test_closing_calls_what_was_to_be_called(tmp_path: Path) -> None:
    called: list[str] = []
    with serve(tmp_path, ECHO) as endpoint:
        endpoint.on_close(lambda: called.append("first"))
        endpoint.on_close(lambda: called.append("second"))
        assert called == []
    endpoint.close()
    assert called == ["second", "first"]


def test_a_wait_that_is_broken_off_does_not_mix_up_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = """
        import time

        def model_fn(model_dir):
            return None

        def transform_fn(model, body, content_type, accept):
            time.sleep(float(body))
            return bytes(body)
    """
    with serve(tmp_path, slow) as endpoint:
        assert endpoint.invoke(b"0").body == b"0"
        timer = threading.Timer(0.2, os.kill, (os.getpid(), 2))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            endpoint.invoke(b"5")
        timer.join()
        assert endpoint.invoke(b"0.1").body == b"0.1"
        assert endpoint.deaths == 0


def test_without_isolation_it_answers_the_same(tmp_path: Path) -> None:
    before = (list(sys.path), os.getcwd(), dict(os.environ))
    with serve(tmp_path, JSON_HANDLER, isolation="none", environment={"EXTRA": "1"}) as endpoint:
        response = endpoint.invoke(b"[[1, 2]]", "application/json")
        refused = endpoint.invoke(b"1", "text/plain")
        assert "EXTRA" not in os.environ
    assert (response.status, response.body) == (200, b"[[2, 4]]")
    assert refused.status == 500
    assert (list(sys.path), os.getcwd(), dict(os.environ)) == before
    assert "inference" not in sys.modules


@pytest.mark.parametrize("isolation", ["process", "none"])
def test_a_client_s_request_looks_into_no_value(isolation: str, tmp_path: Path) -> None:
    source = """
        looked = []

        class Data:
            def __len__(self):
                looked.append(self)
                return 1

        def model_fn(model_dir):
            return None

        def input_fn(body, content_type):
            return Data()

        def predict_fn(data, model):
            return len(looked)

        def output_fn(prediction, accept):
            return str(prediction)
    """
    with serve(tmp_path, source, isolation=isolation) as endpoint:
        assert [endpoint.invoke(b"").body for _ in range(2)] == [b"0", b"0"]
        exchange = endpoint.exchange(request())
        assert [stage.name for stage in exchange.stages] == ["input_fn", "predict_fn", "output_fn"]
        assert endpoint.invoke(b"").body == b"1"


def test_a_model_directory_is_served_as_it_is_laid_out(tmp_path: Path) -> None:
    write_script(tmp_path / "code", SURROUNDINGS, files={"../weights.pkl": b"x"})
    target = target_of(tmp_path)
    with LocalEndpoint(target, get_stack("inference")) as endpoint:
        model_dir, _, first, name, *_ = json.loads(endpoint.invoke(b"").body)
    assert (model_dir, first, name) == (str(tmp_path), str(tmp_path / "code"), "inference")


def test_the_script_leaves_no_bytecode_beside_it(tmp_path: Path) -> None:
    with serve(tmp_path, "import helper\ndef model_fn(d): pass", files={"helper.py": "X = 1"}) as endpoint:
        assert endpoint.load().ok
    assert sorted(path.name for path in tmp_path.iterdir()) == ["helper.py", "inference.py"]
