"""Bodies that a JSON Schema allows."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from serving import draw
from smcontract.payloads._codec import CSV, JSON
from smcontract.payloads._schema import NoSchema, read_schema, schema_domain, schema_values, within

ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["age", "city"],
    "properties": {
        "age": {"type": "integer", "minimum": 18, "exclusiveMaximum": 21},
        "city": {"enum": ["Oslo", "Rome"]},
        "pay": {"type": "number", "minimum": 0.5, "maximum": 1},
        "note": {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 3, "maxLength": 4}]},
    },
}
ORDER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"Item": ITEM},
    "type": "object",
    "required": ["items", "unnamed"],
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/$defs/Item"}, "minItems": 2},
        "when": {"type": "string", "format": "date"},
        "kind": {"const": "order"},
        "flag": {"type": ["boolean", "null"]},
        "step": {"type": "integer", "multipleOf": 5, "minimum": 1, "maximum": 12},
        "whatever": {},
        "code": {"type": "string", "pattern": r"^[A-Z]{3}-\d+$", "maxLength": 6},
        "marks": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True, "minItems": 3},
    },
}


@pytest.mark.parametrize("schema", [ITEM, ORDER, {"type": "array", "items": {"type": "number"}, "maxItems": 2}])
def test_what_is_drawn_is_what_the_schema_allows(schema: dict[str, Any]) -> None:
    for value in draw(schema_values(schema), 60):
        jsonschema.validate(value, schema)


def test_optional_keys_come_and_go() -> None:
    keys = [set(value) for value in draw(schema_values(ITEM), 60)]
    assert {"age", "city"} in keys
    assert {"age", "city", "pay", "note"} in keys


def test_texts_and_lists_are_empty_only_where_they_must_be() -> None:
    values = draw(schema_values({"type": "array", "items": {"type": "string"}}), 40)
    assert all(value and all(value) for value in values)
    assert draw(schema_values({"type": "array", "maxItems": 0}), 2) == [[]]


def test_numbers_without_bounds_are_small() -> None:
    drawn = draw(schema_values({"type": "number"}), 60)
    assert all(0 <= value <= 100 for value in drawn)
    assert len(set(drawn)) > 5
    assert set(draw(schema_values({"type": "integer", "maximum": -5, "minimum": -6}), 30)) == {-5, -6}


def test_the_domain_of_a_schema() -> None:
    domain = schema_domain(ORDER, JSON, "the JSON Schema order")
    assert domain.body is not None
    jsonschema.validate(json.loads(domain.body), ORDER)
    assert (domain.varies, domain.certain, domain.vouched) == (True, False, False)
    assert {type(json.loads(body)) for body in draw(domain.bodies(), 5)} == {dict}


def test_the_schemas_own_example_is_the_first_body() -> None:
    domain = schema_domain({**ITEM, "examples": [{"age": 19, "city": "Rome"}]}, JSON, "a schema")
    assert json.loads(domain.body or b"") == {"age": 19, "city": "Rome"}


def test_a_schema_within_a_document() -> None:
    whole = within({"$ref": "#/$defs/Item", "$defs": {"Item": ITEM}}, ("instances", "*"))
    for value in draw(schema_values(whole), 10):
        for record in value["instances"]:
            jsonschema.validate(record, ITEM)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "#/$defs/Missing"}, "refers to '#/\\$defs/Missing'"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "no number from 3 to 2"),
    ],
)
def test_a_schema_that_allows_nothing(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(NoSchema, match=why):
        schema_domain(schema, JSON, "a schema")


def test_other_types_have_no_schema() -> None:
    with pytest.raises(NoSchema, match="describes JSON bodies, not text/csv"):
        schema_domain(ITEM, CSV, "a schema")


@pytest.mark.parametrize(("data", "why"), [(b"{", "is not JSON"), (b"[]", "is no object")])
def test_a_file_that_holds_no_schema(data: bytes, why: str) -> None:
    with pytest.raises(NoSchema, match=f"x.schema.json {why}"):
        read_schema(data, "x.schema.json")


def test_rarer_keywords_are_left_to_the_package() -> None:
    pytest.importorskip("hypothesis_jsonschema", reason="rarer keywords need hypothesis-jsonschema")
    values = draw(schema_values({"type": "string", "pattern": "^a{2,3}$"}), 10)
    assert set(values) <= {"aa", "aaa", "aa\n", "aaa\n"}
