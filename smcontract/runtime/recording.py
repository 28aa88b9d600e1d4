"""Watches the functions that AWS's toolkit has resolved: what each returned, and which of them raised.

The toolkit counts the parameters of a function by its signature, so what stands in its place has the same.
"""

from __future__ import annotations

from typing import Any, Callable, Collection, Dict, List, Optional, Tuple

from smcontract.runtime.describe import describe
from smcontract.runtime.export import export

STAGES = ("input_fn", "predict_fn", "output_fn", "transform_fn")


class Recorder:
    """What one request, or loading, did."""

    def __init__(self) -> None:
        self._wanted: Collection[str] = ()
        self.begin(())

    def begin(self, wanted: Collection[str]) -> None:
        """Forget the last request; `wanted` names the stages whose values are to be exported."""
        self._wanted = wanted
        self.stages: List[Dict[str, Any]] = []
        self.blobs: List[bytes] = []
        self.failed: Optional[Tuple[str, str, BaseException]] = None

    def returned(self, name: str, by: str, value: Any) -> None:
        """Note what a function returned."""
        if name not in STAGES:
            return
        stage = {"name": name, "by": by, "value": describe(value)}
        if name in self._wanted:
            stage["export"] = export(value, self.blobs)
        self.stages.append(stage)

    def raised(self, name: str, by: str, error: BaseException) -> None:
        """Note the function that an exception came from: the innermost, which is told first."""
        if self.failed is None:
            self.failed = (name, by, error)


class Recorded:
    """A function that is watched; in all else it is the function."""

    def __init__(self, recorder: Recorder, name: str, by: str, function: Callable[..., Any]) -> None:
        self.recorder = recorder
        self.stage = name
        self.by = by
        # `inspect.signature` follows this name, as for a decorator's function.
        self.__wrapped__ = function

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function, and tell of it."""
        try:
            value = self.__wrapped__(*arguments, **keywords)
        except BaseException as error:
            self.recorder.raised(self.stage, self.by, error)
            raise
        self.recorder.returned(self.stage, self.by, value)
        return value

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)


def watch_calls(transformer: Any) -> None:
    """Have a call that the toolkit refuses to make count as the function's failure (sagemaker-inference 1.7.0 on)."""
    run = getattr(transformer, "_run_handler_function", None)
    if run is None:
        return

    def watched(function: Any, *arguments: Any) -> Any:
        try:
            return run(function, *arguments)
        except BaseException as error:
            if isinstance(function, Recorded):
                function.recorder.raised(function.stage, function.by, error)
            raise

    transformer._run_handler_function = watched
