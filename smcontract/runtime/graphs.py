"""Whether a value holds on to the graph from which torch would compute gradients."""

from __future__ import annotations

import sys
from typing import Any

_MAX_LOOKS = 200


def keeps_graph(value: Any) -> bool:
    """Return whether a tensor in a value (itself, or in lists, tuples and dicts of it) requires gradients."""
    if "torch" not in sys.modules:
        return False
    waiting = [value]
    looks = 0
    while waiting and looks < _MAX_LOOKS:
        looks += 1
        one = waiting.pop()
        if type(one).__module__.partition(".")[0] == "torch" and hasattr(one, "requires_grad"):
            if one.requires_grad:
                return True
        elif isinstance(one, dict):
            # A transformers output is a dict too.
            waiting.extend(list(one.values())[:_MAX_LOOKS])
        elif isinstance(one, (list, tuple)):
            waiting.extend(one[:_MAX_LOOKS])
    return False


def count_graphs() -> int:
    """Return how many tensors that were computed with a graph are alive in this process."""
    torch = sys.modules.get("torch")
    kind = getattr(torch, "Tensor", None)
    if kind is None:
        return 0
    import gc

    gc.collect()
    return sum(1 for one in gc.get_objects() if type(one) is kind and one.grad_fn is not None)
