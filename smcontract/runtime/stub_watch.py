"""The script's functions called while stubs stand in for packages: what rests on one is told as the package missing."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Set, Tuple

from smcontract.runtime import stubs
from smcontract.runtime.loading import Loaded
from smcontract.runtime.plan import Step
from smcontract.runtime.stand_in import is_stand_in
from smcontract.runtime.stub_touching import missing
from smcontract.runtime.stub_values import value

_LOADING = frozenset({"model_fn", "pre_model_fn", "model_warmup_fn"})
_WITH_MODEL = frozenset({"predict_fn", "transform_fn"})


class Watch:
    """What stubs had to do with one script; without any, calls are only passed on.

    `touched` are the packages whose stubs the import and `model_fn` used.
    """

    def __init__(self) -> None:
        self.touched: Set[str] = set()
        self._is_active = False
        self._decided: Optional[str] = None
        self._model_decided: Optional[str] = None

    def load(self, loaded: Loaded) -> None:
        """Import the script; raises what it raises, or that a package is missing if that is why."""
        stubs.reset()
        try:
            with stubs.watched(stubs.LOADING):
                loaded.load()
        except BaseException as error:
            raise stubs.blamed(error, loading=True) or error from None
        self._is_active = loaded.uses_stubs
        self._decided = self._noted()

    def call(self, step: Step, arguments: Tuple[Any, ...]) -> Any:
        """Call a function, and return what it returns where no stub had a part in it."""
        if not self._is_active:
            return step.call(*arguments)
        if step.name in _LOADING:
            return self._load_model(step, arguments)
        rests_on = self._decided or (self._model_decided if step.name in _WITH_MODEL else None)
        if rests_on is not None:
            raise missing(rests_on)
        stubs.reset()
        try:
            with stubs.watched(stubs.REQUEST):
                result = step.call(*arguments)
        except BaseException as error:
            raise stubs.blamed(error) or _lacking(error) or error from None
        told = stubs.needed(result)
        if told is not None:
            raise told
        return result

    def initialize(self, load: Callable[[], None]) -> None:
        """Have a toolkit load the model; raises what that raises, or that a package is missing."""
        if not self._is_active:
            load()
            return
        self._load_model(Step("initialize", "default", load), ())

    def request(self, handle: Callable[[], Any]) -> Any:
        """Have a toolkit answer a request; raises what that raises, or that a package is missing."""
        return self.call(Step("request", "default", handle), ())

    def _load_model(self, step: Step, arguments: Tuple[Any, ...]) -> Any:
        stubs.reset()
        try:
            with stubs.watched(stubs.LOADING):
                result = step.call(*arguments)
        except BaseException as error:
            told = stubs.blamed(error, loading=True)
            if told is None and step.by == "default" and isinstance(error, ModuleNotFoundError):
                # The framework that the stack's own default needs.
                told = missing(error.name or "?")
            self._noted()
            if told is None:
                raise
            if step.name != "model_fn":
                raise told from None
            # What needs no model can still be looked at.
            result = value("{}.model_fn()".format(told.name))
        decided = self._noted()
        if is_stand_in(result):
            # Whatever decided which model it was, this is another one.
            return result
        self._model_decided = decided or self._model_decided
        if stubs.is_stub(result):
            self.touched.add(result._smcontract_path.partition(".")[0])
        return result

    def _noted(self) -> Optional[str]:
        self.touched.update(stubs.touched())
        return stubs.touched()[0] if stubs.decided() else None


def _lacking(error: BaseException) -> Optional[BaseException]:
    """Return the missing package that a default, or a stand-in, asked for itself."""
    return missing(error.name) if isinstance(error, ModuleNotFoundError) and error.name else None


def told_of_stub(model: Any) -> Optional[Dict[str, Any]]:
    """Return the facts of a model that is a stub or holds one: none is known; None where it is a real one."""
    if not stubs.holds_stub(model):
        return None
    return {"type": "stub", "n_features": None, "callable": True, "has_predict": True, "training": None}
