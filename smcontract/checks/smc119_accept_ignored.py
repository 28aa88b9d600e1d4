"""SMC119: the function that makes the response never looks at the Accept that was asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.dropped import lost_lines
from smcontract.script.flow import module_of
from smcontract.script.names import TYPE_POSITIONS, positional, yields
from smcontract.script.nodes import nodes_within
from smcontract.script.statements import walk
from smcontract.violations import OnSageMaker, Severity, Violation

# What these return is a text, bytes or plain data: no pair with a content type, and no response object.
_PLAIN = frozenset(
    {
        *("dumps", "str", "repr", "encode", "tobytes", "getvalue", "to_json", "to_csv", "tolist", "join", "format"),
        *("bytes", "bytearray", "list", "dict", "float", "int", "sorted", "b64encode", "decode", "numpy", "array"),
        *("to_dict", "item", "getbuffer", "strip", "replace"),
    }
)
_LABELS = frozenset({"mimetype", "content_type", "media_type", "headers"})


@check("SMC119", "accept-ignored", phases=(Phase.STATIC,), severity=Severity.WARNING)
def accept_ignored(ctx: StaticContext) -> Iterator[Violation]:
    """The response is made without a look at the Accept, and does not say what it is.

    ## What it does
    Looks whether `output_fn` or `transform_fn` reads the parameter that holds the Accept, and else whether
    what it returns names its own content type: a pair (body, content type), or a response object.

    ## Why it fails on SageMaker
    multi-model-server and TorchServe label a body with the Accept of the request, whatever it is: who asks for
    `text/csv` is answered with 200, `Content-Type: text/csv` and, for example, JSON. Flask labels a text as
    `text/html`.

    ## Example
        def output_fn(prediction, accept):
            return json.dumps(prediction.tolist())      # also for text/csv

    ## Fix
    Compare `accept` with what the function can make, raise for the rest, or return the pair
    `(body, "application/json")` where the stack takes one.

    ## When it stays silent
    Where the function reads the parameter anywhere, takes `*args` or `**kwargs`, sets the content type through
    the context, or returns what the source does not show the type of (a helper's result, the prediction as it
    came); under Flask for a dict or a list, which is sent and labelled as JSON; and for a function that refuses
    every request.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `transform`; sagemaker-containers 2.8.6.post2, `_worker.py`,
    `Response`.
    """
    script = ctx.script
    for name in ("output_fn", "transform_fn"):
        function = script.functions.get(name)
        if script.tree is None or function is None or function.kind not in ("function", "lambda"):
            continue
        node = function.node
        if not isinstance(node, ast.FunctionDef) or node.args.vararg or node.args.kwarg or yields(node):
            continue
        at = TYPE_POSITIONS[name][-1]
        names = positional(node)
        if at >= len(names) or _reads(node, names[at]):
            continue
        helpers = module_of(script.tree).helpers
        returns = [s for s in walk(node.body, into_functions=False) if isinstance(s, ast.Return) and s.value]
        if not returns or not all(_is_plain(s.value, node, helpers, 0) for s in returns):
            continue
        if ctx.stack.server == "flask" and all(_is_json(s.value, node, 0) for s in returns):
            # Flask sends them as JSON, and says so.
            continue
        lost = lost_lines(node, script.tree)
        returns = [s for s in returns if s.lineno not in lost]
        if returns:
            yield _violation(ctx, name, names[at], returns[-1])


def _reads(function: ast.FunctionDef, name: str) -> bool:
    """Return whether the Accept is read, or may be: a context can be asked for it, and told the type."""
    for node in nodes_within(function):
        match node:
            case ast.Name(id=read, ctx=ast.Load()) if read in (name, "locals", "vars"):
                return True
            case ast.Attribute(attr="set_response_content_type" | "get_request_header" | "get_all_request_header"):
                return True
    return False


def _is_plain(value: ast.expr | None, function: ast.FunctionDef, helpers: Mapping[str, ast.AST], depth: int) -> bool:
    """Return whether a value is certainly no pair with a content type and no response object."""
    if depth > 4:
        return False
    match value:
        case ast.Constant(value=content):
            return content is not None
        case ast.JoinedStr() | ast.Dict() | ast.List() | ast.ListComp() | ast.DictComp() | ast.BinOp(op=ast.Mod()):
            return True
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _is_plain(left, function, helpers, depth + 1) or _is_plain(right, function, helpers, depth + 1)
        case ast.IfExp(body=body, orelse=orelse):
            return all(_is_plain(one, function, helpers, depth + 1) for one in (body, orelse))
        case ast.Call(func=func, keywords=keywords):
            called = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
            if isinstance(func, ast.Name) and called in helpers:
                return False
            return called in _PLAIN and not any(keyword.arg in _LABELS for keyword in keywords)
        case ast.Name(id=name):
            values = _assigned_to(function, name)
            return bool(values) and all(_is_plain(one, function, helpers, depth + 1) for one in values)
    return False


def _is_json(value: ast.expr | None, function: ast.FunctionDef, depth: int) -> bool:
    """Return whether a value is certainly a dict or a list."""
    match value:
        case ast.Dict() | ast.List() | ast.ListComp() | ast.DictComp():
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return all(_is_json(one, function, depth + 1) for one in (body, orelse))
        case ast.Call(func=ast.Name(id="dict" | "list") | ast.Attribute(attr="tolist" | "to_dict")):
            return True
        case ast.Name(id=name) if depth <= 4:
            values = _assigned_to(function, name)
            return bool(values) and all(_is_json(one, function, depth + 1) for one in values)
    return False


def _assigned_to(function: ast.FunctionDef, name: str) -> list[ast.expr | None]:
    """Return what a local name is bound to; with None for what the source does not tell."""
    if name in positional(function):
        return [None]
    found: list[ast.expr | None] = []
    told: set[int] = set()
    for statement in walk(function.body, into_functions=False):
        match statement:
            case ast.Assign(targets=[ast.Name(id=bound) as target], value=value) if bound == name:
                found.append(value)
                told.add(id(target))
            case ast.AugAssign(target=ast.Name(id=bound) as target) if bound == name:
                told.add(id(target))
    for node in nodes_within(function):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) and id(node) not in told:
            found.append(None)
    return found


def _violation(ctx: StaticContext, name: str, accept: str, last: ast.Return) -> Violation:
    is_flask = ctx.stack.server == "flask"
    label = "text/html" if is_flask else "whatever the client asked for"
    pair = 'return (body, "application/json")' if ctx.stack.unpacks_tuples else "raise for every other type"
    return ctx.violation(
        message=f"{name} never reads {accept}, and what it returns does not name its content type",
        expected=f"{name} answers in the type that {accept} asks for, or says which type it is",
        got=f"the same body for every {accept}",
        on_sagemaker=OnSageMaker(status=200, message=f"the body is labelled {label}"),
        line=last.lineno,
        column=last.col_offset + 1,
        function=name,
        fix=f"compare {accept} with the types that {name} can make, or {pair}",
        cause=name,
    )
