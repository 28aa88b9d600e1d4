"""Where a handler can end without a value."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from smcontract.script.flow import Fall, ends_without_value

Judge = Callable[[str], list[Fall]]

HEAD = """\
import contextlib, json, logging, os, sys
from flask import abort
from sagemaker_inference import content_types
from helpers import refuse, check
logger = logging.getLogger(__name__)
TYPES = ("text/csv", "application/json")
TABLE = {"text/csv": 1, "application/json": 2}
def fail(kind):
    raise ValueError(kind)
def quit_with(kind):
    if kind:
        sys.exit(1)
    else:
        fail(kind)
def check_type(kind):
    if kind not in TYPES:
        raise ValueError(kind)
def check_size(data):
    if len(data) > 10:
        raise ValueError("too long")
def normal(kind):
    return kind.split(";")[0].strip().lower()
def only_tells(kind):
    print(kind)
"""


def _handler(name: str, body: str) -> str:
    signature = {
        "model_fn": "model_dir",
        "input_fn": "data, content_type",
        "predict_fn": "data, model",
        "output_fn": "prediction, accept",
        "transform_fn": "model, data, content_type, accept",
    }[name]
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{HEAD}def {name}({signature}):\n{lines}\n"


FIRST = HEAD.count("\n") + 2


@pytest.mark.parametrize(
    ("body", "line", "condition"),
    [
        pytest.param(
            "if accept == 'text/csv':\n    return prediction",
            1,
            "when accept is not 'text/csv'",
            id="if",
        ),
        pytest.param(
            "if accept == 'text/csv':\n    return 1\nelif accept == 'application/json':\n    return 2",
            3,
            "when accept is not 'text/csv' or 'application/json'",
            id="elif",
        ),
        pytest.param(
            "if accept in TYPES:\n    return 1",
            1,
            "when accept is not 'text/csv' or 'application/json'",
            id="constants",
        ),
        pytest.param(
            "if accept == content_types.CSV:\n    return 1",
            1,
            "when accept is not 'text/csv'",
            id="toolkit-constant",
        ),
        pytest.param(
            "if accept == 'text/csv':\n    body = 1\nelse:\n    return 2",
            1,
            "when accept is 'text/csv'",
            id="the-other-way",
        ),
        pytest.param(
            "if accept != 'text/csv':\n    logger.error('no %s', accept)\n    return\nreturn 1",
            3,
            "when accept is not 'text/csv'",
            id="bare-return",
        ),
        pytest.param(
            "if accept == 'text/csv':\n    return 1\nreturn None",
            3,
            "when accept is not 'text/csv'",
            id="return-none",
        ),
        pytest.param(
            "body = None\nif accept == 'text/csv':\n    body = 1\nreturn body",
            4,
            "when accept is not 'text/csv'",
            id="a-name-that-is-none",
        ),
        pytest.param(
            "if accept.lower() == 'text/csv':\n    return 1",
            1,
            "when accept.lower() is not 'text/csv'",
            id="lower",
        ),
        pytest.param(
            "kind = normal(accept)\nif kind == 'text/csv':\n    return 1",
            2,
            "when kind is not 'text/csv'",
            id="through-a-helper",
        ),
        pytest.param(
            "if accept.startswith('text/'):\n    if accept == 'text/csv':\n        return 1\nelse:\n    return 2",
            2,
            "when accept is not 'text/csv' and `accept.startswith('text/')` is true",
            id="within",
        ),
        pytest.param(
            "if not accept == 'text/csv':\n    print(accept)\nelse:\n    return 1",
            1,
            "when accept is not 'text/csv'",
            id="not",
        ),
        pytest.param(
            "if accept == 'text/csv' or accept == 'a/b':\n    return 1",
            1,
            "when accept is not 'text/csv' or 'a/b'",
            id="or",
        ),
        pytest.param(
            "match accept:\n    case 'text/csv' | 'a/b':\n        return 1",
            1,
            "when accept is not 'text/csv' or 'a/b'",
            id="match",
        ),
        pytest.param(
            "match accept:\n    case 'text/csv':\n        return 1\n    case _:\n        print(accept)",
            4,
            "when accept is not 'text/csv'",
            id="match-wildcard",
        ),
        pytest.param(
            "if accept == 'text/csv':\n    for row in prediction:\n        print(row)\nelse:\n    return 1",
            1,
            "when accept is 'text/csv'",
            id="loop-that-returns-nothing",
        ),
        pytest.param(
            "while True:\n    if accept == 'text/csv':\n        return 1\n    break",
            2,
            "when accept is not 'text/csv'",
            id="while-true-with-break",
        ),
        pytest.param(
            "if accept == 'text/csv':\n    return 1\nonly_tells(accept)",
            1,
            "when accept is not 'text/csv'",
            id="helper-that-returns",
        ),
        pytest.param(
            "if prediction is None:\n    raise ValueError\nif accept == 'text/csv':\n    return 1",
            3,
            "when accept is not 'text/csv'",
            id="after-a-refusal-of-something-else",
        ),
        pytest.param(
            "check_size(prediction)\nif accept == 'text/csv':\n    return 1",
            2,
            "when accept is not 'text/csv'",
            id="after-a-check-of-something-else",
        ),
        pytest.param(
            "if isinstance(prediction, list):\n    prediction = str(prediction)\n"
            "if accept == 'text/csv':\n    return 1",
            3,
            "when accept is not 'text/csv'",
            id="after-branches-that-meet",
        ),
        pytest.param(
            "for row in prediction:\n    if not row:\n        continue\n    print(row)\n"
            "if accept == 'text/csv':\n    return 1",
            5,
            "when accept is not 'text/csv'",
            id="after-a-loop",
        ),
        pytest.param(
            "with open('x') as f:\n    if accept == 'text/csv':\n        return f",
            2,
            "when accept is not 'text/csv'",
            id="with",
        ),
        pytest.param(
            "try:\n    if accept == 'text/csv':\n        return 1\nfinally:\n    print(accept)",
            2,
            "when accept is not 'text/csv'",
            id="try-finally",
        ),
        pytest.param(
            "try:\n    return json.dumps(prediction)\nexcept Exception as error:\n    print(error)",
            3,
            "when the exception caught on line {3} is raised",
            id="swallowed-exception",
        ),
        pytest.param(
            "def encode(x):\n    return x\nif accept == 'text/csv':\n    return encode(1)",
            3,
            "when accept is not 'text/csv'",
            id="nested-function",
        ),
    ],
)
def test_ends_of_output_fn(falls: Judge, body: str, line: int, condition: str) -> None:
    (fall,) = falls(_handler("output_fn", body))

    assert fall.line == FIRST + line - 1
    assert fall.condition == condition.replace("{3}", str(FIRST + 2))
    assert fall.unreachable_returns == ()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("return prediction", id="return"),
        pytest.param("raise NotImplementedError", id="always-raises"),
        pytest.param("if accept == 'text/csv':\n    return 1\nraise ValueError(accept)", id="raise"),
        pytest.param("if accept == 'text/csv':\n    return 1\nassert False, accept", id="assert-false"),
        pytest.param("if accept == 'text/csv':\n    return 1\nfail(accept)", id="helper-that-raises"),
        pytest.param("if accept == 'text/csv':\n    return 1\nelse:\n    quit_with(accept)", id="helper-that-exits"),
        pytest.param("if accept == 'text/csv':\n    return 1\nx = fail(accept)", id="assigned-from-it"),
        pytest.param("if accept == 'text/csv':\n    return 1\nsys.exit(1)", id="sys-exit"),
        pytest.param("if accept == 'text/csv':\n    return 1\nos._exit(1)", id="os-exit"),
        pytest.param("if accept == 'text/csv':\n    return 1\nexit()", id="exit"),
        pytest.param("if accept == 'text/csv':\n    return 1\nabort(415)", id="flask-abort"),
        pytest.param("if accept == 'text/csv':\n    return 1\nrefuse(accept)", id="unknown-call"),
        pytest.param("if accept == 'text/csv':\n    return 1\nrefuse()", id="unknown-call-of-nothing"),
        pytest.param("if accept == 'text/csv':\n    return 1\nelse:\n    return 2", id="else"),
        pytest.param(
            "check_type(accept)\nif accept == 'text/csv':\n    return 1\n"
            "elif accept == 'application/json':\n    return 2",
            id="checked-before-by-a-helper",
        ),
        pytest.param(
            "if accept not in TYPES:\n    raise ValueError\nif accept == 'text/csv':\n"
            "    return 1\nelif accept == 'application/json':\n    return 2",
            id="checked-before",
        ),
        pytest.param(
            "x = TABLE[accept]\nif accept == 'text/csv':\n    return 1\n"
            "elif accept == 'application/json':\n    return 2",
            id="looked-up-before",
        ),
        pytest.param("check(accept)\nif accept == 'text/csv':\n    return 1", id="checked-before-elsewhere"),
        pytest.param("x = check(accept)\nif accept == 'text/csv':\n    return 1", id="asked-before-elsewhere"),
        pytest.param("if check(accept):\n    return 1", id="decided-elsewhere"),
        pytest.param("if accept == 'text/csv':\n    return 1\nif accept != 'text/csv':\n    return 2", id="both-ways"),
        pytest.param(
            "if prediction:\n    return 1\nif not prediction:\n    return 2", id="both-ways-of-something-else"
        ),
        pytest.param(
            "if prediction is None:\n    return 1\nif prediction is not None:\n    return 2",
            id="is-and-is-not",
        ),
        pytest.param(
            "if isinstance(prediction, list):\n    return 1\nelif isinstance(prediction, dict):\n    return 2",
            id="on-the-data",
        ),
        pytest.param(
            "kind = 'a' if prediction else 'b'\nif kind == 'a':\n    return 1\nelif kind == 'b':\n    return 2",
            id="own-values",
        ),
        pytest.param("for kind in TYPES:\n    if kind == prediction:\n        return 1", id="search"),
        pytest.param("while True:\n    if accept == 'text/csv':\n        return 1", id="while-true"),
        pytest.param("while 1:\n    prediction.step()", id="endless"),
        pytest.param(
            "match accept:\n    case 'text/csv':\n        return 1\n    case _:\n        raise ValueError",
            id="match-wildcard-raises",
        ),
        pytest.param(
            "match accept:\n    case 'text/csv':\n        return 1\n    case other:\n        return other",
            id="match-capture",
        ),
        pytest.param("match prediction:\n    case [x]:\n        return 1", id="match-on-the-data"),
        pytest.param("match accept:\n    case str():\n        return 1", id="match-class"),
        pytest.param("try:\n    return json.dumps(prediction)\nexcept Exception:\n    raise", id="re-raised"),
        pytest.param(
            "try:\n    return json.dumps(prediction)\nexcept ImportError:\n    pass",
            id="exception-of-no-request",
        ),
        pytest.param("try:\n    x = 1\nfinally:\n    return 2", id="return-in-finally"),
        pytest.param("try:\n    raise ValueError\nexcept ValueError:\n    return 1", id="return-in-handler"),
        pytest.param(
            "try:\n    x = json.dumps(prediction)\nexcept ValueError:\n    raise\nelse:\n    return x",
            id="return-in-else",
        ),
        pytest.param(
            "for codec in ('utf-8', 'latin-1'):\n    try:\n"
            "        return prediction.decode(codec)\n    except Exception:\n        continue",
            id="tries-in-a-loop",
        ),
        pytest.param("with contextlib.suppress(ValueError):\n    return json.dumps(prediction)", id="suppress"),
        pytest.param("for x in prediction:\n    break\nelse:\n    raise ValueError\nreturn x", id="for-else"),
        pytest.param("yield prediction", id="generator"),
        pytest.param("return None", id="only-none"),
        pytest.param("print(prediction)\nreturn", id="only-bare"),
        pytest.param("global X\nX = accept\nif X == 'text/csv':\n    return 1\nelse:\n    return 2", id="global"),
        pytest.param("accept = os.environ['ACCEPT']\nif accept == 'text/csv':\n    return 1", id="not-the-request's"),
        pytest.param("for accept in TYPES:\n    pass\nif accept == 'text/csv':\n    return 1", id="bound-by-a-loop"),
        pytest.param("if accept is None:\n    return 1\nreturn 2", id="no-header"),
        pytest.param("if accept is None:\n    accept = 'text/csv'\nreturn TABLE[accept]", id="default-header"),
        pytest.param("return (accept == 'text/csv' and 1) or fail(accept)", id="or-fail"),
        pytest.param("if accept == 'text/csv':\n    return 1\nlogger.error(accept) or fail(accept)", id="tell-or-fail"),
    ],
)
def test_silence(falls: Judge, body: str) -> None:
    assert falls(_handler("output_fn", body)) == []


@pytest.mark.parametrize(
    ("name", "body", "lines", "unreachable"),
    [
        pytest.param("output_fn", "print(prediction)", [0], (), id="no-return"),
        pytest.param("predict_fn", "model.predict(data)", [0], (), id="value-forgotten"),
        pytest.param("predict_fn", "pass", [0], (), id="pass"),
        pytest.param("model_fn", "model = load(model_dir)", [0], (), id="model-forgotten"),
        pytest.param(
            "input_fn",
            "if content_type == 'text/csv':\n    rows = data.split(',')\nelse:\n    raise ValueError\n    return rows",
            [1],
            (5,),
            id="return-under-the-raise",
        ),
        pytest.param(
            "predict_fn",
            "if model is None:\n    raise ValueError\n    return model(data)",
            [3],
            (3,),
            id="return-under-the-raise-of-another-test",
        ),
        pytest.param(
            "input_fn",
            "if content_type == 'text/csv':\n    return data\n"
            "elif content_type == 'a/b':\n    rows = data\nelse:\n    raise ValueError\n    return rows",
            [3],
            (7,),
            id="one-type-of-two",
        ),
        pytest.param("predict_fn", "fail(model)\nreturn 1", [], (), id="always-fails"),
    ],
)
def test_returns_that_are_not_there_or_never_reached(
    falls: Judge, name: str, body: str, lines: list[int], unreachable: tuple[int, ...]
) -> None:
    found = falls(_handler(name, body))

    assert [fall.line - FIRST + 1 for fall in found] == lines
    assert all(fall.unreachable_returns == tuple(FIRST + n - 1 for n in unreachable) for fall in found)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("pass", id="pass"),
        pytest.param("'''No model.'''", id="docstring"),
        pytest.param("...", id="ellipsis"),
        pytest.param("return None", id="return-none"),
        pytest.param("print(model_dir)\nreturn", id="bare-return"),
        pytest.param("global MODEL\nMODEL = load(model_dir)", id="keeps-it-in-a-global"),
        pytest.param("globals()['MODEL'] = load(model_dir)", id="keeps-it-in-globals"),
        pytest.param("holder.model = load(model_dir)", id="keeps-it-in-an-attribute"),
        pytest.param("try:\n    return load(model_dir)\nexcept Exception as e:\n    print(e)", id="load-error"),
    ],
)
def test_a_model_fn_may_return_none_on_purpose(falls: Judge, body: str) -> None:
    assert falls(_handler("model_fn", body)) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param("d = json.loads(data)\nif 'a' in d:\n    return 1", ["when `'a' in d` is false"], id="key"),
        pytest.param(
            "d = json.loads(data)\nif d.get('kind') == 'x':\n    return 1",
            ["when `d.get('kind') == 'x'` is false"],
            id="value",
        ),
        pytest.param(
            "d = json.loads(data.decode())\nif 'a' in d:\n    return 1\nelif 'a' not in d:\n    return 2",
            [],
            id="key-both-ways",
        ),
        pytest.param("d = json.loads(data)\nif isinstance(d, dict):\n    return 1", [], id="type"),
        pytest.param("d = json.loads(data)\nif d:\n    return 1", [], id="truth"),
        pytest.param("d = json.loads(data)\nif len(d) > 3:\n    return 1", [], id="length"),
        pytest.param(
            "if isinstance(data, str):\n    return 1\nelif isinstance(data, bytes):\n    return 2",
            [],
            id="body",
        ),
        pytest.param("if hasattr(data, 'read'):\n    return 1", [], id="stream"),
        pytest.param(
            "try:\n    return json.loads(data)\nexcept ValueError:\n    print('bad')",
            ["when the exception caught on line {3} is raised"],
            id="malformed-body",
        ),
        pytest.param(
            "try:\n    return model_of(content_type)\nexcept ValueError:\n    print('bad')",
            [],
            id="other-exception",
        ),
    ],
)
def test_what_the_body_decides(falls: Judge, body: str, words: list[str]) -> None:
    found = falls(_handler("input_fn", body))

    assert [fall.condition for fall in found] == [word.replace("{3}", str(FIRST + 2)) for word in words]


def test_both_headers_of_transform_fn_are_tried(falls: Judge) -> None:
    (fall,) = falls(
        _handler(
            "transform_fn",
            "if content_type != 'text/csv':\n    raise ValueError\nif accept == 'a/b':\n    return model(data)",
        )
    )

    assert fall.condition == "when content_type is 'text/csv' and accept is not 'a/b'"
    assert dict(fall.example) == {"content_type": "text/csv", "accept": "application/x-unnamed"}


def test_every_end_is_told(falls: Judge) -> None:
    found = falls(
        _handler(
            "output_fn",
            "if accept == 'text/csv':\n    return\nif accept == 'a/b':\n    return 1\nprint(accept)",
        )
    )

    assert [(f.kind, f.condition) for f in found] == [
        ("bare return", "when accept is 'text/csv'"),
        ("falls through", "when accept is not 'text/csv' or 'a/b'"),
    ]


def test_tests_of_two_parts_are_no_opposites_where_one_part_is(falls: Judge) -> None:
    # Where the first does not hold, the second may not hold either.
    first = "if data.a == 1 and data.b == 2:\n    raise ValueError\n"
    second = "if data.a == 1 and data.b != 2:\n    print(data)\nelse:\n    return model(data)"

    assert falls(_handler("predict_fn", first + second)) == []


@pytest.mark.parametrize(
    "rebinding",
    ["encode = timed(encode)", "from fast import encode", "if x:\n    def encode(p): return 1", "encode += 1"],
)
def test_a_helper_that_is_bound_anew_is_not_taken_for_its_def(falls: Judge, rebinding: str) -> None:
    helper = f"def encode(p):\n    print(p)\n{rebinding}\n"

    assert falls(helper + "def output_fn(p, a):\n    if a == 'a/b':\n        return p\n    return encode(p)\n") == []


def test_the_name_it_serves_under_decides(falls: Judge) -> None:
    (fall,) = falls("def encode(p, kind):\n    if kind == 'a/b':\n        return p\noutput_fn = encode\n")

    assert fall.condition == "when kind is not 'a/b'"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("\n".join(f"if accept == 'a/{n}':\n    return {n}" for n in range(400)), id="many-ifs"),
        pytest.param(
            "if accept == 'a/0':\n    return 0\n"
            + "\n".join(f"elif prediction == {n}:\n    return {n}" for n in range(1, 90)),
            id="long-elif",
        ),
        pytest.param(
            "\n".join(" " * n + f"if prediction[{n}]:" for n in range(18)) + "\n" + " " * 18 + "return 1",
            id="deep",
        ),
    ],
)
def test_long_functions_end(falls: Judge, body: str) -> None:
    assert all(fall.condition for fall in falls(_handler("output_fn", body)))


def test_helpers_that_call_each_other_end() -> None:
    tree = ast.parse(
        "def a(x):\n    return b(x)\n"
        "def b(x):\n    return a(x)\n"
        "def output_fn(p, accept):\n    if a(accept) == 'a/b':\n        return 1\n"
    )
    function = tree.body[-1]
    assert isinstance(function, ast.FunctionDef)

    assert ends_without_value(function, tree) == []
