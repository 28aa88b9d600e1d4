"""What a stack is: the facts of one container family at one version, and how it behaves around a script."""

from __future__ import annotations

import functools

from smcontract.lean import NamedTuple
from smcontract.stacks._binding import bind_counted
from smcontract.stacks._context import Context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ClassVar, Dict, FrozenSet, Iterable, Mapping, Optional, Tuple

DEFAULT_ACCEPT_VARIABLE = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"

_ARITY = {
    "model_fn": 1,
    "input_fn": 2,
    "predict_fn": 2,
    "output_fn": 2,
    "transform_fn": 4,
    "pre_model_fn": 1,
    "model_warmup_fn": 2,
}


class Answer(NamedTuple):
    """What a client gets, and why.

    `status` is the HTTP status, `content_type` the response's header (None if absent), `body` its bytes,
    `error` one line on what went wrong (None on success), `dies` whether answering ended the worker process.
    """

    status: int
    content_type: Optional[str]
    body: Optional[bytes]
    error: Optional[str] = None
    dies: bool = False


class Stack:
    """One container family at one version; instances never change.

    `versions` runs from the oldest to the newest, which is the default. `handler_service` is what
    the server's worker loads, as `MODULE:CLASS`; None where the toolkit is on no package index or has no such
    worker. `unpacks_tuples` says that (body, content type) is taken apart,
    `none_is_absent` that a function bound to None counts as left out (elsewhere whatever is false does, but a
    `model_fn`), `json_stays_plain` that the default `input_fn` hands on JSON as dicts, lists and scalars, so that the
    type depends on the body. `sources` names, for each fact, the
    toolkit, its version and the file that the fact was read in.
    """

    name: ClassVar[str]
    versions: ClassVar[Tuple[str, ...]]
    toolkit: ClassVar[str]
    server: ClassVar[str]
    handler_service: ClassVar[Optional[str]] = None
    text_types: ClassVar[FrozenSet[str]] = frozenset(("application/json", "text/csv"))
    body_type: ClassVar[str] = "bytearray"
    content_types: Tuple[str, ...] = ()
    accepts: Tuple[str, ...] = ()
    working_directory: ClassVar[str] = "server"
    error_status: ClassVar[int] = 500
    has_default_model_fn: ClassVar[bool] = False
    has_default_predict_fn: ClassVar[bool] = False
    default_attribute: ClassVar[Optional[str]] = None
    default_content_type: ClassVar[Optional[str]] = None
    unpacks_tuples: ClassVar[bool] = True
    none_is_absent: ClassVar[bool] = False
    json_stays_plain: ClassVar[bool] = False
    max_request_bytes: ClassVar[Optional[int]] = None
    max_response_bytes: ClassVar[Optional[int]] = None
    packages: ClassVar[Tuple[str, ...]] = ()
    arity: ClassVar[Mapping[str, int]] = _ARITY
    sources: ClassVar[Dict[str, str]] = {}

    def __init__(self, version: Optional[str] = None) -> None:
        self.version = version or self.versions[-1]

    def __repr__(self) -> str:
        return "{}@{}".format(self.name, self.version)

    @property
    def counts_parameters(self) -> bool:
        """Whether the number of parameters decides if a context is passed (else it never is)."""
        return False

    def passes_context(self, name: str, defined: Iterable[str]) -> bool:  # noqa: ARG002
        """Whether the function `name` of a script that defines these functions may take the context."""
        return self.counts_parameters

    @property
    def has_hooks(self) -> bool:
        """Whether `pre_model_fn` and `model_warmup_fn` are called."""
        return False

    def _is_at_least(self, *release: int) -> bool:
        return _release(self.version) >= release

    def for_module(self, module: Any) -> Stack:  # noqa: ARG002
        """Return the stack as it is for a script's module (None: not found), before the model is loaded."""
        return self

    def for_model(self, model: Any) -> Stack:  # noqa: ARG002
        """Return the stack as it is for the loaded model, where the kind of model decides on the defaults."""
        return self

    def bind(self, name: str, function: Any, context: Context) -> Callable[..., Any]:
        """Return how the toolkit calls a function of the script, given the arguments without the context.

        Raises where the toolkit refuses the function before it calls it.
        """
        return bind_counted(function, self.arity[name], context) if self.counts_parameters else function

    def new_context(self, model_dir: Optional[str]) -> Context:
        """Return the context object that one worker keeps for all its requests."""
        return Context(model_dir)

    def content_type(self, header: Optional[str]) -> Optional[str]:
        """Return the content type that the script is told for a Content-Type header (None: no header)."""
        return header or self.default_content_type if self.default_content_type else header

    def accept(self, header: Optional[str], env: Mapping[str, str]) -> str:
        """Return the accept that the script is told for an Accept header (None: no header)."""
        if not header or header == "*/*":
            return env.get(DEFAULT_ACCEPT_VARIABLE, "application/json")
        return header

    def body(self, raw: bytes, content_type: Optional[str]) -> Any:
        """Return the request body as the script gets it; raises what the toolkit raises on bad UTF-8."""
        raise NotImplementedError

    def default_model_fn(self, model_dir: str) -> Any:
        """Load the model, where the script has no `model_fn`."""
        raise NotImplementedError("Please provide a model_fn implementation.")

    def default_model_fn_needs(
        self,
        files: Iterable[str],  # noqa: ARG002
        env: Mapping[str, str],  # noqa: ARG002
    ) -> Optional[str]:
        """Return what the default `model_fn` needs where these files of the model directory are not enough.

        `env` is the container's environment; the text follows "the default one". None: it may load a model.
        """
        return None

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Decode a request body, where the script has no `input_fn`."""
        raise NotImplementedError("Please provide a input_fn implementation.")

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Predict, where the script has no `predict_fn`."""
        raise NotImplementedError("Please provide a predict_fn implementation.")

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode a prediction, where the script has no `output_fn`."""
        raise NotImplementedError("Please provide a output_fn implementation.")

    def respond(self, result: Any, accept: str, context: Optional[Context] = None) -> Answer:
        """Return what the client gets for what the script's last function returned."""
        raise NotImplementedError

    def fail(self, exception: BaseException, context: Optional[Context] = None) -> Answer:
        """Return what the client gets for an exception in any function of a request."""
        raise NotImplementedError

    def default(self, name: str) -> Any:
        """Return the default for a handler function's name."""
        return getattr(self, "default_" + name)

    def has_default(self, name: str) -> bool:
        """Whether the default for `name` does anything but refuse."""
        if name == "model_fn":
            return self.has_default_model_fn
        return name != "predict_fn" or self.has_default_predict_fn


@functools.lru_cache(maxsize=64)
def _release(version: str) -> Tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
