"""Which parts of a torch model behave otherwise in training, and are left in training mode."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

from smcontract.runtime.describe import guarded

_MOST = 4
"""Parts that are told."""
_DEPTH = 3
"""How far a module is looked for in what model_fn returned: a tuple, a dict, an object of the script's own."""
_ITEMS = 64


def modes_of(model: Any) -> List[Dict[str, str]]:
    """Return `{"kind", "where"}` of the dropout and batch norm layers that are in training mode; never raises."""
    found: List[Dict[str, str]] = []
    try:
        for prefix, module in _modules(model, "", _DEPTH, set()):
            for name, part in module.named_modules():
                if part.training and _matters(part):
                    where = ".".join(piece for piece in (prefix, name) if piece)
                    found.append({"kind": _kind(part), "where": where})
                    if len(found) >= _MOST:
                        return found
    except Exception:
        return found
    return found


def _modules(value: Any, prefix: str, depth: int, seen: Any) -> Iterator[Tuple[str, Any]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if _is_module(value):
        yield prefix, value
        return
    if depth == 0:
        return
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, (list, tuple)):
        inner = list(enumerate(value))
    else:
        inner = list(getattr(value, "__dict__", {}).items())
    for name, part in inner[:_ITEMS]:
        yield from _modules(part, "{}.{}".format(prefix, name) if prefix else str(name), depth - 1, seen)


def _is_module(value: Any) -> bool:
    return any(cls.__name__ == "Module" and cls.__module__ == "torch.nn.modules.module" for cls in type(value).__mro__)


def _kind(part: Any) -> str:
    # A scripted module keeps the name of the class that it was made of.
    return str(guarded(part, "original_name") or type(part).__name__)


def _matters(part: Any) -> bool:
    """Whether training mode changes what the layer does."""
    kind = _kind(part)
    if "Dropout" in kind:
        chance = guarded(part, "p")
        return not (isinstance(chance, (int, float)) and chance == 0)
    if "BatchNorm" in kind:
        # Without running statistics it takes the batch's own in either mode.
        return guarded(part, "track_running_stats") is not False
    return False
