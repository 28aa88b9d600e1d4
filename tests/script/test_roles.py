"""What parameters are meant for."""

from __future__ import annotations

import pytest

from smcontract.script.roles import ROLES, role_of


@pytest.mark.parametrize(
    ("function", "name", "role"),
    [
        ("model_fn", "model_dir", "model_dir"),
        ("model_fn", "path", "model_dir"),
        ("model_fn", "model", None),
        ("input_fn", "request_body", "data"),
        ("input_fn", "requestBody", "data"),
        ("input_fn", "serialized_input_data", "data"),
        ("input_fn", "request_content_type", "type"),
        ("input_fn", "contentType", "type"),
        ("input_fn", "ctx", "context"),
        ("predict_fn", "model", "model"),
        ("predict_fn", "my_model", "model"),
        ("predict_fn", "model_and_tokenizer", "model"),
        ("predict_fn", "pipe", "model"),
        ("predict_fn", "model_input", "data"),
        ("predict_fn", "input_object", "data"),
        ("predict_fn", "X", "data"),
        ("predict_fn", "input_model", None),
        ("predict_fn", "thing", None),
        ("output_fn", "prediction_output", "prediction"),
        ("output_fn", "outputs", "prediction"),
        ("output_fn", "accept_header", "accept"),
        ("output_fn", "content_type", "accept"),
        ("output_fn", "response_content_type", "accept"),
        ("transform_fn", "content_type", "type"),
        ("transform_fn", "input_content_type", "type"),
        ("transform_fn", "output_content_type", "accept"),
        ("transform_fn", "net", "model"),
        ("transform_fn", "_", None),
    ],
)
def test_role_of(function: str, name: str, role: str | None) -> None:
    assert role_of(name, ROLES[function]) == role
