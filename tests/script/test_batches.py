"""Whether a script reads a body by its lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script

Read = Callable[..., Script]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("return [r.split(',') for r in data.splitlines()]", True, id="splitlines"),
        pytest.param("return [r.split(',') for r in data.decode().strip().split('\\n')]", True, id="line breaks"),
        pytest.param("return list(csv.reader(io.StringIO(data)))", True, id="the csv module"),
        pytest.param("return pd.read_csv(io.StringIO(data), header=None)", True, id="pandas"),
        pytest.param("text = io.StringIO(data)\nreturn np.loadtxt(text, delimiter=',')", True, id="numpy"),
        pytest.param("return helper(data)", True, id="in a helper"),
        pytest.param("return data.split(',')", False, id="one line"),
        pytest.param("return data.splitlines()[0].split(',')", False, id="the first line"),
        pytest.param("return next(csv.reader(io.StringIO(data)))", False, id="the next line"),
        pytest.param("return np.fromstring(data, sep=',')", False, id="numbers"),
        pytest.param("return pd.read_csv('columns.csv'), data", False, id="another file"),
    ],
)
def test_lines_that_are_read(read: Read, body: str, *, expected: bool) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    helper = "def helper(text):\n    return [one for one in text.splitlines()]\n"
    assert read(f"{helper}def input_fn(data, content_type):\n{lines}\n").reads_lines is expected
