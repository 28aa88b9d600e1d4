"""Which keys a script reads from the request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script

Read = Callable[..., Script]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("return json.loads(data)['instances']", ("instances",), id="subscript"),
        pytest.param("x = json.loads(data)\nreturn x['a'], x.get('b', 1)", ("a", "b"), id="get"),
        pytest.param("x = json.loads(data)\nif 'inputs' in x: return x", ("inputs",), id="in"),
        pytest.param("x = json.loads(data)\nreturn x.pop('inputs', x)", ("inputs",), id="pop"),
        pytest.param("return pd.read_csv(io.StringIO(data))['age']", ("age",), id="column"),
        pytest.param("for row in json.loads(data): use(row['x'])", ("x",), id="loop"),
        pytest.param("return [row['x'] for row in json.loads(data)]", ("x",), id="comprehension"),
        pytest.param("with io.StringIO(data) as f:\n    return json.load(f)['x']", ("x",), id="with"),
        pytest.param("return helper(json.loads(data))", ("deep",), id="helper"),
        pytest.param("return os.environ['HOME'], CONFIG['x']", (), id="other-mappings"),
        pytest.param("if ',' in data: return data", (), id="text"),
        pytest.param("x = {}\nx['made'] = json.loads(data)\nreturn x", (), id="written"),
        pytest.param("return json.loads(data)[0]", (), id="index"),
    ],
)
def test_input_keys(read: Read, body: str, expected: tuple[str, ...]) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    script = read(f"def helper(record):\n    return record['deep']\ndef input_fn(data, content_type):\n{lines}\n")

    assert script.json_keys == expected


def test_all_three_functions_are_read_in_order(read: Read) -> None:
    script = read(
        """
        def predict_fn(data, model):
            return model[data["b"]], model["not a key of the request"]
        def input_fn(data, content_type):
            return json.loads(data)["a"]
        """
    )

    assert script.json_keys == ("a", "b")


def test_transform_fn_has_its_data_second(read: Read) -> None:
    script = read("def transform_fn(model, data, kind, accept): return model['m'], data['d']")

    assert script.json_keys == ("d",)
