"""Request bodies: encoded, decoded, drawn, found and damaged."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from smcontract.payloads._public import payloads

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["payloads"]


class _Callable(ModuleType):
    # Importing this package binds its name in `smcontract`, where `smcontract.payloads(...)` is the function.
    def __call__(self, *arguments: Any, **keywords: Any) -> SearchStrategy[bytes]:
        return payloads(*arguments, **keywords)


_Callable.__call__.__doc__ = payloads.__doc__
sys.modules[__name__].__class__ = _Callable
