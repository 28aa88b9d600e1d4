"""Walking a whole tree: as `ast.walk` does, at a fraction of its cost."""

from __future__ import annotations

import ast

from smcontract.script.keeping import kept, on_forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What no node hangs below; contexts and operators are nodes, and tell their parent's kind only.
_BARE = frozenset({
    "ctx", "op", "ops", "id", "attr", "arg", "name", "asname", "rest", "module", "level", "kind", "conversion",
    "is_async", "simple", "type_comment", "type_ignores", "kwd_attrs", "tag", "str",
})  # fmt: skip
_WITHOUT: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Constant: ("value",),
    ast.MatchSingleton: ("value",),
    ast.Global: ("names",),
    ast.Nonlocal: ("names",),
}
# Lists in which None stands for what is not there: `{**a}`, a keyword-only parameter without a default.
_WITH_GAPS = frozenset({"keys", "kw_defaults"})


class _Missing(dict[type[ast.AST], tuple[str, ...]]):
    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        without = _WITHOUT.get(kind, ())
        found = self[kind] = tuple(name for name in kind._fields if name not in _BARE and name not in without)
        return found


FIELDS = _Missing()
"""The fields of a node that nodes hang below, by its class, in the order of the source."""


def nodes_of(root: ast.AST) -> list[ast.AST]:
    """Return a node and all below it in the order of `ast.walk`, but for contexts (`Load`) and operators."""
    found: list[Any] = [root]
    append, extend, fields = found.append, found.extend, FIELDS
    # The list grows while it is walked: each node's children go behind all that was found before.
    for node in found:
        for field in fields[node.__class__]:
            value = getattr(node, field)
            if value.__class__ is list:
                if field in _WITH_GAPS:
                    extend([one for one in value if one is not None])
                else:
                    extend(value)
            elif value is not None:
                append(value)
    return found


def nodes_to(root: ast.AST, depth: int) -> list[ast.AST] | None:
    """Return the same of a tree of at most `depth` levels, None of a deeper one."""
    found: list[Any] = [root]
    append, extend, fields = found.append, found.extend, FIELDS
    done = 0
    for _ in range(depth):
        if done == len(found):
            return found
        level, done = found[done:], len(found)
        for node in level:
            for field in fields[node.__class__]:
                value = getattr(node, field)
                if value.__class__ is list:
                    if field in _WITH_GAPS:
                        extend([one for one in value if one is not None])
                    else:
                        extend(value)
                elif value is not None:
                    append(value)
    return found if done == len(found) else None


_MOST = 64
_WITHIN: dict[ast.AST, tuple[ast.AST, ...]] = {}
on_forget(_WITHIN.clear)


def nodes_within(root: ast.AST) -> tuple[ast.AST, ...]:
    """Return `nodes_of`, kept for those who ask again: for functions and other large pieces of a script."""
    found = _WITHIN.get(root)
    return keep_nodes(root, nodes_of(root)) if found is None else found


def keep_nodes(root: ast.AST, nodes: list[ast.AST]) -> tuple[ast.AST, ...]:
    """Keep the nodes of a piece of a script, which somebody has collected already, for `nodes_within`."""
    if len(_WITHIN) >= _MOST:
        _WITHIN.clear()
    found = _WITHIN[root] = tuple(nodes)
    return found


@kept(64)
def names_within(root: ast.AST) -> tuple[ast.Name, ...]:
    """Return the names of a piece of a script, kept as its nodes are."""
    return tuple([node for node in nodes_within(root) if node.__class__ is ast.Name])


@kept(64)
def read_within(root: ast.AST) -> frozenset[str]:
    """Return the names that a piece of a script reads."""
    return frozenset([name.id for name in names_within(root) if name.ctx.__class__ is ast.Load])


@kept(64)
def attributes_within(root: ast.AST) -> frozenset[str]:
    """Return the names of the attributes in a piece of a script."""
    return frozenset([node.attr for node in nodes_within(root) if isinstance(node, ast.Attribute)])


@kept(256)
def text_of(node: ast.expr) -> str:
    """Return how an expression is written, as `ast.unparse` does, kept for those who ask again."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return f"{name}.{attribute}"
    return ast.unparse(node)


def dotted(node: ast.expr) -> str:
    """Return a name with its attributes, `sys.exit`, and an empty text for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


@kept(256)
def suppresses(manager: ast.expr) -> bool:
    """Return whether a context manager is made of anything that is named `suppress`, as `contextlib`'s is."""
    return any(
        "suppress" in str(getattr(node, name, ""))
        for node in nodes_of(manager)
        for name in ("id", "attr", "arg", "value")
        if name != "value" or isinstance(node, ast.Constant)
    )


@kept(512)
def mentioned_in(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement reads or binds, those in its blocks included."""
    return frozenset([node.id for node in nodes_of(statement) if type(node) is ast.Name])


@kept(256)
def calls_or_indexes(statement: ast.stmt) -> bool:
    """Return whether a statement holds a call or a subscript: what a request's data can make fail."""
    return any(isinstance(node, (ast.Call, ast.Subscript)) for node in nodes_of(statement))


def children_of(node: ast.AST) -> list[ast.AST]:
    """Return what hangs directly below a node, in source order; contexts and operators are left out."""
    found: list[Any] = []
    for field in FIELDS[node.__class__]:
        value = getattr(node, field)
        if value.__class__ is list:
            found += [one for one in value if one is not None] if field in _WITH_GAPS else value
        elif value is not None:
            found.append(value)
    return found
