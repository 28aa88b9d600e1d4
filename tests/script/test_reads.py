"""Reads of local names that the way has not bound."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.reads import UnboundRead, unbound_reads

Read = Callable[..., Script]


@pytest.fixture
def found(read: Read) -> Callable[[str], list[UnboundRead]]:
    def judge(text: str) -> list[UnboundRead]:
        script = read(text)
        assert script.tree is not None
        (function,) = (f for f in script.functions.values() if f.name.endswith("_fn"))
        assert isinstance(function.node, ast.FunctionDef)
        return unbound_reads(function.node, script.tree, name=function.name)

    return judge


def test_an_example_leads_there(found: Callable[[str], list[UnboundRead]]) -> None:
    (one,) = found(
        """
        def transform_fn(model, data, kind, accept):
            if kind == "a/b":
                x = data
            if accept == "c/d":
                y = 1
            else:
                raise ValueError
            return x, y
        """
    )

    assert one.node.id == "x"
    assert "kind is not 'a/b'" in one.condition
    assert dict(one.example)["accept"] == "c/d"
    assert dict(one.example)["kind"] != "a/b"
    assert one.by_type


def test_a_way_that_met_others_is_remembered(found: Callable[[str], list[UnboundRead]]) -> None:
    (one,) = found(
        """
        import json
        def input_fn(body, kind):
            try:
                data = json.loads(body)
                rows = data["rows"]
            except Exception:
                print("bad")
            print("decoded")
            return rows
        """
    )

    assert (one.node.id, one.by_type, one.condition) == ("rows", False, "when the exception caught on line 7 is raised")


def test_ways_that_part_again_are_not_followed(found: Callable[[str], list[UnboundRead]]) -> None:
    assert (
        found(
            """
            import json
            def input_fn(body, kind):
                ok = True
                try:
                    data = json.loads(body)
                except Exception:
                    ok = False
                if not ok:
                    raise ValueError
                return data
            """
        )
        == []
    )


def test_a_helper_called_where_it_is_not_sure_is_left_alone(found: Callable[[str], list[UnboundRead]]) -> None:
    helper = "def h(kind):\n    if kind == 'a/b':\n        x = 1\n    return x\n"

    assert [one.helper for one in found(helper + "def input_fn(b, kind):\n    return h(kind)\n")] == ["h"]
    assert found(helper + "def input_fn(b, kind):\n    if DEBUG:\n        return h(kind)\n    return b\n") == []
