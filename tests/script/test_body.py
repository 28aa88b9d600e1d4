"""What a script's source tells of the bodies that it reads."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from smcontract.script import read_script
from smcontract.script.body import BodyFacts, body_facts


def facts(source: str) -> BodyFacts:
    return read_script(Path("inference.py"), data=textwrap.dedent(source).encode()).body_facts


def reads(source: str) -> dict[str, tuple[bool, str]]:
    return {".".join(read.path): (read.required, read.use) for read in facts(source).reads}


def handler(*lines: str) -> str:
    return "import json\ndef input_fn(body, content_type):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["return json.loads(body)['x']"], {"x": (True, "")}),
        (["d = json.loads(body)", "return d['a'], d.get('b')"], {"a": (True, ""), "b": (False, "")}),
        (["d = json.loads(body.decode())['in']", "return d['a']['b']"], {"in": True, "in.a": True, "in.a.b": True}),
        (["return [float(r['a']) for r in json.loads(body)]"], {"*.a": (True, "number")}),
        (["for row in json.loads(body)['rows']:", "    row['a'].lower()"], {"rows": True, "rows.*.a": (True, "text")}),
        (["d = json.loads(body)", "if 'a' in d:", "    return d['a']", "return d['b']"], {"a": (False, ""), "b": True}),
        (
            ["d = json.loads(body)", "if 'a' not in d:", "    raise ValueError", "return d['b']"],
            {"b": True, "a": (True, "number")},
        ),
        (["d = json.loads(body)", "if 'a' not in d:", "    raise ValueError", "return d['a']"], {"a": (False, "")}),
        (["d = json.loads(body)", "if 'a' not in d:", "    print(d)", "return d['b']"], {"b": True}),
        (["import base64", "return base64.b64decode(json.loads(body)['image'])"], {"image": (True, "base64")}),
        (["return tokenizer(json.loads(body)['q'], return_tensors='pt')"], {"q": (True, "text")}),
        (["return np.array(json.loads(body)['x'], dtype=float)"], {"x": (True, "list")}),
        (["d = json.loads(body)", "return [d[k] for k in ['a', 'b']]"], {"a": True, "b": True}),
        (["return body.decode().split(',')"], {}),
        (["other = {'a': 1}", "return other['a']"], {}),
    ],
)
def test_keys_and_what_they_are_used_as(lines: list[str], expected: dict[str, object]) -> None:
    found = reads(handler(*lines))
    assert set(found) == set(expected)
    for path, wanted in expected.items():
        assert found[path] == wanted if isinstance(wanted, tuple) else found[path][0] is wanted


def test_helpers_and_the_next_handler_are_followed() -> None:
    source = """
        import json

        FIELDS = ("age", "pay")

        def row_of(record):
            return [float(record[name]) for name in FIELDS]

        def input_fn(body, content_type):
            return json.loads(body)

        def predict_fn(data, model):
            return model.predict([row_of(record) for record in data["instances"]])
        """
    assert reads(source) == {
        "instances": (True, "list"),
        "instances.*.age": (True, "number"),
        "instances.*.pay": (True, "number"),
    }


def test_columns_by_name() -> None:
    source = """
        import io
        import pandas as pd

        NAMES = ["age", "pay"]

        def input_fn(body, content_type):
            frame = pd.read_csv(io.StringIO(body), header=None, names=NAMES)
            return frame[["age", "pay"]]
        """
    assert facts(source).columns == ("age", "pay")


def test_columns_of_a_frame_are_keys() -> None:
    assert set(reads(handler("frame = pd.DataFrame(json.loads(body))", "return frame['age'] * 2"))) == {"age"}


def test_an_image_is_seen() -> None:
    assert facts(handler("return Image.open(io.BytesIO(body))")).is_image
    assert not facts(handler("return open('a file')")).is_image


def test_what_calls_itself_ends() -> None:
    source = """
        def walk(node):
            return walk(node["left"]) + node["value"]

        def input_fn(body, content_type):
            return walk(body)
        """
    assert set(reads(source)) == {"left", "value"}


def test_a_script_without_handlers_reads_nothing() -> None:
    assert body_facts(ast.parse("x = 1"), {}) == BodyFacts()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return [r['a'] for r in json.loads(body)['instances']]", {("instances",)}),
        ("return np.array(json.loads(body)['inputs'])[:1]", {("inputs",)}),
        ("return pd.DataFrame(json.loads(body))", {()}),
        ("return json.loads(body)['instances'][0]", set()),
        ("return len(json.loads(body)['inputs'])", set()),
        ("return np.array(json.loads(body)['data'][0])", {("data", "*")}),
    ],
    ids=["gone through", "an array", "a data frame", "the first", "counted", "an array of the first"],
)
def test_what_is_read_as_many(line: str, expected: set[tuple[str, ...]]) -> None:
    assert facts(handler(line)).many == expected
