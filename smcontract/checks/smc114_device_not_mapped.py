"""SMC114: a script that needs the GPU that it was trained on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.calls import AT_IMPORT, SERVING, Call, calls_of, served
from smcontract.violations import OnSageMaker, Severity, Violation

_LOADS = ("torch.load", "torch.jit.load")
# What these do cannot be done without a GPU, so that the script is meant for one.
_NEEDS_GPU = frozenset({"bitsandbytes", "vllm", "tensorrt", "torch_tensorrt", "deepspeed", "triton", "pycuda", "cupy"})
_ASKS = ("is_available", "device_count", "is_bf16_supported", "get_device_name", "SM_NUM_GPUS")


@check("SMC114", "device-not-mapped", phases=(Phase.STATIC,), severity=Severity.WARNING)
def device_not_mapped(ctx: StaticContext) -> Iterator[Violation]:
    """The model is loaded to the device that it was saved from, or to a GPU that may not be there.

    ## What it does
    Looks, in what serving runs, for `torch.load` and `torch.jit.load` without `map_location`, and for `.cuda()`,
    `torch.device("cuda")` and `.to("cuda")` that do not depend on a GPU being there.

    ## Why it fails on SageMaker
    Tensors that were saved on a GPU are put on that GPU again. On an instance without one, torch raises RuntimeError
    ("Attempting to deserialize object on a CUDA device") and no request is served: 500, or 400 under `huggingface`.
    On an instance with fewer GPUs the same happens to `cuda:1`.

    ## Example
        def model_fn(model_dir):
            model = Net()
            model.load_state_dict(torch.load(os.path.join(model_dir, "model.pth")))
            return model.cuda()

    ## Fix
    `device = torch.device("cuda" if torch.cuda.is_available() else "cpu")`, and
    `torch.load(path, map_location=device)`.

    ## When it stays silent
    Where the function or the script's top level asks whether there is a GPU before; where the function raises if there
    is none; for what a function loads beside the model's state, and for what a request holds; where the script itself
    saves its model from the CPU; for a script that imports a package that works on GPUs only, or on AWS's own
    accelerators; for a `map_location` that may be among `**kwargs`; for the `__main__` guard and functions that
    serving does not call.

    ## Source
    torch 2.6, `torch.load` and `torch.jit.load` (`map_location`).
    """
    script = ctx.script
    if script.tree is None or "torch" not in script.source:
        return
    if not any(word in script.source for word in ("load", "cuda")):
        return
    found = list(served(script.tree, script.functions, SERVING))
    asks = {id(call.owner) for call in calls_of(script.tree).every if _asks(call)}
    if "neuron" in script.source.lower():
        # Models compiled for AWS's own accelerators know no CUDA.
        return
    # What a request holds is no model: its tensors are on the device that the client chose.
    loads = [(stage, call) for stage, call in found if call.name in _LOADS and stage != "input_fn"]
    of_state = {id(call.owner) for _, call in loads if _is_state(call)}
    saves = [call.argument(0, "obj") for call in calls_of(script.tree).every if call.name == "torch.save"]
    if any(map(_is_on_cpu, saves)):
        # What the script itself saves from the CPU loads everywhere.
        loads = []
    for stage, call in loads:
        is_mapped = call.passes_unseen or call.argument(1, "map_location") is not None
        # Beside the state, a function loads what it needs to build the model: numbers and names.
        is_beside = id(call.owner) in of_state and not _is_state(call)
        if not (is_mapped or is_beside or _chosen(call) or _is_refused_without(call)):
            yield _violation(ctx, stage, call, f"{call.name} is called without map_location")
    if _NEEDS_GPU & {entry.name for entry in script.imports} or "load_in_8bit" in script.source:
        return
    for stage, call in found:
        what = _gpu(call)
        if what and not asks & {id(call.owner), id(None)} and not _chosen(call):
            yield _violation(ctx, stage, call, f"{what} is called whether or not there is a GPU")
            # The others have the same cause.
            return


def _violation(ctx: StaticContext, stage: str, call: Call, message: str) -> Violation:
    loads = call.name in _LOADS
    error = (
        "RuntimeError: Attempting to deserialize object on a CUDA device" if loads else "RuntimeError: no NVIDIA driver"
    )
    if stage in (AT_IMPORT, "model_fn"):
        answer = load_fails(ctx.stack, f"{error}, on an instance without a GPU")
    else:
        answer = OnSageMaker(status=ctx.stack.error_status, message=f"{error}, on an instance without a GPU")
    return ctx.violation(
        message=message,
        expected="a device that depends on torch.cuda.is_available()",
        got=ast.unparse(call.node)[:80],
        on_sagemaker=answer,
        line=call.node.lineno,
        column=call.node.col_offset + 1,
        function=None if stage == AT_IMPORT else stage,
        fix='map_location="cpu", or the device that is there' if loads else "ask torch.cuda.is_available() first",
        cause="load" if loads else "cuda",
    )


def _is_state(call: Call) -> bool:
    """Return whether a model takes what is loaded as its state."""
    return any(
        isinstance(place.node, ast.Call)
        and isinstance(place.node.func, ast.Attribute)
        and place.node.func.attr == "load_state_dict"
        for place in call.places()
    )


def _is_on_cpu(value: ast.expr | None) -> bool:
    """Return whether a value is moved to the CPU where it is named."""
    text = ast.unparse(value) if value is not None else ""
    return ".cpu()" in text or ".to('cpu')" in text


def _asks(call: Call) -> bool:
    """Return whether a call asks for a GPU."""
    function = call.node.func
    if isinstance(function, ast.Attribute) and function.attr in _ASKS:
        return True
    return any(isinstance(a, ast.Constant) and a.value in _ASKS for a in call.node.args)


def _chosen(call: Call) -> bool:
    """Return whether a call is made only where something of the device was asked, or may fail."""
    for place in call.places():
        match place.node:
            case ast.If(test=test) | ast.IfExp(test=test):
                if place.field != "test" and _is_of_device(test):
                    return True
            case ast.BoolOp(values=values):
                if any(_is_of_device(value) for value in values):
                    return True
            case ast.Try(handlers=[_, *_]) if place.field in ("body", "handlers"):
                if not all(isinstance(handler.body[-1], ast.Raise) for handler in place.node.handlers):
                    return True
            case ast.ExceptHandler():
                return True
    return False


def _is_refused_without(call: Call) -> bool:
    """Return whether the function has raised before where there is no GPU: then the script is meant for one."""
    body = call.owner.body if call.owner is not None else []
    return any(
        isinstance(statement, ast.If)
        and isinstance(statement.body[-1], ast.Raise)
        and any(word in ast.unparse(statement.test) for word in _ASKS)
        and statement.lineno < call.node.lineno
        for statement in (body if isinstance(body, list) else [])
    )


def _is_of_device(test: ast.expr) -> bool:
    text = ast.unparse(test).lower()
    return any(word in text for word in ("cuda", "gpu", "device", "cpu"))


def _gpu(call: Call) -> str:
    """Return how a call asks for a GPU, empty if it does not."""
    if call.name == "torch.device":
        argument = call.argument(0, "type")
        return "torch.device('cuda')" if _is_cuda(argument) else ""
    if not isinstance(call.node.func, ast.Attribute) or call.passes_unseen:
        return ""
    if call.node.func.attr == "cuda" and not call.node.args and not call.node.keywords:
        return ".cuda()"
    if call.node.func.attr == "to" and _is_cuda(call.argument(0, "device")):
        return ".to('cuda')"
    return ""


def _is_cuda(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("cuda")
