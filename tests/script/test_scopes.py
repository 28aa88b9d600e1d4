"""Scopes: what a piece of code binds, and what it reads from the module."""

from __future__ import annotations

import ast
import textwrap

import pytest

from smcontract.script.scopes import free_reads, module_names, scope_of, walruses


def function(text: str) -> ast.FunctionDef:
    node = ast.parse(textwrap.dedent(text)).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        ("x = 1", {"x"}),
        ("x: int = 1", {"x"}),
        ("for x, y in p: pass", {"x", "y"}),
        ("with p as x: pass", {"x"}),
        ("import a.b, c as d", {"a", "d"}),
        ("from a import b as x", {"x"}),
        ("def x(): y = 1", {"x"}),
        ("class x: y = 1", {"x"}),
        ("try: pass\n    except E as x: pass", {"x"}),
        ("[x for x in p]", set()),
        ("f = lambda x: x", {"f"}),
        ("match p:\n        case {'a': x, **y}: pass\n        case [z, *w]: pass", {"x", "y", "z", "w"}),
        ("global x\n    x = y = 1", {"y"}),
        ("del x", {"x"}),
    ],
)
def test_what_a_function_binds(body: str, bound: set[str]) -> None:
    assert scope_of(function(f"def f(p):\n    {body}")).bound == {"p"} | bound


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("return a(p)", ["a"]),
        ("x = a\n    return x", ["a"]),
        ("def g(q=a): return q + p + b\n    return g", ["a", "b"]),
        ("class C(a):\n        x = 1\n        def m(self): return x", ["a", "x"]),
        ("return [x + a for x in b if c]", ["b", "c", "a"]),
        ("return lambda x: x + a", ["a"]),
        ("global x\n    x = 1\n    return x", ["x"]),
        ("x: a = b", ["b"]),
        ("return 1\n    a", []),
        ("if False: a", []),
        ("try: a\n    except NameError: b", ["NameError", "b"]),
        ("try: ip = a()\n    except Exception: pass", ["Exception"]),
        ("try: return a.loads(p)\n    except Exception: raise", ["a", "Exception"]),
        ("match p:\n        case a.B: return c", ["a", "c"]),
        ("while a: b", ["a", "b"]),
        ("with a as x: return b", ["a", "b"]),
    ],
)
def test_what_a_function_reads_from_the_module(body: str, names: list[str]) -> None:
    assert sorted(read.node.id for read in free_reads(function(f"def f(p):\n    {body}"))) == sorted(names)


def test_reads_on_the_way_to_a_refusal() -> None:
    text = """
    def f(p):
        assert a, b
        if c:
            d(1)
            raise e
        try:
            g()
            h()
        except i:
            j
    """
    refusing = {read.node.id for read in free_reads(function(text)) if read.refuses}

    assert refusing == {"b", "d", "e", "i", "j"}


def test_calls_are_known() -> None:
    assert {r.node.id: r.called for r in free_reads(function("def f(): return a(b)"))} == {"a": True, "b": False}


def test_names_of_a_module() -> None:
    tree = ast.parse(
        textwrap.dedent("""
        import os.path
        a, (b, *c) = 1, (2, 3)
        if __name__ == "__main__":
            d = 1
            os = 2
        else:
            e = 1
        for f in a: pass
        def g():
            global h
            h = 1
            i = 1
        class J: k = 1
        if (m := a): pass
        """)
    )
    names = module_names(tree)

    assert names.bound == {"os", "a", "b", "c", "e", "f", "g", "h", "J"}
    assert walruses(tree) == {"m"}
    assert names.guarded.keys() == {"d"}


def test_deep_and_long_code_is_read_without_recursion() -> None:
    node = function("def f():\n    return " + " + ".join(["a"] * 800))

    assert len(list(free_reads(node))) == 800
