"""SMC104 wrong-parameter-count."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc104_wrong_parameter_count import wrong_parameter_count
from smcontract.violations import Violation

Find = Callable[..., list[Violation]]

COUNTING = ["inference@1.7.0", "inference@1.7.1", "inference@1.10.1", "pytorch", "huggingface"]
BINDING = ["inference@1.5.5", "inference@1.6.0", "sklearn"]
PASSED = {"model_fn": 1, "input_fn": 2, "predict_fn": 2, "output_fn": 2, "transform_fn": 4}


def _define(name: str, count: int, *, defaults: int = 0) -> str:
    names = [f"a{n}" for n in range(count)]
    names[count - defaults :] = [f"{n}=None" for n in names[count - defaults :]]
    return f"def {name}({', '.join(names)}):\n    return 1\n"


@pytest.mark.parametrize("stack", COUNTING)
@pytest.mark.parametrize("name", PASSED)
@pytest.mark.parametrize(("more", "right"), [(-1, False), (0, True), (1, True), (2, False)])
def test_where_parameters_are_counted(find: Find, stack: str, name: str, more: int, right: bool) -> None:
    found = find(wrong_parameter_count, _define(name, PASSED[name] + more), stack=stack)

    assert [v.function for v in found] == ([] if right else [name])


@pytest.mark.parametrize(
    ("text", "right"),
    [
        pytest.param(_define("model_fn", 1), True, id="alone"),
        pytest.param(_define("model_fn", 2), False, id="context"),
        pytest.param(_define("model_fn", 2, defaults=1), True, id="context-that-may-be-left-out"),
        pytest.param(_define("model_fn", 3, defaults=2), False, id="two-more"),
        pytest.param(_define("model_fn", 2) + _define("transform_fn", 4), True, id="with-transform-fn"),
        pytest.param(_define("predict_fn", 3), True, id="predict-fn"),
    ],
)
def test_mxnet_calls_model_fn_without_the_context_first(find: Find, text: str, right: bool) -> None:
    found = find(wrong_parameter_count, text, stack="mxnet")

    assert (not found) is right
    assert all("container passes 1" in violation.message for violation in found)


@pytest.mark.parametrize("stack", BINDING)
@pytest.mark.parametrize("name", PASSED)
@pytest.mark.parametrize(("more", "right"), [(-1, False), (0, True), (1, False), (2, False)])
def test_where_arguments_must_fit(find: Find, stack: str, name: str, more: int, right: bool) -> None:
    found = find(wrong_parameter_count, _define(name, PASSED[name] + more), stack=stack)

    assert [v.function for v in found] == ([] if right else [name])


def test_defaults_help_only_where_arguments_must_fit(find: Find) -> None:
    text = _define("input_fn", 4, defaults=2)

    assert find(wrong_parameter_count, text, stack="sklearn") == []
    (violation,) = find(wrong_parameter_count, text, stack="inference")
    assert violation.message == "input_fn takes 2 to 4 arguments, and the container passes 2"


def test_the_message_is_the_toolkit_s(find: Find) -> None:
    (violation,) = find(wrong_parameter_count, "x = 1\ndef input_fn(data):\n    return data\n")

    assert violation.message == "input_fn takes 1 argument, and the container passes 2"
    assert violation.expected == "input_fn(data, content_type), or one more parameter for the context"
    assert violation.got == "input_fn(data)"
    assert violation.on_sagemaker.status == 500
    assert "input_fn takes 1 arguments but 2 were given." in violation.on_sagemaker.message
    assert (violation.line, violation.column) == (2, 1)


def test_a_context_where_none_is_passed(find: Find) -> None:
    (violation,) = find(wrong_parameter_count, "def predict_fn(d, m, context): return d", stack="sklearn")

    assert violation.fix == "sklearn@2.8.6.post2 passes no context: define predict_fn(data, model)"


def test_model_fn_fails_at_load_under_flask(find: Find) -> None:
    (flask,) = find(wrong_parameter_count, "def model_fn(): return 1", stack="sklearn")
    (served,) = find(wrong_parameter_count, "def model_fn(): return 1")

    assert flask.on_sagemaker.status is None
    assert served.on_sagemaker.status == 500


@pytest.mark.parametrize(
    ("stack", "count"), [("inference@1.5.5", 0), ("sklearn", 0), ("inference@1.6.0", 2), ("inference", 2)]
)
def test_hooks_are_judged_where_they_are_called(find: Find, stack: str, count: int) -> None:
    text = "def pre_model_fn(): pass\ndef model_warmup_fn(a): pass\n"

    assert len(find(wrong_parameter_count, text, stack=stack)) == count


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def input_fn(*args): return 1", id="varargs"),
        pytest.param("def input_fn(data, content_type, **kwargs): return 1", id="kwargs"),
        pytest.param("def input_fn(data, content_type, *, strict=True): return 1", id="keyword-only"),
        pytest.param("@app.wrap\ndef input_fn(data): return 1", id="unknown-decorator"),
        pytest.param("input_fn = make()", id="made"),
        pytest.param("from elsewhere import input_fn", id="imported"),
        pytest.param("class Handler:\n    def input_fn(self): return 1", id="method"),
        pytest.param("if x:\n    def input_fn(data): return 1", id="perhaps"),
        pytest.param("def input_fn(data, content_type, /): return 1", id="positional-only"),
        pytest.param("@torch.no_grad()\ndef predict_fn(data, model): return 1", id="known-decorator"),
        pytest.param("def helper(): pass", id="other-name"),
    ],
)
def test_silence(find: Find, text: str, stack: str) -> None:
    assert find(wrong_parameter_count, text, stack=stack) == []


def test_what_stands_behind_a_name_counts(find: Find) -> None:
    found = find(
        wrong_parameter_count,
        "from helpers import output_fn\ninput_fn = lambda data: data\ndef go(data): return data\npredict_fn = go\n",
        siblings={"helpers.py": "def output_fn(prediction): return prediction"},
    )

    assert [v.function for v in found] == ["input_fn", "predict_fn", "output_fn"]
