"""Answers messages about one script: loads it, runs whole requests, calls single functions."""

from __future__ import annotations

# The stacks import these three where they need them, and a script may have modules of these names beside it.
import inspect  # noqa: F401
import os
import shutil
import tempfile
import traceback  # noqa: F401
from contextlib import nullcontext
from typing import Any, Callable, Dict, FrozenSet, List, Optional, Tuple

from smcontract.runtime.describe import describe
from smcontract.runtime.export import export
from smcontract.runtime.facts import facts_of
from smcontract.runtime.failure import failure_of
from smcontract.runtime.graphs import count_graphs
from smcontract.runtime.ignoring import ignoring_warnings
from smcontract.runtime.loading import Loaded
from smcontract.runtime.modes import modes_of
from smcontract.runtime.plan import Plan, StageError, Step, default_step, make_plan
from smcontract.runtime.replies import Message, Reply, headers_of, not_loaded, reply
from smcontract.runtime.schemas import schema_of
from smcontract.runtime.stand_in import InPlaceOfModelFn, is_stand_in, put_in_place
from smcontract.runtime.state import state_of
from smcontract.runtime.stub_watch import Watch, told_of_stub
from smcontract.runtime.stubs import holds_stub
from smcontract.runtime.tampering import Untouched
from smcontract.runtime.values import MessageError, Values, from_blob
from smcontract.runtime.watching import Lookout, patched, peak_memory, start_lookout
from smcontract.stacks import get_stack
from smcontract.stacks._base import Answer, Stack

GIVEN = ":given"
"""Behind the name of a stage in what is to be exported: the value that it was given, once it has returned."""


class Service:
    """The script's side of the pipe; `owns_process` where nothing else lives in this process."""

    def __init__(self, *, owns_process: bool = False) -> None:
        self._owns_process = owns_process
        self._stack: Optional[Stack] = None
        self._loaded: Optional[Loaded] = None
        self._key: Tuple[Any, ...] = ()
        self._plans: Dict[FrozenSet[str], Plan] = {}
        self._models: Dict[bool, Any] = {}
        self._elsewhere: Dict[str, Any] = {}
        self._values = Values()
        self._watch = Watch()
        self._model_dir = ""
        self._scratch: Optional[str] = None
        self._context: Any = None
        self._environment: Dict[str, str] = {}
        self._stand_in: Optional[InPlaceOfModelFn] = None
        self._lookout: Optional[Lookout] = None
        self.untouched = Untouched()
        self._ops: Dict[str, Callable[[Message, List[bytes]], Reply]] = {
            "load": self._load,
            "invoke": self._invoke,
            "call": self._call,
            "export": self._export,
            "forget": self._forget,
            "facts": self._facts,
            "answer_as": self._answer_as,
            "state": self._state,
            "modes": self._modes,
            "observed": self._observed,
            "rounds": self._rounds,
            "schema": self._schema,
            "ping": _ping,
        }

    def handle(self, message: Message, blobs: List[bytes]) -> Reply:
        """Answer one message; what cannot be answered becomes `{"error": ...}`, never an exception.

        In a shared process the user's own Ctrl-C passes through, and pytest's and the debugger's exceptions.
        """
        try:
            op = self._ops.get(message["op"])
            if op is None:
                raise MessageError("unknown op {!r}".format(message["op"]))
            if self._owns_process:
                return op(message, blobs)
            # pytest's `-W error` must not turn a warning, which a container prints, into the script's exception.
            with ignoring_warnings():
                return op(message, blobs)
        except MessageError as error:
            return {"error": str(error)}, []
        except Exception as error:
            self._reraise_interrupt(error)
            # No other built-in function than what is needed: the script may have replaced them.
            told = "malformed message: {}: {}".format(error.__class__.__name__, error)
            return {"error": told, "changed": self.untouched.changed()}, []

    def close(self) -> None:
        """Forget the script: its module, its values and what loading changed in this process."""
        self._plans.clear()
        self._models.clear()
        self._elsewhere.clear()
        self._values.clear()
        self._key = ()
        self._stand_in = None
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _load(self, message: Message, _: List[bytes]) -> Reply:
        stack = get_stack(message["stack"])
        model_dir = message.get("model_dir")
        uses = message.get("stand_in")
        key = (message["code_dir"], message["module"], model_dir, stack, bool(uses), message.get("cwd"))
        mask = frozenset(message.get("mask", ()))
        if key != self._key:
            self.close()
            self._stack = stack
            self._model_dir = model_dir or self._empty_directory()
            self._context = stack.new_context(self._model_dir)
            # Read before the script is imported, as in the containers: what it sets itself comes too late.
            self._environment = dict(os.environ)
            self._loaded = Loaded(
                message["code_dir"],
                message["module"],
                stack.packages,
                stubs_missing=bool(message.get("stubs_missing")),
            )
            self._watch = Watch()
            lookout = start_lookout(message)
            self._lookout = lookout or self._lookout
            try:
                with lookout or nullcontext():
                    self._watch.load(self._loaded)
            except BaseException as error:
                self._reraise_interrupt(error)
                failure = failure_of("import", "script", error)
                if not failure["frames"] and self.untouched.changed():
                    raise
                self.close()
                return not_loaded(stack, self._context, error, failure, None)
            self._key = key
            self._stand_in = put_in_place(self._loaded.module, uses)
        try:
            plan, model = self._ready(mask)
        except StageError as error:
            failure = failure_of(error.step.name, error.step.by, error.exception)
            file = None if self._loaded is None else self._loaded.file
            return not_loaded(stack, self._context, error.exception, failure, file)
        assert self._loaded is not None
        return {
            "ok": True,
            "resolution": plan.resolution,
            "model": describe(model),
            "module_file": self._loaded.file,
            "stubbed": self._loaded.stubbed,
            "touched": sorted(self._watch.touched),
            "of_stub": self._loaded.uses_stubs and holds_stub(model),
            "peak": peak_memory() if self._owns_process else None,
        }, []

    def _ready(self, mask: FrozenSet[str]) -> Tuple[Plan, Any]:
        """Return the plan and the model for a mask; raises `StageError` as loading does."""
        if self._loaded is None or self._stack is None or not self._key:
            raise MessageError("no script is loaded")
        plan = self._plans.get(mask) or self._plan(self._stack, mask)
        masked = "model_fn" in mask
        if masked not in self._models:
            if plan.pre_model_fn is not None:
                self._run(plan.pre_model_fn, self._model_dir)
            model = self._run(plan.model_fn, self._model_dir)
            if plan.model_warmup_fn is not None:
                self._run(plan.model_warmup_fn, self._model_dir, model)
            self._models[masked] = model
        settled = plan.stack.for_model(self._models[masked])
        if settled is not plan.stack:
            plan = self._plan(settled, mask)
        return plan, self._models[masked]

    def _plan(self, stack: Stack, mask: FrozenSet[str]) -> Plan:
        assert self._loaded is not None
        try:
            plan = make_plan(stack, self._loaded.module, mask, self._context)
        except BaseException as error:
            self._reraise_interrupt(error)
            if not isinstance(error, ValueError) and self.untouched.changed():
                raise
            raise StageError(Step("initialize", "script", make_plan), error) from None
        self._plans[mask] = plan
        return plan

    def _run(self, step: Step, *arguments: Any) -> Any:
        try:
            return self._watch.call(step, arguments)
        except BaseException as error:
            self._reraise_interrupt(error)
            raise StageError(step, error) from None

    def _reraise_interrupt(self, error: BaseException) -> None:
        if not self._owns_process and _is_control(error):
            raise error

    def _invoke(self, message: Message, blobs: List[bytes]) -> Reply:
        stack = self._stack
        if stack is None or not self._key:
            raise MessageError("no script is loaded")
        wanted = message.get("export") or ()
        told = message.get("stages", True)
        stages: List[Message] = []
        out: List[bytes] = []
        failure = None
        self._context.begin(headers_of(message))
        if self._stand_in is not None:
            self._stand_in.state.touched = False
        try:
            plan, model = self._ready(frozenset(message.get("mask") or ()))
            content_type = stack.content_type(message.get("content_type"))
            accept = stack.accept(message.get("accept"), self._environment)
            value = self._run(_BODY, stack, blobs[0], content_type, message.get("body_type"))
            for step in plan.steps:
                name = step.name
                if name == "input_fn":
                    arguments: Tuple[Any, ...] = (value, content_type)
                elif name == "predict_fn":
                    arguments = (value, model)
                elif name == "output_fn":
                    arguments = (value, accept)
                else:
                    arguments = (model, value, content_type, accept)
                given = value
                value = self._run(step, *arguments)
                if not told:
                    continue
                stage: Message = {"name": name, "by": step.by, "value": describe(value)}
                if self._was_asked:
                    stage["of_model"] = True
                if wanted and name + GIVEN in wanted:
                    stage["given"] = {"value": describe(given), "export": export(given, out)}
                if name in wanted:
                    stage["export"] = export(value, out)
                stages.append(stage)
            answer = self._respond(stack, value, accept, plan.steps[-1])
        except StageError as error:
            failure = failure_of(error.step.name, error.step.by, error.exception)
            failure["of_model"] = self._was_asked
            answer = stack.fail(error.exception, self._context)
        return reply(answer, stages, failure, out)

    def _respond(self, stack: Stack, value: Any, accept: str, last: Step) -> Answer:
        try:
            return stack.respond(value, accept, self._context)
        except BaseException as error:
            self._reraise_interrupt(error)
            # What was returned fails when the server looks at it.
            raise StageError(last, error) from None

    def _call(self, message: Message, blobs: List[bytes]) -> Reply:
        plan, model = self._ready(frozenset(message.get("mask") or ()))
        step = self._step(plan, message["function"], message.get("by", "auto"))
        arguments = [self._values.argument(argument, blobs, model) for argument in message["arguments"]]
        try:
            value = self._run(step, *arguments)
        except StageError as error:
            failure = failure_of(step.name, step.by, error.exception)
            return {"value": None, "description": None, "failure": failure}, []
        return {"value": self._values.keep(value), "description": describe(value), "failure": None}, []

    def _step(self, plan: Plan, name: str, by: str) -> Step:
        assert self._stack is not None
        if by == "default":
            return default_step(plan.stack, name)
        step = plan.step(name)
        if step is None or (by == "script" and step.by != "script"):
            raise MessageError("the script has no {}".format(name))
        return step

    def _export(self, message: Message, _: List[bytes]) -> Reply:
        out: List[bytes] = []
        return {"export": export(self._values.get(message["value"]), out)}, out

    def _forget(self, message: Message, _: List[bytes]) -> Reply:
        self._values.forget(message["values"])
        return {"ok": True}, []

    def _facts(self, message: Message, _: List[bytes]) -> Reply:
        _plan, model = self._ready(frozenset(message.get("mask") or ()))
        return {} if is_stand_in(model) else told_of_stub(model) or facts_of(model), []

    @property
    def _was_asked(self) -> bool:
        """Whether this request has asked a stand-in so far."""
        return self._stand_in is not None and self._stand_in.state.touched

    def _answer_as(self, message: Message, _: List[bytes]) -> Reply:
        if self._stand_in is not None:
            self._stand_in.state.flavour = message["flavour"]
            self._stand_in.state.any_width = message["any_width"]
            self._stand_in.state.width = message["width"]
        return {"ok": True}, []

    def _state(self, message: Message, _: List[bytes]) -> Reply:
        _plan, model = self._ready(frozenset())
        if message.get("graphs"):
            return {"graphs": count_graphs()}, []
        return {"state": state_of(model)}, []

    def _modes(self, message: Message, _: List[bytes]) -> Reply:
        _plan, model = self._ready(frozenset(message.get("mask") or ()))
        return {"training": modes_of(model)}, []

    def _observed(self, message: Message, _: List[bytes]) -> Reply:
        if self._lookout is None:
            raise MessageError("nothing is watched")
        module = self._loaded.module if self._loaded is not None else None
        replaced = patched(module, message.get("assigned") or ()) if module is not None else []
        return {"left": [*self._lookout.left(), *replaced], "written": self._lookout.written()}, []

    def _rounds(self, message: Message, blobs: List[bytes]) -> Reply:
        """Answer several requests, by the model of the directory that the message names, else by the script's own."""
        from smcontract.runtime import rounds
        from smcontract.runtime.sharing import find_shared

        if self._loaded is None or self._stack is None:
            raise MessageError("no script is loaded")
        plan, model = self._ready(frozenset())
        directory = message.get("model_dir") or self._model_dir
        try:
            other = model if directory == self._model_dir else self._other_model(plan, directory)
        except StageError as error:
            return {"failure": failure_of(error.step.name, error.step.by, error.exception)}, []
        serving = rounds.Serving(plan.stack, self._loaded.module, other, directory, self._environment)
        if message["how"] == "share":
            found = find_shared(
                serving._replace(model=model, model_dir=self._model_dir), other, message["requests"], blobs
            )
            return {"shared": found}, []
        return rounds.answer(serving, message, blobs, owns_process=self._owns_process)

    def _other_model(self, plan: Plan, directory: str) -> Any:
        if directory not in self._elsewhere:
            self._elsewhere[directory] = self._run(plan.model_fn, directory)
        return self._elsewhere[directory]

    def _schema(self, message: Message, _: List[bytes]) -> Reply:
        """Return the JSON Schema of a pydantic model of the script, None where it has none of that name."""
        if self._loaded is None:
            raise MessageError("no script is loaded")
        return {"schema": schema_of(self._loaded.module, message["name"], self._reraise_interrupt)}, []

    def _empty_directory(self) -> str:
        self._scratch = tempfile.mkdtemp(prefix="smcontract-")
        return self._scratch


def _is_control(error: BaseException) -> bool:
    """Whether an exception is no script's: Ctrl-C, leaving the debugger, pytest's own (an outcome, a time limit)."""
    if isinstance(error, KeyboardInterrupt):
        return True
    return any(
        cls.__module__ == "_pytest.outcomes" or (cls.__module__, cls.__name__) == ("bdb", "BdbQuit")
        for cls in type(error).__mro__
    )


def _ping(_: Message, __: List[bytes]) -> Reply:
    return {"ok": True, "pid": os.getpid()}, []


def _body(stack: Stack, raw: bytes, content_type: Optional[str], body_type: Optional[str]) -> Any:
    return stack.body(raw, content_type) if body_type is None else from_blob(raw, body_type)


_BODY = Step("body", "default", _body)
