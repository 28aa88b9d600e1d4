"""The runtime's plain data made values of this process."""

from __future__ import annotations

from typing import Any

from smcontract.endpoints._exchange import Ended, Exchange, Failure, Loaded, Response, Stage, Value
from smcontract.endpoints._known import Known
from smcontract.violations import Request

_stages: Known[tuple[Stage, ...]] = Known()


def read_exchange(
    request: Request, message: dict[str, Any], blobs: list[bytes], *, seconds: float, shows_stages: bool
) -> Exchange:
    """Build all that came of a request from the runtime's answer."""
    failure = message.get("failure")
    dies = bool(message.get("dies"))
    response = read_response(message, blobs)
    return Exchange(
        request=request,
        ended=Ended.DIED if dies else Ended.ANSWERED,
        response=None if dies else response,
        stages=read_stages(message.get("stages") or [], blobs),
        failure=Failure.from_wire(failure) if failure else None,
        death=str(message.get("error") or "the server's worker dies") if dies else "",
        seconds=seconds,
        shows_stages=shows_stages,
        instead=response if dies else None,
    )


def read_stages(told: list[dict[str, Any]], blobs: list[bytes]) -> tuple[Stage, ...]:
    """Build the stages from the runtime's messages; a list that is known and exports nothing is built once."""
    known = _stages.get(told)
    if known is not None:
        return known
    stages = tuple(read_stage(stage, blobs) for stage in told)
    if not any("export" in stage or "given" in stage for stage in told):
        _stages.keep(told, stages)
    return stages


def read_stage(data: dict[str, Any], blobs: list[bytes]) -> Stage:
    """Build a stage from the runtime's message."""
    given = data.get("given")
    return Stage(
        name=str(data.get("name")),
        by=str(data.get("by")),
        value=read_value(data.get("value") or {}, data.get("export"), blobs),
        of_model=bool(data.get("of_model")),
        given=read_value(given.get("value") or {}, given.get("export"), blobs) if given else None,
    )


def read_value(description: dict[str, Any], export: dict[str, Any] | None, blobs: list[bytes]) -> Value:
    """Build a value from its description and, where it was exported, its data."""
    shape = description.get("shape")
    known, data = read_export(export, blobs)
    return Value(
        type=str(description.get("type")),
        is_none=bool(description.get("none")),
        length=description.get("length"),
        dtype=description.get("dtype"),
        shape=None if shape is None else tuple(int(n) for n in shape),
        known=known,
        data=data,
        keeps_graph=bool((export or {}).get("graph")),
    )


def read_export(export: dict[str, Any] | None, blobs: list[bytes]) -> tuple[bool, Any]:
    """Return whether the value is known here, and the value: an ndarray, plain data, or bytes."""
    kind = (export or {}).get("kind")
    if export is None or kind == "opaque":
        return False, None
    if kind == "plain":
        return True, export.get("value")
    if kind == "bytes":
        return True, blobs[export["blob"]]
    if kind == "array":
        import numpy as np

        dtype = np.dtype(export["dtype"])
        if dtype.hasobject:
            return False, None
        array = np.frombuffer(blobs[export["blob"]], dtype=dtype)
        return True, array.reshape(export["shape"])
    return False, None


def read_response(message: dict[str, Any], blobs: list[bytes]) -> Response:
    """Build what a client gets from the runtime's message."""
    index = message.get("body")
    return Response(
        status=int(message["status"]),
        body=b"" if index is None else blobs[index],
        content_type=message.get("content_type"),
        error=message.get("error"),
    )


def read_loaded(message: dict[str, Any], blobs: list[bytes], *, seconds: float, output: str) -> Loaded:
    """Build how loading went from the runtime's message; raises RuntimeError where it understood nothing."""
    by = {name: str(served.get("by")) for name, served in (message.get("resolution") or {}).items()}
    model = message.get("model")
    failure = message.get("failure")
    if not message.get("ok") and failure is None:
        raise RuntimeError(f"the script's process did not understand us: {message.get('error')}")
    return Loaded(
        ok=bool(message.get("ok")),
        failure=Failure.from_wire(failure) if failure else None,
        by=by or None,
        model=read_value(model, None, []) if model else None,
        module_file=message.get("module_file"),
        peak=message.get("peak"),
        stubbed=tuple(message.get("stubbed") or ()),
        touched=tuple(message.get("touched") or ()),
        of_stub=bool(message.get("of_stub")),
        response=read_response(dict(message, body=0), blobs) if "status" in message else None,
        seconds=seconds,
        output=output,
    )
