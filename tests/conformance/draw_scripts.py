"""Draws small handler scripts: odd parameters, returns, raises and bindings."""

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

_MODEL = """import functools
import json
import numpy as np

class M:
    def predict(self, x, **k): return [[1.0]]
    def __call__(self, x, *a, **k): return [[2.0]]
    def to(self, d): return self
    def eval(self): return self

class Odd:
    def __repr__(self): return "Odd()"

class Refused(Exception):
    status_code = 418

class Silent(Exception):
    def __str__(self): raise RuntimeError("no text")

class Text(str):
    pass
"""

# Parameters, and an expression that shows what came.
_PARAMETERS = {
    "model_fn": [
        ("model_dir", "M()"),
        ("model_dir, context", "M()"),
        ("model_dir, context=None", "M()"),
        ("*args", "M()"),
        ("model_dir, *, device='cpu'", "M()"),
        ("model_dir, **k", "M()"),
        ("", "M()"),
    ],
    "input_fn": [
        ("data, content_type", "data"),
        ("data, content_type", "[type(data).__name__, content_type]"),
        ("data, content_type, context", "[type(data).__name__, type(context).__name__]"),
        ("data, content_type, context=None", "[type(data).__name__, context is None]"),
        ("data, content_type='x', context=None, extra=1", "data"),
        ("*args", "[type(one).__name__ for one in args]"),
        ("data, *args", "[type(one).__name__ for one in args]"),
        ("data, content_type, **k", "[type(data).__name__, sorted(k)]"),
        ("data, content_type, *, context=None", "[type(data).__name__, context is None]"),
        ("data", "[type(data).__name__]"),
        ("content_type, data", "[type(data).__name__]"),
        ("", "[1]"),
    ],
    "predict_fn": [
        ("data, model", "[[3.0]]"),
        ("data, model", "model.predict(data)"),
        ("data, model", "[type(data).__name__, type(model).__name__]"),
        ("data, model, context", "[type(context).__name__]"),
        ("data, model, context", "context.get_all_request_header(0)"),
        ("data, model, context=None", "[context is None]"),
        ("*args", "[type(one).__name__ for one in args]"),
        ("data, model, **k", "sorted(k)"),
        ("data", "[1]"),
    ],
    "output_fn": [
        ("prediction, accept", "json.dumps(prediction)"),
        ("prediction, accept", "str(prediction)"),
        ("prediction, accept", "(str(prediction), accept)"),
        ("prediction, accept", "accept"),
        ("prediction, accept, context", "type(context).__name__"),
        ("prediction, accept, context", "str(context.get_request_header(0, 'Accept'))"),
        ("prediction, accept, context=None", "str(context is None)"),
        ("*args", "str(len(args))"),
        ("prediction, accept, **k", "str(sorted(k))"),
        ("prediction", "str(prediction)"),
    ],
    "transform_fn": [
        ("model, data, content_type, accept", "str([type(data).__name__, content_type, accept])"),
        ("model, data, content_type, accept", "(str(data), accept)"),
        ("model, data, content_type, accept, context", "type(context).__name__"),
        ("model, data, content_type, accept, context=None", "str(context is None)"),
        ("*args", "str(len(args))"),
        ("model, data", "'x'"),
    ],
}
# How many of these, from the first, every toolkit can call.
_USUAL = {"input_fn": 2, "predict_fn": 3, "output_fn": 4, "transform_fn": 2}
_RETURNED = [
    "None",
    "''",
    "b''",
    "'text'",
    "b'\\xff'",
    "bytearray(b'ab')",
    "memoryview(b'ab')",
    "'\\u00e9\\u4e2d'",
    "'\\ud800'",
    "Text('text')",
    "0",
    "5",
    "2.5",
    "True",
    "float('nan')",
    "[]",
    "[1, 'a', None]",
    "[b'a']",
    "{}",
    "{'a': 1}",
    "{'predictions': [1.5]}",
    "{1: 2, None: 3}",
    "{(1, 2): 3}",
    "{'a': float('inf')}",
    "{1}",
    "Odd()",
    "Odd",
    "np.array([1.5])",
    "np.float64(1.5)",
    "np.int64(5)",
    "[np.float32(1)]",
    "iter([1])",
    "(x for x in [1])",
    "()",
    "('a',)",
    "('a', 'text/plain')",
    "(b'a', 'application/octet-stream')",
    "('a', None)",
    "('a', '')",
    "('a', 5)",
    "('a', 'text/\\u00e9')",
    "('a', 'text/plain', 'b')",
    "('a', 201)",
    "(None, 'text/plain')",
    "({'a': 1}, 'application/json')",
    "([1, 2], 'text/csv')",
    "(np.array([1]), 'application/json')",
    "['a', 'text/plain']",
]
_RAISED = [
    "ValueError('no')",
    "ValueError()",
    "ValueError('')",
    "ValueError('a', 5)",
    "ValueError('a\\nb')",
    "ValueError('a\\r\\nb')",
    "ValueError('caf\\u00e9')",
    "ValueError('x' * 300)",
    "ValueError(b'a')",
    "ValueError(ValueError('inner'))",
    "KeyError('k')",
    "KeyError()",
    "IndexError('list index out of range')",
    "TypeError('no')",
    "AttributeError('no')",
    "NotImplementedError('no')",
    "OSError(2, 'gone')",
    "AssertionError()",
    "RuntimeError(5)",
    "MemoryError()",
    "StopIteration(3)",
    "Refused('teapot')",
    "Silent('x')",
    "5",
    "SystemExit(3)",
    "json.JSONDecodeError('no', '[', 1)",
    "UnicodeDecodeError('utf-8', b'\\xff', 0, 1, 'invalid start byte')",
]
_TOOLKIT = [
    "errors.BaseInferenceToolkitError(422, 'message', 'phrase')",
    "errors.BaseInferenceToolkitError(404, 'message', 'caf\\u00e9')",
    "errors.BaseInferenceToolkitError(404, 'two\\nlines', 'two\\nlines')",
    "errors.BaseInferenceToolkitError('404', 'message', 'phrase')",
    "errors.BaseInferenceToolkitError(200, 'message', 'phrase')",
    "errors.BaseInferenceToolkitError(404, 'message', None)",
    "errors.BaseInferenceToolkitError(404, None, 'phrase')",
    "errors.UnsupportedFormatError('text/x')",
    "errors.GenericInferenceToolkitError(413)",
    "errors.GenericInferenceToolkitError(413, 'message')",
    "errors.GenericInferenceToolkitError(599, 'message', 'phrase')",
]
_CONTEXT = [
    "context.set_response_status(201, 'made')",
    "context.set_response_status(204)",
    "context.set_response_status(code=503, phrase='busy')",
    "context.set_response_status('201', 'made')",
    "context.set_response_status(201, 'caf\\u00e9')",
    "context.set_response_status(201, 5)",
    "context.set_response_status(None)",
    "context.set_response_content_type(0, 'text/x')",
    "context.set_response_header(0, 'X-A', 'b')",
    "context.set_response_header(0, 'X-A', 5)",
    "context.set_response_header(0, 'X-A', 'caf\\u00e9')",
    "context.set_response_header(1, 'X-A', 'b')",
    "context.metrics.add_counter('a', 1)",
    "context.set_all_response_status(202, 'all')",
    "context.get_request_header(0, 'Content-Type').upper()",
]
_BINDINGS = {
    "model_fn": ["None", "lambda model_dir: M()", "lambda *a: M()", "M", "functools.partial(lambda a, b: M(), 1)"],
    "input_fn": [
        "None",
        "0",
        "lambda data, content_type: data",
        "lambda *a: len(a)",
        "json.loads",
        "len",
        "str",
        "dict",
        "type('C', (), {'__call__': lambda self, data, content_type: 'called'})()",
        "functools.partial(lambda a, data, ct: [a, type(data).__name__], 1)",
        "functools.partial(lambda data, ct, context=None: [context], context=5)",
    ],
    "predict_fn": [
        "None",
        "False",
        "lambda data, model: [1]",
        "max",
        "M().predict",
        "staticmethod(lambda data, model: [1])",
        "functools.lru_cache(lambda data, model: [1])",
        "functools.partial(lambda a, data, model: [a], 1)",
        "'predict'",
    ],
    "output_fn": ["None", "''", "lambda prediction, accept: 'x'", "print", "str", "json.dumps", "lambda p, a: (p, a)"],
}
_ASYNC = ["async def predict_fn(data, model):\n    return [1]\n", "def predict_fn(data, model):\n    yield [1]\n"]
_HOOKS = [
    "def pre_model_fn(model_dir):\n    pass\n",
    "def pre_model_fn():\n    pass\n",
    "def pre_model_fn(model_dir, context):\n    pass\n",
    "def pre_model_fn(model_dir):\n    raise ValueError('pre')\n",
    "def model_warmup_fn(model_dir, model):\n    pass\n",
    "def model_warmup_fn(model_dir):\n    pass\n",
    "def model_warmup_fn(model_dir, model, context):\n    pass\n",
    "def model_warmup_fn(model_dir, model):\n    raise KeyError('warm')\n",
    "pre_model_fn = 5\n",
    "model_warmup_fn = None\n",
]
_TOP = ["raise ValueError('top')\n", "import no_such_module_abc\n", "def\n", "raise SystemExit(4)\n", "1 / 0\n"]
_TYPES = ["application/json"] * 6 + ["text/csv", "application/x-npy", "text/plain", "text/csv; header=present", None]
_ACCEPTS = ["application/json"] * 4 + [None, "*/*", "text/csv", "application/json, text/csv", "text/plain"]


class _Dice:
    """Plain chances: Hypothesis would favour the ends of every range, and most scripts would not load."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(number)

    def of(self, few: int, many: int) -> bool:
        return self._random.randrange(many) < few

    def one(self, values: Sequence[Any]) -> Any:
        return self._random.choice(values)


def _function(dice: _Dice, name: str, oddness: int) -> str:
    """Return the source of one function; of `oddness` in ten the body is odd."""
    if name in _BINDINGS and dice.of(oddness, 20):
        return f"{name} = {dice.one(_BINDINGS[name])}\n"
    if name == "predict_fn" and dice.of(1, 30):
        return str(dice.one(_ASYNC))
    usual = _USUAL.get(name, 1)
    parameters, shown = dice.one(_PARAMETERS[name][:usual] if dice.of(11, 12) else _PARAMETERS[name][usual:])
    lines = []
    if "context" in parameters and name != "model_fn" and dice.of(1, 2):
        lines.append(dice.one(_CONTEXT))
    if not dice.of(oddness, 10):
        lines.append(f"return {shown}")
    elif dice.of(1, 2) and name != "model_fn":
        lines.append(f"return {dice.one(_RETURNED)}")
    elif dice.of(1, 3):
        lines += ["from sagemaker_inference import errors", f"raise {dice.one(_TOOLKIT)}"]
    else:
        lines.append(f"raise {dice.one(_RAISED)}")
    body = "".join(f"    {line}\n" for line in lines)
    return f"def {name}({parameters}):\n{body}"


def _script(number: int) -> tuple[str, str | None, str | None]:
    dice = _Dice(number)
    oddness = dice.one([0, 3, 6, 9])
    odd = dice.one(["input_fn", "predict_fn", "output_fn", "output_fn"])
    functions = []
    if dice.of(24, 25):
        functions.append(_function(dice, "model_fn", 3 if dice.of(1, 10) else 0))
    if dice.of(1, 7):
        functions.append(_function(dice, "transform_fn", oddness))
        if dice.of(1, 8):
            functions.append(_function(dice, "output_fn", 2))
    else:
        for name in ("input_fn", "predict_fn", "output_fn"):
            if name == odd or dice.of(7, 8):
                functions.append(_function(dice, name, oddness if name == odd else 1))
    if dice.of(1, 10):
        functions.append(dice.one(_HOOKS))
    if dice.of(1, 40):
        functions.append(dice.one(_TOP))
    return "\n".join([_MODEL, *functions]), dice.one(_TYPES), dice.one(_ACCEPTS)


def scripts() -> st.SearchStrategy[tuple[str, str | None, str | None]]:
    """Return (source, Content-Type, Accept)."""
    return st.integers(0, 2**63).map(_script)
