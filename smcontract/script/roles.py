"""What a handler's parameter is meant for, told from its name."""

from __future__ import annotations

from functools import lru_cache

from smcontract.script.facts import Function, FunctionNode, Parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Role = Literal["model_dir", "model", "data", "type", "prediction", "accept", "context"]

ROLES: dict[str, tuple[Role, ...]] = {
    "model_fn": ("model_dir", "context"),
    "input_fn": ("data", "type", "context"),
    "predict_fn": ("data", "model", "context"),
    "output_fn": ("prediction", "accept", "context"),
    "transform_fn": ("model", "data", "type", "accept", "context"),
}
"""What the container passes, in its order, the context last."""

_TYPES = frozenset({"content_type", "contenttype", "mime_type", "mimetype"})
_OF_REQUESTS = frozenset({"request", "input", "in"})
_OF_RESPONSES = frozenset({"response", "output", "out", "result"})
_MODELS = frozenset({
    "model", "models", "net", "network", "clf", "classifier", "regressor", "estimator", "predictor", "pipeline", "pipe",
    "booster", "learner",
})  # fmt: skip
_BEFORE_MODELS = frozenset(
    {"my", "the", "loaded", "trained", "nn", "ml", "sk", "torch", "tf", "keras", "xgb", "onnx", "model"}
)
_OF_MODELS = frozenset({"obj", "object", "dict", "artifacts", "tuple", "assets", "components"})
_PREDICTIONS = frozenset({"prediction", "predictions", "pred", "preds", "predicted"})
_RESULTS = frozenset({"output", "outputs", "result", "results"})
_DATA = frozenset({"data", "input", "inputs", "body", "payload", "features", "dataframe"})
_ALONE = frozenset({
    "x", "df", "text", "texts", "image", "images", "img", "tensor", "batch", "request", "req", "instances",
    "input_batch",
})  # fmt: skip


def _is(role: Role, bare: str) -> bool:
    """Return whether a name in lower case, its words apart by underscores, tells a role."""
    words = bare.split("_")
    first, last = words[0], words[-1]
    match role:
        case "context":
            return last in ("context", "ctx")
        case "model_dir":
            return last in ("dir", "directory", "path", "folder")
        case "accept":
            return first in ("accept", "accepts") or (first in _OF_RESPONSES and last in ("type", "format", "mimetype"))
        case "type":
            rest = bare.removeprefix(f"{first}_") if first in _OF_REQUESTS else bare
            return rest in _TYPES or bare in ("request_type", "input_type")
        case "model":
            is_model = last in _MODELS and (len(words) == 1 or first in _BEFORE_MODELS)
            return is_model or (first == "model" and (last in _OF_MODELS or words[1:2] == ["and"]))
        case "prediction":
            if first in _PREDICTIONS:
                return len(words) == 1 or last in _RESULTS or first == "predicted"
            named = first in ("output", "response") and last in ("data", "object", "body", "dict")
            return named or bare in _RESULTS or (first in ("model", "inference") and last in _RESULTS)
        case "data":
            is_object = first in ("input", "request", "serialized") and last in ("object", "objects")
            return last in _DATA or bare in _ALONE or is_object


@lru_cache(maxsize=1024)
def role_of(name: str, expected: tuple[Role, ...]) -> Role | None:
    """Return which of the `expected` roles a parameter's name tells, None if none or more than one."""
    bare = _apart(name)
    found = [role for role in expected if _is(role, bare)]
    if "accept" in expected and "type" not in expected and not found and _is("type", bare):
        return "accept"
    return found[0] if len(found) == 1 else None


def _apart(name: str) -> str:
    """Return a name in lower case with underscores between its words: `inputObject` and `input_object` are one."""
    bare = name.strip("_")
    if bare.islower() or bare.isupper():
        return bare.lower()
    return "".join(f"_{c.lower()}" if c.isupper() and n else c.lower() for n, c in enumerate(bare))


def misplaced(function: Function) -> list[tuple[str, Role, Role]]:
    """Return the parameters that stand where another is passed, with their own role and that of their place.

    Only those that stand in each other's places: a name alone may be an odd one.
    """
    expected = ROLES.get(function.name)
    names = function.parameters.names if isinstance(function.parameters, Parameters) else ()
    if not expected or len(names) < 2 or len(names) > len(expected):
        return []
    told = [role_of(name, expected) for name in names]
    if len({role for role in told if role}) < sum(role is not None for role in told):
        return []
    wrong = [
        (name, role, place) for name, role, place in zip(names, told, expected, strict=False) if role and role != place
    ]
    places, roles = {place for *_, place in wrong}, {role for _, role, _ in wrong}
    return wrong if len(wrong) >= 2 and places == roles else []


def node_of(function: Function) -> FunctionNode | None:
    """Return a function's definition where its own parameters are the ones that the container fills."""
    node, parameters = function.node, function.parameters
    if node is None or parameters is None:
        return None
    own = tuple(a.arg for a in (*node.args.posonlyargs, *node.args.args))
    return node if own == parameters.names else None
