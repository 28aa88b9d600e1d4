"""Whole handlers of the shapes that public repositories have, each a known trap for false alarms."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.flow import ends_without_value

Read = Callable[..., Script]

LOGGED_REFUSAL = """
    import json, logging
    logger = logging.getLogger(__name__)
    JSON_CONTENT_TYPE = "application/json"

    def model_fn(model_dir):
        logger.info("loading %s", model_dir)
        try:
            return load(model_dir)
        except Exception:
            logger.exception("no model")
            raise

    def input_fn(serialized, content_type=JSON_CONTENT_TYPE):
        logger.info("content type %s", content_type)
        if content_type == JSON_CONTENT_TYPE:
            return json.loads(serialized)
        message = f"unsupported {content_type}"
        logger.error(message)
        raise ValueError(message)

    def predict_fn(data, model):
        with torch.no_grad():
            return model(data)

    def output_fn(prediction, accept=JSON_CONTENT_TYPE):
        if accept == JSON_CONTENT_TYPE:
            return json.dumps(prediction), accept
        raise Exception(f"unsupported {accept}")
"""

TABLE_OF_DECODERS = """
    import json
    from sagemaker_inference import content_types, errors

    def _csv(text):
        return [float(x) for x in text.split(",")]

    DECODERS = {content_types.CSV: _csv, content_types.JSON: json.loads}

    def model_fn(model_dir):
        global MODEL
        MODEL = load(model_dir)

    def input_fn(body, content_type):
        try:
            return DECODERS[content_type](body)
        except KeyError:
            raise errors.UnsupportedFormatError(content_type)

    def output_fn(prediction, accept):
        for kind in accept.split(","):
            if kind in DECODERS:
                return str(prediction)
        raise errors.UnsupportedFormatError(accept)
"""

REFUSING_HELPER = """
    import sys
    from flask import abort

    class Unsupported(Exception):
        pass

    def _refuse(kind, supported):
        text = "got {}, know {}".format(kind, supported)
        if kind:
            raise Unsupported(text)
        abort(415)

    def transform_fn(model, data, content_type, accept):
        if content_type == "text/csv":
            rows = data.splitlines()
        elif content_type == "application/json":
            rows = [data]
        else:
            _refuse(content_type, ["text/csv", "application/json"])
        result = model.predict(rows)
        if accept == "text/csv":
            return "\\n".join(result), accept
        _refuse(accept, ["text/csv"])
"""

BODY_BY_TYPE = """
    import io, json

    def input_fn(body, content_type):
        if isinstance(body, str):
            return json.loads(body)
        elif isinstance(body, (bytes, bytearray)):
            return json.loads(body.decode())

    def predict_fn(data, model):
        outputs = []
        for row in data:
            if not row:
                continue
            outputs.append(model(row))
        return outputs

    def output_fn(prediction, accept):
        match accept:
            case "text/csv":
                with io.StringIO() as stream:
                    stream.write(str(prediction))
                    return stream.getvalue()
            case "application/json" | "*/*":
                return json.dumps(prediction)
            case _:
                raise ValueError(accept)
"""


@pytest.mark.parametrize(
    ("text", "content_types", "accepts"),
    [
        pytest.param(LOGGED_REFUSAL, ("application/json",), ("application/json",), id="logged-refusal"),
        pytest.param(
            TABLE_OF_DECODERS,
            ("text/csv", "application/json"),
            ("text/csv", "application/json"),
            id="table-of-decoders",
        ),
        pytest.param(REFUSING_HELPER, ("text/csv", "application/json"), ("text/csv",), id="helper-that-refuses"),
        pytest.param(BODY_BY_TYPE, (), ("text/csv", "application/json"), id="body-by-type"),
    ],
)
def test_a_right_script(read: Read, text: str, content_types: tuple[str, ...], accepts: tuple[str, ...]) -> None:
    script = read(text)

    assert script.problem is None
    assert script.tree is not None
    assert script.content_types == content_types
    assert script.accepts == accepts
    for name, function in script.functions.items():
        assert isinstance(function.node, ast.FunctionDef)
        assert ends_without_value(function.node, script.tree, name=name) == [], name
