"""What handlers name, themselves or in the functions and classes that they lead to: a look before a closer one."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from smcontract.script.facts import Function
from smcontract.script.nodes import attributes_within, names_within
from smcontract.script.statements import statements_of


def mentions(
    tree: ast.Module, functions: Mapping[str, Function], handlers: Sequence[str], words: frozenset[str]
) -> bool:
    """Return whether handlers may lead to a use of one of the `words`: modules, functions or attributes.

    What an import binds to one of them, or to anything of it, counts as the word itself. False is certain.
    """
    nodes: list[ast.AST] = [f.node for name in handlers if (f := functions.get(name)) is not None and f.node]
    if not nodes:
        return False
    wanted = words | _imported(tree, words)
    units: dict[str, list[ast.AST]] = {}
    for statement in statements_of(tree):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            units.setdefault(statement.name, []).append(statement)
    seen: set[str] = set()
    for node in nodes:
        named = {name.id for name in names_within(node)}
        if not wanted.isdisjoint(named):
            return True
        if not wanted.isdisjoint(attributes_within(node)):
            return True
        # The list grows while it is walked.
        nodes += [unit for name in (named & units.keys()) - seen for unit in units[name]]
        seen |= named
    return False


def _imported(tree: ast.Module, words: frozenset[str]) -> set[str]:
    """Return the names that imports bind to something of the words."""
    found: set[str] = set()
    for statement in statements_of(tree):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            module = (getattr(statement, "module", None) or "").split(".")
            for alias in statement.names:
                if not words.isdisjoint([*module, *alias.name.split(".")]):
                    found.add(alias.asname or alias.name.partition(".")[0])
    return found
