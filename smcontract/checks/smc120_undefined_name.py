"""SMC120: a handler reads a name that nothing defines or imports."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.facts import HANDLERS
from smcontract.script.script import Script
from smcontract.script.undefined import Undefined, undefined_names
from smcontract.script.unserved import unserved
from smcontract.violations import OnSageMaker, Severity, Violation

_ALIASES = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "mx": "import mxnet as mx",
    "tf": "import tensorflow as tf",
    "xgb": "import xgboost as xgb",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "StringIO": "from io import StringIO",
    "BytesIO": "from io import BytesIO",
    "Image": "from PIL import Image",
}
_MODULES = frozenset(
    {
        *("json", "os", "io", "sys", "logging", "time", "re", "base64", "pickle", "tempfile", "traceback", "math"),
        *("csv", "glob", "shutil", "subprocess", "argparse", "datetime", "random", "uuid", "typing", "requests"),
        *("torch", "numpy", "pandas", "joblib", "sklearn", "transformers", "boto3", "cv2", "xgboost", "mxnet"),
    }
)


@check("SMC120", "undefined-name", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def undefined_name(ctx: StaticContext) -> Iterator[Violation]:
    """A handler reads a name that nothing in the script defines or imports.

    ## What it does
    Resolves every name that a handler reads, and the helpers and classes of the file that it calls, through
    the scopes of Python, and every name that the import itself certainly reads. A name that is bound only
    under `if __name__ == "__main__":` or `if TYPE_CHECKING:` is not there when the script serves.

    ## Why it fails on SageMaker
    NameError: when the model is loaded for `model_fn`, at each request that comes to the line for the other
    functions. The client gets 500, and 400 under `huggingface`. At import nothing is served at all. Where only
    a refusal reads the name (in a `raise`, in an `except`) the client gets NameError in place of the reason,
    and the finding is a warning.

    ## Example
        def input_fn(data, content_type):
            return json.loads(data)             # no `import json`

    ## Fix
    Import or define the name, outside of any guard that serving does not take.

    ## When it stays silent
    Where names may be bound that the source does not show: a star import, `globals()`, `exec`, `setattr`, a
    module's `__getattr__`. For names that a `try` with `except NameError` asks for, for annotations that
    are not evaluated, for code that cannot be reached, and for functions that no handler calls.

    ## Source
    Python, "Naming and binding"; sagemaker-inference 1.10.1, `transformer.py`, `transform`.
    """
    script = ctx.script
    if script.tree is None:
        return
    for one in undefined_names(script.tree, script.functions, script.source):
        if one.guard is not None and one.name in HANDLERS and _is_told(script, one.name):
            continue
        yield ctx.violation(
            message=_message(one),
            expected=f"{one.name} is defined where serving reads it",
            got=f"NameError: name {one.name!r} is not defined",
            on_sagemaker=_answer(ctx, one),
            line=one.node.lineno,
            column=one.node.col_offset + 1,
            function=one.handler or None,
            fix=_fix(one),
            cause=f"{one.handler}:{one.name}",
            severity=Severity.WARNING if one.refuses else Severity.ERROR,
        )


def _is_told(script: Script, name: str) -> bool:
    """Return whether SMC107 says of a handler that serving skips its definition."""
    assert script.tree is not None, "what has no tree has no findings"
    definition, _ = unserved(script.tree, script.functions).get(name, (None, None))
    return definition is not None and not script.is_opaque and not script.is_ignored("SMC107", definition.lineno)


def _message(one: Undefined) -> str:
    who = one.handler or "the import of the script"
    reads = f"calls {one.via}, which reads" if one.via else "reads"
    if one.guard is None:
        return f"{who} {reads} {one.name}, which nothing defines or imports"
    return f"{who} {reads} {one.name}, which only the `if` on line {one.guard.lineno} binds, and serving skips that"


def _fix(one: Undefined) -> str:
    if one.guard is not None:
        return f"define {one.name} outside of the `if` on line {one.guard.lineno}"
    if one.name in _MODULES:
        return f"add `import {one.name}`"
    return f"add `{_ALIASES[one.name]}`" if one.name in _ALIASES else f"define or import {one.name}"


def _answer(ctx: StaticContext, one: Undefined) -> OnSageMaker:
    error = f"NameError: name {one.name!r} is not defined"
    if one.handler in ("", "model_fn"):
        if ctx.stack.server == "flask":
            return OnSageMaker(status=None, message=f"/ping fails ({error}); the endpoint never goes InService")
        return OnSageMaker(status=ctx.stack.error_status, message=f"every request: {error}")
    return OnSageMaker(status=ctx.stack.error_status, message=error)
