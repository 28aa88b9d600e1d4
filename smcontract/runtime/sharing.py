"""Two models in one process: whether serving the first reads a global in which the second one stands."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any, Dict, Iterator, List, NoReturn, Tuple

from smcontract.runtime.rounds import Message, Serving, new_plan, serve

_PLAIN = (str, bytes, int, float, complex, bool, type(None), type, FunctionType, ModuleType)


SAME = "what model_fn returned for the first"
"""What is shared where `model_fn` returns one object for both."""


class Read(Exception):
    """A trap was used."""


class Trap:
    """Stands in the place of a model, and cannot be used for anything."""

    def _used(self, *_: Any, **__: Any) -> NoReturn:
        raise Read

    def __getattr__(self, name: str) -> NoReturn:
        raise Read(name)

    __call__ = __getitem__ = __iter__ = __len__ = __bool__ = __contains__ = __str__ = __format__ = _used
    __add__ = __mul__ = __matmul__ = __sub__ = __radd__ = __rmul__ = _used


def find_shared(serving: Serving, other: Any, requests: List[Message], bodies: List[bytes]) -> List[Message]:
    """Return the requests to the first model that fail once a trap stands where a global holds the second one.

    A second model that is the first is one object for two directories: each request shows it.
    """
    if _is_plain(other) or serving.module is None:
        return []
    if other is serving.model and serving.model_dir:
        return [{"place": 0, "name": SAME}]
    plan, context = new_plan(serving)
    found = []
    for holder, key, name in list(_places(vars(serving.module), other)):
        kept = holder[key]
        holder[key] = Trap()
        try:
            for place, (request, body) in enumerate(zip(requests, bodies)):
                served = serve(serving, plan, context, request, body)
                if served.failure is not None and served.failure["type"] == "Read":
                    found.append({"place": place, "name": name})
                    break
        finally:
            holder[key] = kept
    return found


def _is_plain(value: Any) -> bool:
    return isinstance(value, _PLAIN) or (isinstance(value, tuple) and not value)


def _places(names: Dict[str, Any], model: Any) -> Iterator[Tuple[Any, Any, str]]:
    """Yield where a module holds a model, or a part of it: container, key, and how it is called."""
    parts = [model]
    if isinstance(model, (tuple, list)):
        parts += list(model)
    elif isinstance(model, dict):
        parts += list(model.values())
    wanted = {id(part) for part in parts if not _is_plain(part)}
    for name, value in list(names.items()):
        if name.startswith("__"):
            continue
        if id(value) in wanted:
            yield names, name, name
        elif isinstance(value, dict):
            for key, inner in list(value.items()):
                if id(inner) in wanted:
                    yield value, key, "{}[{!r}]".format(name, key)
        elif isinstance(value, list):
            for place, inner in enumerate(list(value)):
                if id(inner) in wanted:
                    yield value, place, "{}[{}]".format(name, place)
