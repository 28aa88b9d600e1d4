"""Who serves each function of a script under a stack, and how it is called."""

from __future__ import annotations

from typing import Any, Callable, Collection, Dict, List, NamedTuple, Optional

from smcontract.stacks._base import Stack
from smcontract.stacks._context import Context

Call = Callable[..., Any]
_HANDLERS = ("input_fn", "predict_fn", "output_fn")


class Step(NamedTuple):
    """One function: its name, who serves it ("script", "default" or "missing"), and how to call it."""

    name: str
    by: str
    call: Call


class StageError(Exception):
    """A function of the script, or a default, did not return; `exception` is what it raised."""

    def __init__(self, step: Step, exception: BaseException) -> None:
        super().__init__(step.name)
        self.step = step
        self.exception = exception


class Plan(NamedTuple):
    """The functions of a request in order, the one that loads the model, and the hooks around it.

    `stack` is the stack as it is for this script and, once it is loaded, for this model.
    """

    stack: Stack
    steps: List[Step]
    model_fn: Step
    pre_model_fn: Optional[Step]
    model_warmup_fn: Optional[Step]

    def step(self, name: str) -> Optional[Step]:
        """Return the step of a function's name."""
        if name == "model_fn":
            return self.model_fn
        return next((step for step in self.steps if step.name == name), None)

    @property
    def resolution(self) -> Dict[str, Dict[str, str]]:
        """Return who serves each function."""
        return {step.name: {"by": step.by} for step in (self.model_fn, *self.steps)}


def make_plan(stack: Stack, module: Any, mask: Collection[str], context: Context) -> Plan:
    """Return the plan for a module (None: not found) with the masked functions taken for absent.

    Raises ValueError for a `transform_fn` beside a function that it replaces, as the toolkits do, what the
    stack refuses before the first call, and what the module's own `__getattr__` raises.
    """
    stack = stack.for_module(module)

    def of_script(name: str) -> Any:
        return None if module is None or name in mask else getattr(module, name, None)

    def step(name: str, function: Any) -> Step:
        if function is not None if stack.none_is_absent else function:
            return Step(name, "script", bind(stack, name, function, context))
        return default_step(stack, name)

    transform = of_script("transform_fn")
    handlers = {name: of_script(name) for name in _HANDLERS}
    if transform and any(handlers.values()):
        raise ValueError(
            "Cannot use transform_fn implementation in conjunction with "
            "input_fn, predict_fn, and/or output_fn implementation"
        )
    if transform:
        steps = [step("transform_fn", transform)]
    else:
        steps = [step(name, handlers[name]) for name in _HANDLERS]
    # A model_fn that is bound counts even if it is None, unlike the others.
    absent = stack.none_is_absent and of_script("model_fn") is None
    if module is not None and "model_fn" not in mask and hasattr(module, "model_fn") and not absent:
        model_fn = Step("model_fn", "script", bind(stack, "model_fn", module.model_fn, context))
    else:
        model_fn = default_step(stack, "model_fn")
    hooks = {}
    for name in ("pre_model_fn", "model_warmup_fn"):
        hook = of_script(name) if stack.has_hooks else None
        hooks[name] = None if hook is None else Step(name, "script", bind(stack, name, hook, context))
    return Plan(stack, steps, model_fn, hooks["pre_model_fn"], hooks["model_warmup_fn"])


def default_step(stack: Stack, name: str) -> Step:
    """Return the step of the stack's default."""
    return Step(name, "default" if stack.has_default(name) else "missing", stack.default(name))


def bind(stack: Stack, name: str, function: Any, context: Context) -> Call:
    """Return how the stack's toolkit calls a function of the script."""
    return stack.bind(name, function, context)
