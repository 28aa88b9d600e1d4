import importlib.util
import json
import os
import sys
import types
from typing import Any

import pytest

from smcontract.runtime.service import Service
from smcontract.runtime.values import Values


def test_load_says_who_serves_what(script: Any, plain: Any) -> None:
    answer = script.load(plain)
    assert answer["ok"]
    assert answer["resolution"] == {
        name: {"by": "script"} for name in ("model_fn", "input_fn", "predict_fn", "output_fn")
    }
    assert answer["model"]["type"] == "builtins.int"
    assert answer["module_file"] == str(script.code / "inference.py")


@pytest.mark.parametrize(
    ("stack", "source", "resolution"),
    [
        ("inference", "def model_fn(d): return 1", ["script", "default", "missing", "default"]),
        ("sklearn", "def model_fn(d): return 1", ["script", "default", "default", "default"]),
        (
            "sklearn",
            "def model_fn(d): return 1\npredict_fn = None",
            ["script", "default", "default", "default"],
        ),
        (
            "pytorch",
            "def model_fn(d): return 1\nclass input_fn: pass",
            ["script", "script", "default", "default"],
        ),
    ],
)
def test_absent_functions_are_served_by_defaults(script: Any, stack: Any, source: Any, resolution: Any) -> None:
    answer = script.load(source, stack=stack)
    assert [entry["by"] for entry in answer["resolution"].values()] == resolution


def test_transform_fn_stands_for_three(script: Any) -> None:
    answer = script.load("def model_fn(d): return 1\ndef transform_fn(m, b, c, a): return f'{m}{b}{c}{a}'")
    assert answer["resolution"] == {"model_fn": {"by": "script"}, "transform_fn": {"by": "script"}}
    answer, blobs = script.invoke(b"x", "text/csv", "a/b")
    assert blobs == [b"1xtext/csva/b"]
    assert [stage["name"] for stage in answer["stages"]] == ["transform_fn"]


@pytest.mark.parametrize(
    ("source", "stage", "kind", "escapes"),
    [
        pytest.param("def model_fn(d:", "import", "SyntaxError", False, id="syntax"),
        pytest.param("1 / 0", "import", "ZeroDivisionError", False, id="raises at import"),
        pytest.param("import sys; sys.exit(3)", "import", "SystemExit", True, id="exits at import"),
        pytest.param("import no_such_thing", "import", "ModuleNotFoundError", False, id="missing package"),
        pytest.param("def model_fn(d): open(d + '/x')", "model_fn", "FileNotFoundError", False, id="model"),
        pytest.param("def model_fn(): pass", "model_fn", "TypeError", False, id="parameters"),
        pytest.param("model_fn = None", "model_fn", "TypeError", False, id="model_fn is None"),
        pytest.param("x = 1", "model_fn", "NotImplementedError", False, id="no model_fn"),
        pytest.param("def transform_fn(*a): pass\npredict_fn = print", "initialize", "ValueError", False, id="mixed"),
    ],
)
def test_load_failures(script: Any, source: Any, stage: Any, kind: Any, escapes: Any) -> None:
    answer = script.load(source)
    assert not answer["ok"]
    failure = answer["failure"]
    assert (failure["stage"], failure["type"], failure["escapes"]) == (stage, kind, escapes)


def test_a_failure_shows_the_scripts_line(script: Any) -> None:
    source = "def helper(x):\n    return 1 / x\ndef model_fn(d): return 1\ndef input_fn(b, c):\n    return helper(0)\n"
    script.load(source)
    failure = script.invoke()[0]["failure"]
    file = str(script.code / "inference.py")
    assert failure["frames"] == [
        {"file": file, "line": 5, "function": "input_fn", "code": "return helper(0)"},
        {"file": file, "line": 2, "function": "helper", "code": "return 1 / x"},
    ]
    assert (failure["stage"], failure["by"], failure["message"]) == ("input_fn", "script", "division by zero")


def test_a_syntax_error_has_its_line(script: Any) -> None:
    failure = script.load("x = 1\ny = = 2\n")["failure"]
    assert (failure["frames"][-1]["line"], failure["frames"][-1]["code"]) == (2, "y = = 2")


def test_a_missing_package_is_named(script: Any) -> None:
    assert script.load("import no_such_thing.deep")["failure"]["missing_module"] == "no_such_thing"


def test_an_endless_recursion_keeps_the_first_and_last_frames(script: Any) -> None:
    script.load("def model_fn(d): return 1\ndef input_fn(b, c): return again(0)\ndef again(n): return again(n + 1)")
    failure = script.invoke()[0]["failure"]
    assert failure["type"] == "RecursionError"
    assert len(failure["frames"]) == 30
    assert failure["frames"][0]["function"] == "input_fn"


@pytest.mark.parametrize("raised", ["SystemExit(3)", "KeyboardInterrupt()"])
def test_an_exit_in_its_own_process_is_a_death(tmp_path: Any, raised: Any) -> None:
    (tmp_path / "inference.py").write_text(f"def model_fn(d): pass\ndef input_fn(b, c): raise {raised}")
    service = Service(owns_process=True)
    load = {
        "op": "load",
        "module": "inference",
        "code_dir": str(tmp_path),
        "model_dir": None,
        "stack": "inference",
    }
    try:
        assert service.handle(load, [])[0]["ok"]
        answer, _ = service.handle({"op": "invoke"}, [b""])
    finally:
        service.close()
    assert answer["dies"]
    assert answer["failure"]["escapes"]


def test_the_users_own_interrupt_passes_through_a_shared_process(script: Any) -> None:
    script.load("def model_fn(d): pass\ndef input_fn(b, c): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        script.invoke()


@pytest.mark.parametrize(
    ("raised", "kind"),
    [("pytest.exit('enough')", "Exit"), ("pytest.fail('late')", "Failed"), ("raise bdb.BdbQuit", "BdbQuit")],
)
@pytest.mark.parametrize("function", ["model_fn(d)", "input_fn(b, c)"])
def test_what_controls_the_tests_passes_through_a_shared_process(
    script: Any, raised: Any, kind: Any, function: Any
) -> None:
    source = f"import bdb, pytest\ndef model_fn(d): pass\ndef {function}: {raised}"
    raised_there = None
    try:
        script.load(source)
        script.invoke()
    except BaseException as error:
        raised_there = type(error).__name__
    assert raised_there == kind


def test_stages_are_exported_on_demand(script: Any, plain: Any) -> None:
    script.load(plain)
    answer, blobs = script.invoke(export=["input_fn", "output_fn"])
    assert [stage.get("export", {}).get("value") for stage in answer["stages"]] == [[1, 2], None, "[2, 4]"]
    assert (answer["status"], answer["content_type"], blobs[answer["body"]]) == (
        200,
        "application/json",
        b"[2, 4]",
    )


@pytest.mark.parametrize(
    ("body_type", "expected"),
    [(None, "bytearray"), ("str", "str"), ("bytes", "bytes"), ("bytearray", "bytearray")],
)
def test_the_body_type_can_be_another(script: Any, body_type: Any, expected: Any) -> None:
    script.load("def model_fn(d): pass\ndef input_fn(b, c): return type(b).__name__\npredict_fn = lambda d, m: d")
    answer, _ = script.invoke(b"x", "image/png", body_type=body_type, export=["input_fn"])
    assert answer["stages"][0]["export"]["value"] == expected


def test_headers_reach_the_context(script: Any) -> None:
    script.load(
        "def model_fn(d): pass\n"
        "def transform_fn(m, b, c, a, context):\n"
        "    context.set_response_status(202)\n"
        "    return context.get_all_request_header(0)\n"
    )
    answer, (body,) = script.invoke(b"", None, "text/csv")
    assert answer["status"] == 202
    # The servers' service.py puts what was said of the one input before the request's own headers.
    assert json.loads(body) == {"body": {"content-type": ""}, "Accept": "text/csv"}


def test_a_status_of_one_request_does_not_stay(script: Any) -> None:
    script.load(
        "def model_fn(d): pass\n"
        "def transform_fn(m, b, c, a, context):\n"
        "    if b: context.set_response_status(404, 'gone')\n"
        "    return 'x'\n"
    )
    assert [script.invoke(body, "a/b")[0]["status"] for body in (b"x", b"")] == [404, 200]


def test_the_default_accept_is_read_before_the_script_runs(script: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv")
    script.load(
        "import os\nos.environ['SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT'] = 'a/b'\n"
        "def model_fn(d): pass\ndef transform_fn(m, b, c, a): return a\n"
    )
    assert script.invoke()[1] == [b"text/csv"]


def test_masked_functions_are_served_by_defaults_and_the_model_stays(script: Any, plain: Any) -> None:
    script.load("loads = []\n" + plain.replace("return 2", "loads.append(1); return len(loads)"))
    answer = script.load(mask=["input_fn", "output_fn"])
    assert [entry["by"] for entry in answer["resolution"].values()] == [
        "script",
        "default",
        "script",
        "default",
    ]
    assert script.invoke(mask=["output_fn"])[1] == [b"[1, 2]"]
    assert script.invoke()[1] == [b"[1, 2]"]


def test_a_masked_model_fn_is_the_defaults(script: Any, plain: Any) -> None:
    script.load(plain)
    assert script.load(mask=["model_fn"])["failure"]["by"] == "missing"
    answer, _ = script.invoke(mask=["model_fn"])
    assert (answer["status"], answer["failure"]["stage"]) == (500, "model_fn")
    assert script.invoke()[0]["status"] == 200


def test_hooks_run_around_the_model(script: Any) -> None:
    source = (
        "calls = []\n"
        "def pre_model_fn(d): calls.append('pre')\n"
        "def model_fn(d): calls.append('model'); return calls\n"
        "def model_warmup_fn(d, m): calls.append('warm')\n"
        "def transform_fn(m, b, c, a): return ','.join(m)\n"
    )
    script.load(source)
    assert script.invoke()[1] == [b"pre,model,warm"]
    script.load(stack="inference@1.5.5")
    assert script.invoke()[1] == [b"model"]


def test_calls_work_on_values_that_stay(script: Any, plain: Any) -> None:
    script.load(plain)
    argument = [{"blob": 0, "as": "str"}, {"plain": "application/json"}]
    parsed, _ = script.service.handle({"op": "call", "function": "input_fn", "arguments": argument}, [b"[1, 2]"])
    assert parsed["description"]["length"] == 2
    handle = parsed["value"]
    called = script.ask("call", function="predict_fn", by="auto", arguments=[{"value": handle}, {"model": True}])
    assert script.ask("export", value=called["value"]) == {"export": {"kind": "plain", "value": [2, 4]}}
    assert script.ask("forget", values=[handle, 99]) == {"ok": True}
    assert "no value" in script.ask("export", value=handle)["error"]


def test_a_call_can_ask_for_the_default(script: Any, plain: Any) -> None:
    script.load(plain)
    called = script.ask("call", function="output_fn", by="default", arguments=[{"plain": [1]}, {"plain": "text/csv"}])
    assert called["failure"] is None
    assert script.ask("export", value=called["value"])["export"]["value"] == ["1\n", "text/csv"]


def test_a_call_that_raises_tells_why(script: Any, plain: Any) -> None:
    script.load(plain)
    called = script.ask("call", function="predict_fn", arguments=[{"plain": 5}, {"model": True}])
    assert called["value"] is None
    assert (called["failure"]["stage"], called["failure"]["type"]) == ("predict_fn", "TypeError")


def test_facts_of_the_model(script: Any, plain: Any) -> None:
    script.load(plain)
    assert script.ask("facts") == {
        "type": "builtins.int",
        "n_features": None,
        "callable": False,
        "has_predict": False,
        "training": None,
    }


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({}, "malformed"),
        ({"op": "dance"}, "unknown op 'dance'"),
        ({"op": "invoke"}, "no script is loaded"),
        ({"op": "load"}, "malformed"),
        ({"op": "load", "stack": "keras"}, "unknown stack"),
        ({"op": "export", "value": [1]}, "no value"),
        ({"op": "forget"}, "malformed"),
        ({"op": ["x"]}, "malformed"),
    ],
    ids=str,
)
def test_messages_that_cannot_be_answered(message: Any, why: Any) -> None:
    service = Service()
    answer, blobs = service.handle(message, [])
    assert why in answer["error"]
    assert blobs == []
    assert service.handle({"op": "ping"}, [])[0] == {"ok": True, "pid": os.getpid()}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([{"value": 7}], "no value 7"),
        ([{"blob": 0, "as": "str"}], "malformed"),
        ([{}], "malformed"),
        ("x", "malformed"),
    ],
    ids=str,
)
def test_calls_that_cannot_be_made(script: Any, plain: Any, arguments: Any, why: Any) -> None:
    script.load(plain)
    assert why in script.ask("call", function="predict_fn", arguments=arguments)["error"]


def test_a_function_that_is_not_there_cannot_be_called(script: Any) -> None:
    script.load("def model_fn(d): pass")
    answer = script.ask("call", function="input_fn", by="script", arguments=[])
    assert answer["error"] == "the script has no input_fn"


def test_values_are_bounded(monkeypatch: Any) -> None:
    monkeypatch.setattr("smcontract.runtime.values.MAX_HANDLES", 1)
    values = Values()
    values.keep(1)
    with pytest.raises(Exception, match="forget some"):
        values.keep(2)


def test_loading_leaves_no_trace_after_close(tmp_path: Any) -> None:
    (tmp_path / "inference.py").write_text("import helper_of_test\ndef model_fn(d): return helper_of_test.X")
    (tmp_path / "helper_of_test.py").write_text("import sys\nX = 5\nsys.path.append('/nowhere')")
    before = (list(sys.path), list(sys.meta_path), "inference" in sys.modules)
    service = Service()
    message = {"op": "load", "module": "inference", "code_dir": str(tmp_path), "stack": "sklearn"}
    assert service.handle(message, [])[0]["ok"]
    assert sys.path[0] == str(tmp_path)
    service.close()
    assert (list(sys.path), list(sys.meta_path), "inference" in sys.modules) == before
    assert "helper_of_test" not in sys.modules
    assert "no script" in service.handle({"op": "invoke"}, [b""])[0]["error"]


def test_two_scripts_of_one_name_live_side_by_side(tmp_path: Any) -> None:
    services = []
    for number in (1, 2):
        code = tmp_path / str(number)
        code.mkdir()
        (code / "inference.py").write_text(
            "import helper_of_two\ndef model_fn(d): pass\ntransform_fn = helper_of_two.f"
        )
        (code / "helper_of_two.py").write_text(f"def f(m, b, c, a): return 'script {number}'")
        service = Service()
        services.append(service)
        message = {"op": "load", "module": "inference", "code_dir": str(code), "stack": "inference"}
        assert service.handle(message, [])[0]["ok"]
    answers = [service.handle({"op": "invoke"}, [b""])[1] for service in services]
    for service in reversed(services):
        service.close()
    assert answers == [[b"script 1"], [b"script 2"]]


def side_by_side(directory: Any, *names: Any) -> Any:
    services = []
    for name in names:
        code = directory / name
        code.mkdir(exist_ok=True)
        (code / "inference.py").write_text(
            "import helper_of_some\ndef model_fn(d): pass\n"
            "def transform_fn(m, b, c, a):\n    import helper_of_some, late_of_some\n"
            "    return helper_of_some.NAME + late_of_some.NAME"
        )
        for helper in ("helper_of_some", "late_of_some"):
            (code / (helper + ".py")).write_text(f"NAME = {name!r}\nimport sys\nsys.path.append('/nowhere')")
        services.append(Service())
        message = {"op": "load", "module": "inference", "code_dir": str(code), "stack": "inference"}
        assert services[-1].handle(message, [])[0]["ok"]
    return services


@pytest.mark.parametrize("names", ["ab", "abc", "aab", "aa", "aba"])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_scripts_may_be_closed_in_any_order(tmp_path: Any, names: Any, is_reversed: bool) -> None:
    module = types.ModuleType("inference")
    module.__file__ = "/elsewhere/inference.py"
    sys.modules["inference"] = module
    try:
        before = (list(sys.path), list(sys.meta_path))
        services = side_by_side(tmp_path, *names)
        left = list(zip(names, services, strict=True))
        while left:
            # The one that was loaded last finds what it imports when it is called.
            name, last = left[-1]
            assert last.handle({"op": "invoke"}, [b""])[1] == [(name * 2).encode()]
            left.pop(-1 if is_reversed else 0)[1].close()
        assert (list(sys.path), list(sys.meta_path)) == before
        assert sys.modules["inference"] is module
        assert not {"helper_of_some", "late_of_some"} & set(sys.modules)
    finally:
        del sys.modules["inference"]


def test_a_module_that_is_not_there_leaves_all_to_the_defaults(script: Any) -> None:
    answer = script.load(module="no_such_script", stack="sklearn")
    assert not answer["ok"]
    assert (answer["failure"]["stage"], answer["failure"]["by"]) == ("model_fn", "missing")


@pytest.mark.parametrize(
    "line",
    [
        "from sagemaker_inference import content_types, decoder, encoder, errors, utils",
        "import sagemaker_inference.errors",
        "from sagemaker_inference.default_inference_handler import DefaultInferenceHandler",
    ],
)
def test_a_containers_own_packages_can_be_imported(script: Any, line: Any) -> None:
    assert script.load(line + "\ndef model_fn(d): pass")["ok"]


@pytest.mark.skipif(
    importlib.util.find_spec("sagemaker_inference") is not None, reason="AWS's own package is installed"
)
def test_what_is_not_provided_of_a_package_is_a_missing_package(script: Any) -> None:
    failure = script.load("from sagemaker_inference import no_such_part")["failure"]
    assert failure["missing_module"] == "sagemaker_inference.no_such_part"


def test_the_framework_of_the_sklearn_container(script: Any) -> None:
    source = (
        "from sagemaker_containers.beta.framework import (\n"
        "    content_types, encoders, env, modules, transformer, worker)\n"
        "def model_fn(d): pass\n"
        "def transform_fn(m, b, c, a): return worker.Response(encoders.encode([1], a), mimetype=a)\n"
    )
    assert script.load(source, stack="sklearn")["ok"]
    assert script.invoke(accept="text/csv")[0]["content_type"] == "text/csv; charset=utf-8"
    assert not script.load(source, stack="inference")["ok"]


def test_warnings_of_the_script_are_no_errors(script: Any) -> None:
    script.load(
        "import warnings\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): warnings.warn('x'); return 'x'\n"
    )
    assert script.invoke()[0]["status"] == 200


def test_without_a_model_directory_there_is_an_empty_one(script: Any) -> None:
    script.load(
        "import os\ndef model_fn(d): return d\ndef transform_fn(m, b, c, a): return [m, os.listdir(m)]",
        model_dir=None,
    )
    import json

    directory, listing = json.loads(script.invoke()[1][0])
    assert listing == []
    script.service.close()
    assert not os.path.exists(directory)


@pytest.mark.parametrize(("raised", "dies"), [("RuntimeError('no class')", False), ("SystemExit(2)", True)])
def test_what_fails_when_the_server_looks_at_it_fails_in_the_last_function(script: Any, raised: Any, dies: Any) -> None:
    source = (
        "class Value:\n    def __getattribute__(self, name): raise {}\n"
        "def model_fn(d): return 1\ndef transform_fn(m, b, c, a): return Value()\n"
    )
    assert script.load(source.format(raised))["ok"]
    answer, _ = script.invoke()
    assert (answer["dies"], answer["failure"]["stage"], answer["failure"]["by"]) == (dies, "transform_fn", "script")
    assert answer["stages"][0]["value"]["type"].endswith("Value")
