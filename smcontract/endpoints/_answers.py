"""What the script's process may answer to each message, and how much of it.

The script can write into the pipe whatever it likes. What comes out of it is plain data; here it is looked at before
anything is made of it, so that no later line meets another type, an endless text or an index out of range.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from smcontract.endpoints._known import Known
from smcontract.endpoints._shapes import (
    Shape,
    WrongShape,
    anything,
    count,
    flag,
    list_of,
    nested,
    optional,
    record,
    scalar,
    table,
    text,
    whole,
)

DEEPEST = 64
"""How deep exported values and schemas are nested; the process exports none of more than 50."""
_NAME, _LINE, _LONG = text(2000), text(20_000), text(1 << 26)
_PATH = text(8192)
MOST_FEATURES = 1_000_000
"""Columns beyond which no table is made up, whatever a model says of itself."""
_DTYPE = re.compile(r"[<>=|]?[biufcSUMm]\d{0,9}(\[\d{0,9}\w{1,9}\])?\Z", re.ASCII)
_MOST_DIMENSIONS = 32

_FRAME = record({"file": _PATH, "line": optional(whole), "function": _NAME, "code": optional(_LINE)})
_FAILURE = record(
    {"stage": _NAME, "by": _NAME, "type": _NAME, "module": _NAME, "message": _LINE},
    {
        "frames": list_of(_FRAME, 10_000),
        "missing_module": optional(_NAME),
        "escapes": flag,
        "toolkit_error": flag,
        "of_model": flag,
        "of_stub": flag,
    },
)
_DESCRIPTION = record(
    {"type": _NAME},
    {
        "none": flag,
        "length": optional(count),
        "dtype": optional(_NAME),
        "shape": optional(list_of(whole, 1000)),
    },
)
_EXPORT = record(
    {"kind": _NAME},
    {
        "value": nested(DEEPEST),
        "blob": count,
        "dtype": _NAME,
        "shape": list_of(count, _MOST_DIMENSIONS),
        "of": _NAME,
        "type": _NAME,
        "repr": _NAME,
        "graph": flag,
    },
)
_GIVEN = record({"value": _DESCRIPTION}, {"export": optional(_EXPORT)})
_STAGE = record(
    {"name": _NAME, "by": _NAME, "value": _DESCRIPTION},
    {"of_model": flag, "given": optional(_GIVEN), "export": optional(_EXPORT)},
)
_RESPONSE: dict[str, Shape] = {"status": whole, "content_type": optional(_LONG), "error": optional(_LONG)}
_ANSWER = record({**_RESPONSE, "body": optional(count), "failure": optional(_FAILURE), "times": count}, {"dies": flag})
_PLACE: dict[str, Shape] = {"file": optional(_PATH), "line": optional(whole)}
_ERROR = record({"error": _LONG}, {"changed": list_of(_NAME, 100)})
_OF_OP: dict[str, Shape] = {
    "load": record(
        {"ok": flag},
        {
            **_RESPONSE,
            "failure": optional(_FAILURE),
            "resolution": optional(table(record({"by": _NAME}, {"line": optional(whole)}), 100)),
            "model": optional(_DESCRIPTION),
            "module_file": optional(_PATH),
            "stubbed": list_of(_NAME, 10_000),
            "touched": list_of(_NAME, 10_000),
            "of_stub": flag,
            "peak": optional(count),
        },
    ),
    "invoke": record(
        {**_RESPONSE, "body": optional(count)},
        {"dies": flag, "stages": list_of(_STAGE, 100), "failure": optional(_FAILURE)},
    ),
    "call": record({"value": optional(count), "description": optional(_DESCRIPTION), "failure": optional(_FAILURE)}),
    "export": record({"export": _EXPORT}),
    "facts": record(
        {},
        {
            "type": _NAME,
            "n_features": anything,
            "inner_features": anything,
            "callable": flag,
            "has_predict": flag,
            "training": optional(flag),
            "columns": list_of(record({"name": _LONG}, {"values": optional(list_of(scalar, 1000))}), 1000),
            "words": list_of(_LONG, 1000),
            "layer": optional(record({"kind": _NAME, "size": count})),
            "arguments": list_of(list_of(_LINE, 2), 1000),
        },
    ),
    "state": record({}, {"state": table(_NAME, 100_000, key=10_000), "graphs": count}),
    "modes": record({"training": list_of(record({"kind": _NAME, "where": _LINE}), 1000)}),
    "observed": record(
        {
            "left": list_of(record({"what": _NAME, "name": _PATH}, _PLACE), 100_000),
            "written": list_of(record({"path": _PATH, "by": _NAME}, _PLACE), 10_000),
        }
    ),
    "rounds": record(
        {},
        {
            "samples": list_of(table(whole, 100), 1000),
            "answers": list_of(list_of(_ANSWER, 100_000), 10_000),
            "shared": list_of(record({"place": count, "name": _LINE}), 100_000),
            "failure": optional(_FAILURE),
        },
    ),
    "schema": record({"schema": optional(table(nested(DEEPEST), 10_000))}),
    "forget": record({"ok": flag}),
    "answer_as": record({"ok": flag}),
    "ping": record({"ok": flag, "pid": count}),
}
OPS = frozenset(_OF_OP)
_looked_at: Known[tuple[dict[str, Any], int]] = Known()


def check_answer(asked: dict[str, Any], message: dict[str, Any], blobs: Sequence[bytes]) -> None:
    """Look at an answer to the message `asked`; raises `WrongShape`, a ValueError, for what is none."""
    if "error" in message and message.keys() <= {"error", "changed"}:
        _ERROR(message)
        return
    op = asked["op"]
    stages = message.get("stages") if op == "invoke" else None
    # Most answers come of the same text as one before.
    if type(stages) is list and _looked_at.get(stages) == (message, len(blobs)):
        return
    shape = _OF_OP.get(op, anything)
    shape(message)
    if op == "invoke":
        _check_body(message, blobs)
        for stage in message.get("stages") or ():
            _check_export(stage.get("export"), blobs)
            _check_export((stage.get("given") or {}).get("export"), blobs)
        if stages:
            _looked_at.keep(stages, (dict(message), len(blobs)))
    elif op == "export":
        _check_export(message["export"], blobs)
    elif op == "rounds":
        _check_rounds(asked, message, blobs)
    elif op == "load":
        if not message["ok"] and not message.get("failure"):
            raise WrongShape("neither loaded nor failed")
        if "status" in message and not blobs:
            raise WrongShape("a response without its body")


def sensible_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a model tells of itself without numbers of features of which no table is made."""
    kept = dict(facts)
    for name in ("n_features", "inner_features"):
        if name in kept and not (type(kept[name]) is int and 0 <= kept[name] <= MOST_FEATURES):
            kept[name] = None
    layer = kept.get("layer")
    if layer is not None and layer["size"] > MOST_FEATURES:
        kept.pop("layer")
    return kept


def _check_rounds(asked: dict[str, Any], message: dict[str, Any], blobs: Sequence[bytes]) -> None:
    requests = len(asked["requests"])
    if asked["how"] == "repeat":
        samples = message.get("samples") or []
        if len(samples) != 3 or any("requests" not in one or one.keys() != samples[0].keys() for one in samples):
            raise WrongShape("not three samples of the same")
    elif "answers" in message:
        if len(message["answers"]) != requests or not all(message["answers"]):
            raise WrongShape("not an answer to each request")
        for answer in (answer for of_one in message["answers"] for answer in of_one):
            _check_body(answer, blobs)
    elif "shared" in message:
        if any(one["place"] >= requests for one in message["shared"]):
            raise WrongShape("a request that was not sent")
    elif not message.get("failure"):
        raise WrongShape("neither answers nor a failure")


def _check_body(message: dict[str, Any], blobs: Sequence[bytes]) -> None:
    index = message["body"]
    if index is not None and index >= len(blobs):
        raise WrongShape("a body that is not there")


def _check_export(export: dict[str, Any] | None, blobs: Sequence[bytes]) -> None:
    kind = (export or {}).get("kind")
    if export is None or kind not in ("bytes", "array"):
        return
    if export.get("blob", len(blobs)) >= len(blobs):
        raise WrongShape("bytes that are not there")
    if kind == "array":
        _check_array(export, blobs[export["blob"]])


def _check_array(export: dict[str, Any], blob: bytes) -> None:
    import numpy as np

    written, shape = export.get("dtype"), export.get("shape")
    if written is None or shape is None or not _DTYPE.match(written):
        raise WrongShape("an array of no known type")
    try:
        dtype = np.dtype(written)
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongShape("an array of no known type") from error
    if dtype.itemsize == 0 or math.prod(shape) * dtype.itemsize != len(blob):
        raise WrongShape("an array whose bytes are not there")
    try:
        np.frombuffer(blob, dtype).reshape(shape)
    except (ValueError, TypeError, OverflowError) as error:
        # A dimension of nothing beside one that no array can have.
        raise WrongShape("an array of no possible shape") from error
