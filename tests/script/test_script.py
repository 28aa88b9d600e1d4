"""A script as a whole."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import pytest

from smcontract.script import Script

Read = Callable[..., Script]

TEXT = '''
"""A handler."""
import json
import os

import joblib


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(data, content_type):
    if content_type == "application/json":
        return json.loads(data)["instances"]
    raise ValueError(content_type)


def output_fn(prediction, accept):  # smcontract: ignore[SMC119]
    if accept != "text/csv":
        raise ValueError(accept)
    return ",".join(prediction)
'''


def test_all_facts_of_a_handler(read: Read) -> None:
    script = read(TEXT)

    assert script.problem is None
    assert script.is_handler
    assert script.family == "sagemaker"
    assert list(script.functions) == ["model_fn", "input_fn", "output_fn"]
    assert [f.line for f in script.functions.values()] == [9, 13, 19]
    assert script.content_types == ("application/json",)
    assert script.accepts == ("text/csv",)
    assert script.json_keys == ("instances",)
    assert [i.name for i in script.imports] == ["json", "os", "joblib"]
    assert script.is_ignored("SMC119", 21)
    assert script.is_refusal(16)
    assert script.lines[8] == "def model_fn(model_dir):"


def test_a_script_does_not_change(read: Read) -> None:
    script = read(TEXT)

    with pytest.raises(dataclasses.FrozenInstanceError):
        script.source = ""  # type: ignore[misc]
    with pytest.raises(TypeError):
        script.functions["x"] = script.functions["model_fn"]  # type: ignore[index]


def test_the_same_text_has_the_same_digest(read: Read) -> None:
    assert read(TEXT).sha256 == read(TEXT).sha256
    assert read(TEXT).sha256 != read(TEXT + "\n").sha256


def test_reading_takes_milliseconds(read: Read) -> None:
    read(TEXT)
    start = time.perf_counter()
    read(TEXT)

    assert time.perf_counter() - start < 0.1
