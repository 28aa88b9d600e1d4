"""SMC112: a handler's parameters stand in another order than the arguments that it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.checks.smc104_wrong_parameter_count import can_be_called
from smcontract.script.facts import Function, FunctionNode
from smcontract.script.literals import shown
from smcontract.script.names import stored
from smcontract.script.nodes import nodes_within
from smcontract.script.roles import ROLES, misplaced, node_of
from smcontract.violations import OnSageMaker, Violation

_OF_MODELS = frozenset({
    "predict", "predict_proba", "decision_function", "eval", "to", "generate", "forward", "parameters", "half", "cuda",
    "predict_on_batch", "encode", "score_samples", "inplace_predict",
})  # fmt: skip
_OF_CONTEXTS = frozenset({
    "system_properties", "manifest", "request_processor", "get_request_header", "get_all_request_header",
    "set_response_content_type", "get_response_content_type", "set_response_header", "get_request_id", "metrics",
    "model_name", "request_ids", "set_response_status", "_request_processor", "get_response_headers",
})  # fmt: skip


@check("SMC112", "swapped-parameters", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def swapped_parameters(ctx: StaticContext) -> Iterator[Violation]:
    """A handler names its parameters in another order than the container passes them.

    ## What it does
    Compares what the names of a handler's parameters say (a model, data, a content type, an Accept, a context)
    with the order of the container: `input_fn(data, content_type)`, `predict_fn(data, model)`,
    `output_fn(prediction, accept)`, `transform_fn(model, data, content_type, accept)`, `model_fn(model_dir)`, and
    the context last. Also a `context` in the place of the content type or Accept that is used as a context.

    ## Why it fails on SageMaker
    Arguments are passed by position, so that the model arrives as the data and the data as the model. The first
    request ends in an accident (`'numpy.ndarray' object has no attribute 'predict'`), which is answered with 500
    (`huggingface`: 400), or the wrong thing is answered in silence.

    ## Example
        def predict_fn(model, data):            # called as predict_fn(data, model)
            return model.predict(data)

    ## Fix
    Put the parameters into the order of the container.

    ## When it stays silent
    Where a name may mean more than one thing, where only one name is odd, where the function puts the arguments
    right itself, where it uses them in the container's order whatever they are called, and where their number is
    wrong, too (SMC104).

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `_default_transform_fn` and `transform`; sagemaker-containers
    2.8.6.post2, `_transformer.py` (whose own docstring shows `predict_fn(model, data)`).
    """
    script = ctx.script
    for name, function in script.functions.items():
        if name not in ROLES or not function.is_certain or function.parameters is None:
            continue
        is_told = not script.is_ignored("SMC104", function.line)
        if is_told and not can_be_called(ctx, name, function.parameters):
            # It is never called at all.
            continue
        node = node_of(function)
        wrong = misplaced(function)
        if wrong and not (node is not None and _is_put_right(node, [one for one, *_ in wrong])):
            yield _violation(ctx, function, wrong)
        elif not wrong and node is not None and (used := _context_of_type(function, node)) is not None:
            yield _taken_for_context(ctx, function, used)


def _is_put_right(node: FunctionNode, names: list[str]) -> bool:
    """Return whether a function binds its parameters anew, or uses what is called data as the model."""
    model = next((n for n in names if "model" in n.lower()), None)
    for inner in nodes_within(node):
        match inner:
            case ast.Assign(targets=targets, value=value):
                bound = {name for target in targets for name in stored(target)} & set(names)
                if bound and {name for name in stored(value) if name in names} - (bound if len(bound) == 1 else set()):
                    return isinstance(value, (ast.Name, ast.Tuple))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=used), attr=method)) if method in _OF_MODELS:
                if model is not None and used in names and used != model and method.startswith("predict"):
                    return True
            case ast.Call(func=ast.Name(id=called)) if called in names and called != model and model is not None:
                return True
    return False


def _context_of_type(function: Function, node: FunctionNode) -> ast.Attribute | None:
    """Return where a function asks what is its content type or Accept for what only a context has."""
    names = function.parameters.names if function.parameters else ()
    place = {"input_fn": 1, "output_fn": 1}.get(function.name)
    if place is None or len(names) <= place or not names[place].endswith(("context", "ctx")):
        return None
    uses = [n for n in nodes_within(node) if isinstance(n, ast.Attribute) and n.attr in _OF_CONTEXTS]
    return next((n for n in uses if isinstance(n.value, ast.Name) and n.value.id == names[place]), None)


def _violation(ctx: StaticContext, function: Function, wrong: Sequence[tuple[str, str, str]]) -> Violation:
    assert function.parameters is not None, "its names were read"
    names = list(function.parameters.names)
    own = {role: name for name, role, _ in wrong}
    places = {name: place for name, _, place in wrong}
    right = [own.get(places.get(name, ""), name) for name in names]
    told = " and ".join(f"{name} is given {_ARTICLES[place]}" for name, _, place in wrong)
    return ctx.violation(
        message=f"{function.name} takes its parameters in another order than they are passed: {told}",
        expected=f"{function.name}({', '.join(right)})",
        got=f"{function.name}({', '.join(names)})",
        on_sagemaker=_answer(ctx, function.name, wrong[0][0], _ARTICLES[wrong[0][2]]),
        line=function.line,
        column=function.column,
        function=function.name,
        fix=f"define {function.name}({', '.join(right)})",
        cause=function.name,
    )


_ARTICLES = {
    "model": "the model",
    "data": "the data",
    "type": "the content type",
    "accept": "the Accept",
    "prediction": "the prediction",
    "model_dir": "the model directory",
    "context": "the context",
}


def _taken_for_context(ctx: StaticContext, function: Function, used: ast.Attribute) -> Violation:
    what = "the content type" if function.name == "input_fn" else "the Accept"
    name = shown(used.value)
    first = "data" if function.name == "input_fn" else "prediction"
    second = "content_type" if function.name == "input_fn" else "accept"
    context = ", context" if ctx.stack.counts_parameters else ""
    return ctx.violation(
        message=f"{name} of {function.name} is given {what}, a str, which has no {used.attr}",
        expected=f"{function.name}({first}, {second}{context})",
        got=shown(used),
        on_sagemaker=OnSageMaker(
            status=ctx.stack.error_status,
            message=f"AttributeError: 'str' object has no attribute {used.attr!r}",
        ),
        line=used.lineno,
        column=used.col_offset + 1,
        function=function.name,
        fix=f"define {function.name}({first}, {second}{context})",
        cause=f"{function.name} context",
    )


def _answer(ctx: StaticContext, name: str, parameter: str, given: str) -> OnSageMaker:
    text = f"{parameter} of {name} is {given}, and what it is used for fails"
    return (
        load_fails(ctx.stack, text) if name == "model_fn" else OnSageMaker(status=ctx.stack.error_status, message=text)
    )
