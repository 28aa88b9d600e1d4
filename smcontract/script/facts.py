"""What a script says of itself, told from its source: the values that the readers of this package return."""

from __future__ import annotations

import ast

from smcontract.lean import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["function", "async", "generator", "class", "lambda", "callable", "imported"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

HANDLERS = ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn")
HOOKS = ("pre_model_fn", "model_warmup_fn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a file is no script that Python could import; `line` and `column` count from 1.

    `is_unread` says that the file itself could not be read, so that nothing is known of what it holds,
    `is_empty` that it holds no statement.
    """

    message: str
    line: int | None = None
    column: int | None = None
    is_unread: bool = False
    is_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A function's parameters: `names` are the positional ones, `required` of them without a default."""

    names: tuple[str, ...]
    required: int
    optional: int
    has_varargs: bool
    has_kwargs: bool
    keyword_only_required: tuple[str, ...]
    count: int
    """`len(inspect.signature(function).parameters)`: every parameter, `*args` and `**kwargs` included."""

    def binds(self, n: int) -> bool:
        """Return whether a call with `n` positional arguments and nothing else can be bound."""
        if self.keyword_only_required or n < self.required:
            return False
        return self.has_varargs or n <= len(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A name that the container looks up in the script, as `getattr(module, name)` finds it.

    `kind` is "callable" where the source does not show what is called (a call's result, an unknown
    decorator, different definitions in different branches) and "imported" for a name from another module.
    `node` is None where no definition in this file is the one that is called. `parameters` is None where
    they cannot be told. `line` and `column` are where the name is bound, counted from 1. `is_certain`
    is false where only some ways through the module bind the name.
    """

    name: str
    kind: Kind
    line: int
    column: int
    end_line: int
    node: FunctionNode | None = None
    parameters: Parameters | None = None
    is_certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A module that the script imports: its top-level name.

    `guarded` says that the import may fail or never run without harm to the import of the script: it
    stands in a `try`, under `TYPE_CHECKING`, under the `__main__` guard or in a function.
    """

    name: str
    line: int
    guarded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """An inline `# smcontract: ignore[SMC109]`; it covers the lines `first` to `last`, both included.

    `function` names the function that it covers as a whole, None where it covers one statement's line.
    """

    line: int
    codes: tuple[str, ...]
    first: int
    last: int
    function: str | None = None

    def covers(self, code: str, line: int | None) -> bool:
        """Return whether a violation of `code` at `line` is ignored."""
        return code in self.codes and line is not None and self.first <= line <= self.last
