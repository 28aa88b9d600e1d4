"""Tests of keeping what was worked out of a tree, and of letting go of it."""

from __future__ import annotations

import ast
import gc
from pathlib import Path

from smcontract.script.keeping import forget, kept, on_forget
from smcontract.script.nodes import keep_nodes, nodes_of, nodes_to, nodes_within
from smcontract.static.configuration import Configuration
from smcontract.static.run import check_file
from support import write_script


def test_a_result_is_kept_until_it_is_forgotten() -> None:
    asked: list[str] = []

    @kept(2)
    def answer(question: str) -> str:
        asked.append(question)
        return question.upper()

    assert [answer("a"), answer("a"), answer("b")] == ["A", "A", "B"]
    assert asked == ["a", "b"]
    forget()
    assert answer("a") == "A"
    assert asked == ["a", "b", "a"]


def test_no_more_than_asked_for_is_kept() -> None:
    asked: list[int] = []

    @kept(2)
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    for number in (1, 2, 3, 1):
        double(number)
    assert asked == [1, 2, 3, 1]


def test_whoever_keeps_something_itself_is_told() -> None:
    own = {"kept": 1}
    on_forget(own.clear)
    forget()
    assert own == {}


def test_nodes_collected_elsewhere_are_those_of_a_function() -> None:
    function = ast.parse("def f(a, *, b=None):\n    return {**a, 'b': [b for _ in a]}\n").body[0]
    nodes = nodes_to(function, 40)
    assert nodes == nodes_of(function)
    assert nodes is not None
    told = keep_nodes(function, nodes)
    assert nodes_within(function) is told
    forget()
    assert nodes_within(function) == told


def test_a_deep_tree_has_no_such_nodes() -> None:
    deep = ast.parse("x = " + "-" * 60 + "1")
    assert nodes_to(deep, 40) is None
    assert nodes_to(deep, 70) == nodes_of(deep)


def test_the_check_of_a_file_keeps_no_tree(tmp_path: Path) -> None:
    script = write_script(tmp_path, "def model_fn(model_dir):\n    return open(model_dir)\n")
    check_file(str(script), Configuration({}), is_named=True)
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) is ast.Module and _is_of(one)]


def _is_of(tree: ast.Module) -> bool:
    return "open(model_dir)" in ast.unparse(tree)
