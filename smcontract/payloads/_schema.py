"""Bodies of a JSON Schema: of the keywords that most are written with, and of the rest by hypothesis-jsonschema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smcontract.payloads._domain import Domain
from smcontract.payloads._first import first_of
from smcontract.payloads._types import is_json

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Schema = Mapping[str, Any]

WORDS = ("a short text", "text", "two words", "Zürich", "42")
_FORMATS = {
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:00:00Z",
    "email": "someone@example.com",
    "time": "12:00:00Z",
    "uri": "https://example.com/a",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}
_SAYS_NOTHING = frozenset(
    {"$defs", "$id", "$schema", "$comment", "default", "definitions", "deprecated", "description", "example"}
    | {"examples", "readOnly", "title", "writeOnly", "additionalProperties", "discriminator"}
)
_KNOWN = _SAYS_NOTHING | {
    *("$ref", "allOf", "anyOf", "const", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "items"),
    *("maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "multipleOf", "oneOf", "properties"),
    *("pattern", "required", "type", "uniqueItems"),
}
ITEM = "*"
_DEEP = 12
_STEPS = 20


class NoSchema(ValueError):
    """A schema of which no bodies can be made; the text says why."""


def schema_values(schema: Schema) -> SearchStrategy[Any]:
    """Return a strategy of JSON values that a schema allows: small ones, texts and lists not empty where they may be.

    Numbers without bounds lie between 0 and 100. Raises `NoSchema`.
    """
    try:
        return _values(schema, schema, 0)
    except _NotPlain as why:
        return _by_package(schema, str(why))


def schema_example(schema: Schema) -> Any:
    """Return the first example that a schema gives itself, or None."""
    for key in ("examples", "example"):
        found = schema.get(key)
        if isinstance(found, list) and found:
            return found[0]
        if found and not isinstance(found, list):
            return found
    return None


class _NotPlain(Exception):
    """A keyword that is not known here."""


def _by_package(schema: Schema, keyword: str) -> SearchStrategy[Any]:
    try:
        import importlib

        made = importlib.import_module("hypothesis_jsonschema")
    except ImportError:
        raise NoSchema(f"the JSON Schema uses {keyword!r}: install `smcontract[schema]` for bodies of it") from None
    strategy: SearchStrategy[Any] = made.from_schema(dict(schema))
    try:
        first_of(strategy)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}".splitlines()[0]
        raise NoSchema(f"of a JSON Schema with {keyword!r} hypothesis-jsonschema makes no bodies ({problem})") from None
    return strategy


def _values(schema: Any, root: Schema, depth: int) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    if schema is True or schema == {}:
        return st.sampled_from([1, *WORDS])
    if not isinstance(schema, Mapping) or depth > _DEEP:
        raise _NotPlain("$ref" if isinstance(schema, Mapping) else "false")
    unknown = sorted(schema.keys() - _KNOWN)
    if unknown:
        raise _NotPlain(unknown[0])
    if "$ref" in schema:
        return _values(_referred(schema["$ref"], root), root, depth + 1)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(list(schema["enum"]))
    for key in ("anyOf", "oneOf"):
        if key in schema:
            # Null last: the plainest body holds something.
            chosen = sorted(schema[key], key=lambda one: one == {"type": "null"})
            return st.one_of([_values(one, root, depth + 1) for one in chosen])
    if "allOf" in schema:
        if len(schema["allOf"]) != 1:
            raise _NotPlain("allOf")
        return _values(schema["allOf"][0], root, depth + 1)
    kinds = schema.get("type") or ("object" if "properties" in schema else "array" if "items" in schema else None)
    if kinds is None:
        return st.sampled_from([1, *WORDS])
    several = [kinds] if isinstance(kinds, str) else sorted(kinds, key=lambda kind: kind == "null")
    return st.one_of([_of_kind(kind, schema, root, depth) for kind in several])


def _of_kind(kind: str, schema: Schema, root: Schema, depth: int) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "number"):
        return _numbers(schema, whole=kind == "integer")
    if kind == "string":
        return _texts(schema)
    if kind == "array":
        low = schema.get("minItems", 0 if schema.get("maxItems") == 0 else 1)
        high = min(schema.get("maxItems", low + 2), low + 2)
        items = _values(schema.get("items", True), root, depth + 1)
        unique = json.dumps if schema.get("uniqueItems") else None
        return st.lists(items, min_size=low, max_size=high, unique_by=unique)
    if kind == "object":
        return _objects(schema, root, depth)
    raise _NotPlain(f"type: {kind}")


def _objects(schema: Schema, root: Schema, depth: int) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    properties = schema.get("properties", {})
    required = schema.get("required", ())
    others = schema.get("additionalProperties", True)
    return st.fixed_dictionaries(
        {key: _values(properties.get(key, others), root, depth + 1) for key in required},
        optional={key: _values(inner, root, depth + 1) for key, inner in properties.items() if key not in required},
    )


def _numbers(schema: Schema, *, whole: bool) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(above, bool) or isinstance(below, bool):
        raise _NotPlain("exclusiveMinimum")
    step = schema.get("multipleOf", 1 if whole else None)
    margin = step if step is not None else 2**-10
    low = above + margin if above is not None and low is None else low
    high = below - margin if below is not None and high is None else high
    if low is None:
        low = 0 if high is None or high >= 0 else high - 100
    if high is None:
        high = max(100, low + 100)
    if low > high:
        raise NoSchema(f"the JSON Schema allows no number from {low} to {high}")
    if step is not None:
        first, last = -(-low // step), high // step
        numbers = st.integers(int(first), int(last))
        return numbers if step == 1 else numbers.map(lambda count: count * step)
    return st.integers(0, _STEPS).map(lambda part: float(low + (high - low) * part / _STEPS))


def _texts(schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if "format" in schema:
        if schema["format"] not in _FORMATS:
            raise _NotPlain(f"format: {schema['format']}")
        return st.just(_FORMATS[schema["format"]])
    if "pattern" in schema:
        return _of_pattern(schema["pattern"], low, high)
    texts = [(word * (1 + low // len(word)) if len(word) < low else word)[:high] for word in WORDS]
    return st.sampled_from(list(dict.fromkeys(texts)))


def _of_pattern(pattern: str, low: int, high: int | None) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    try:
        found = st.from_regex(re.compile(pattern, re.ASCII))
    except re.error as error:
        raise NoSchema(f"the JSON Schema has a pattern that is no regular expression ({error})") from None
    # A schema's pattern may stand anywhere in the text, and `$` before a last line break.
    return found.filter(lambda text: low <= len(text) <= (len(text) if high is None else high) and text.isprintable())


def _referred(reference: str, root: Schema) -> Any:
    if not reference.startswith("#"):
        raise _NotPlain("$ref")
    found: Any = root
    for part in reference.lstrip("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or key not in found:
            raise NoSchema(f"the JSON Schema refers to {reference!r}, which it does not hold")
        found = found[key]
    return found


def read_schema(data: bytes, name: str) -> Schema:
    """Return the schema that a file holds; raises `NoSchema`."""
    try:
        schema = json.loads(data)
    except ValueError as error:
        raise NoSchema(f"the JSON Schema {name} is not JSON ({error})") from None
    if not isinstance(schema, dict):
        raise NoSchema(f"the JSON Schema {name} is no object")
    return schema


def within(schema: Schema, path: Sequence[str]) -> dict[str, Any]:
    """Return the schema of a document that holds `schema` where `path` leads; `*` stands for any item of a list."""
    whole = {key: value for key, value in schema.items() if key not in ("$defs", "definitions")}
    for key in reversed(path):
        if key == ITEM:
            whole = {"type": "array", "items": whole, "minItems": 1, "maxItems": 3}
        else:
            whole = {"type": "object", "properties": {key: whole}, "required": [key]}
    return {**whole, **{key: schema[key] for key in ("$defs", "definitions") if key in schema}}


def schema_domain(schema: Schema, content_type: str, source: str) -> Domain:
    """Return the domain of the JSON documents that a schema allows; raises `NoSchema` where none can be made.

    Nothing of it is certain: few schemas say all that a script asks for.
    """
    if not is_json(content_type):
        raise NoSchema(f"{source} describes JSON bodies, not {content_type}")
    values = schema_values(schema)
    example = schema_example(schema)
    try:
        first = first_of(values) if example is None else example
    except Exception as error:
        raise NoSchema(f"no bodies can be made of {source} ({type(error).__name__}: {error})") from None
    bodies = values.map(_as_body)
    return Domain(
        content_type=content_type,
        source=source,
        certain=False,
        max_rows=1,
        body=_as_body(first),
        others=lambda: bodies,
    )


def _as_body(value: Any) -> bytes:
    return json.dumps(value).encode()
