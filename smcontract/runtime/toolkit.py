"""AWS's own toolkit in the script's process: its handler service, around the script's functions.

The server around the toolkit is still our model of it; the engine `worker` has the real one.
Sources: transformer.py, default_handler_service.py of sagemaker-inference 1.5.5 to 1.10.1 and of the copy in
sagemaker-pytorch-inference 2.0.25; handler_service.py of sagemaker-huggingface-inference-toolkit 2.6.0.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from types import ModuleType
from typing import Any, Collection, Dict, Iterator, List, Mapping, Optional

from smcontract.runtime.plan import Plan, Step
from smcontract.runtime.recording import Recorded, Recorder, watch_calls
from smcontract.stacks._base import Stack

_OWN_NAMES = {"load": "model_fn", "preprocess": "input_fn", "predict": "predict_fn", "postprocess": "output_fn"}
"""What the Hugging Face service calls them, and what a script does."""
_HOOKS = ("pre_model_fn", "model_warmup_fn")


class Toolkit:
    """A handler service of the installed toolkit, for one script with some of its functions masked.

    Raises what the toolkit's own import raises.
    """

    def __init__(self, stack: Stack, variables: Mapping[str, str]) -> None:
        assert stack.handler_service is not None
        self.recorder = Recorder()
        self._stack = stack
        self._variables = variables
        self._by: Dict[str, str] = {}
        module, _, name = stack.handler_service.partition(":")
        with _environment(variables):
            self.service = getattr(importlib.import_module(module), name)()

    def initialize(self, module: Optional[ModuleType], mask: Collection[str], context: Any) -> None:
        """Load script and model as the worker does when it starts; raises what that raises."""
        self._by = self._served_by(module, mask)
        self.recorder.begin(())
        with _masked(module, mask), self._watched():
            self.service.initialize(context)

    def _served_by(self, module: Optional[ModuleType], mask: Collection[str]) -> Dict[str, str]:
        by = {}
        for name in ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn", *_HOOKS):
            own = None if name in mask else getattr(module, name, None)
            known = name not in {"transform_fn", *_HOOKS}
            default = "default" if known and self._stack.has_default(name) else "missing"
            by[name] = "script" if own else default
        return by

    @property
    def plan(self) -> Plan:
        """Who serves each function, each called as the toolkit calls it."""
        names = ["transform_fn"] if self._by["transform_fn"] == "script" else ["input_fn", "predict_fn", "output_fn"]
        steps = [self._step(name) for name in names]
        return Plan(self._stack.for_model(self.model), steps, self._step("model_fn"), None, None)

    @property
    def model(self) -> Any:
        """What `model_fn` returned."""
        holder = self._holder()
        return vars(holder)["_model" if "_model" in vars(holder) else "model"]

    def handle(self, body: Any, context: Any) -> List[Any]:
        """Answer one request, whose headers the context holds."""
        result: List[Any] = self.service.handle([{"body": body}], context)
        return result

    def _holder(self) -> Any:
        """Return the object that keeps the functions: the transformer, or a service that has none."""
        return getattr(self.service, "_service", None) or self.service

    def _step(self, name: str) -> Step:
        holder = self._holder()
        own = {ours: theirs for theirs, ours in _OWN_NAMES.items()}
        if hasattr(holder, "_" + name):
            function = getattr(holder, "_" + name)
            run = getattr(holder, "_run_handler_function", None)
            return Step(name, self._by[name], function if run is None else lambda *values: run(function, *values))
        function = getattr(holder, own.get(name, name))
        extra = getattr(holder, own.get(name, name).replace("_fn", "") + "_extra_arg", [])
        return Step(name, self._by[name], lambda *values: function(*values, *extra))

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """While the service initializes, watch the functions as soon as it has resolved them."""
        theirs = "validate_and_initialize_user_module"
        if hasattr(self.service, theirs):
            validate = getattr(self.service, theirs)

            def resolve() -> None:
                validate()
                for name, ours in _OWN_NAMES.items():
                    self._watch(self.service, name, ours)
                if self._by["transform_fn"] == "script":
                    self._watch(self.service, "transform_fn", "transform_fn")

            setattr(self.service, theirs, resolve)
            yield
            return
        with self._watched_transformer():
            yield

    @contextlib.contextmanager
    def _watched_transformer(self) -> Iterator[None]:
        from sagemaker_inference import environment, transformer

        kind = transformer.Transformer
        resolve, make, recorder = kind._validate_user_module_and_set_functions, environment.Environment, self.recorder

        def resolve_and_watch(one: Any) -> None:
            resolve(one)
            own = "transform_fn" if self._by["transform_fn"] == "script" else "output_fn"
            for name in ("model_fn", "input_fn", "predict_fn", *_HOOKS, own):
                if getattr(one, "_" + name, None) is not None:
                    self._watch(one, "_" + name, name)
            watch_calls(one)
            handle_error = one.handle_error

            def handle_error_and_tell(*arguments: Any) -> Any:
                # Whatever no function raised is of the toolkit's own: a body that is not UTF-8.
                error = sys.exc_info()[1]
                if error is not None:
                    recorder.raised("body", "default", error)
                return handle_error(*arguments)

            one.handle_error = handle_error_and_tell

        def make_before() -> Any:
            # Before the script is imported, as in the container: what it sets itself comes too late.
            with _environment(self._variables):
                return make()

        kind._validate_user_module_and_set_functions = resolve_and_watch
        environment.Environment = make_before
        try:
            yield
        finally:
            kind._validate_user_module_and_set_functions = resolve
            environment.Environment = make

    def _watch(self, holder: Any, attribute: str, name: str) -> None:
        function = getattr(holder, attribute)
        setattr(holder, attribute, Recorded(self.recorder, name, self._by[name], function))


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    now = dict(os.environ)
    if now == variables:
        yield
        return
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(now)


@contextlib.contextmanager
def _masked(module: Optional[ModuleType], mask: Collection[str]) -> Iterator[None]:
    """Have the script imported without some of its functions."""
    if module is None or not mask:
        yield
        return
    stand_in = ModuleType(module.__name__)
    vars(stand_in).update((name, value) for name, value in vars(module).items() if name not in mask)
    sys.modules[module.__name__] = stand_in
    try:
        yield
    finally:
        sys.modules[module.__name__] = module
