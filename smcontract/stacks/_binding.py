"""Calling a function with the context, where it takes one parameter more than the toolkit has arguments.

Source: `_run_handler_function` in transformer.py of sagemaker-inference 1.7.0 to 1.10.1.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    Call = Callable[..., Any]


def bind_counted(function: Any, given: int, context: Any) -> Call:
    """Return a call with `given` arguments, and the context where one more parameter stands.

    For any other count it raises TypeError, and what `inspect.signature` raised, at every call.
    """
    # Not for those that only want to know of stacks.
    import inspect

    try:
        count = len(inspect.signature(function).parameters)
    except (TypeError, ValueError) as error:
        return _raising(error)
    if count == given:
        return function  # type: ignore[no-any-return]
    if count == given + 1:
        return lambda *arguments: function(*arguments, context)

    def refuse(*_: Any) -> Any:
        raise TypeError("{} takes {} arguments but {} were given.".format(function.__name__, count, given))

    return refuse


def _raising(error: Exception) -> Call:
    kind, arguments = type(error), error.args

    def refuse(*_: Any) -> Any:
        raise kind(*arguments)

    return refuse
