"""What the tests of the checks of Accept share: a script whose output_fn is given."""

from __future__ import annotations

SCRIPT = """\
import json
import re

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(data, model):
    return data

def lines(prediction):
    return "".join(",".join(map(str, row)) + "\\n" for row in prediction)

def output_fn(prediction, accept):
"""


def script(*lines: str) -> str:
    """Return a script of JSON rows with these lines as the body of its output_fn."""
    return SCRIPT + "".join(f"    {line}\n" for line in lines)


BOTH = (
    'if accept == "application/json":',
    "    return json.dumps(prediction), accept",
    'if accept == "text/csv":',
    "    return lines(prediction), accept",
    "raise ValueError(accept)",
)
CSV_ALONE = ('if accept != "text/csv":', "    raise ValueError(accept)", "return lines(prediction), accept")
