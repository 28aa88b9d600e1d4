"""What a client is told, made comparable: without what only marks one request, numbers within what arithmetic costs."""

from __future__ import annotations

import math
import re
from typing import Any

from smcontract.checks._responses import read_back
from smcontract.endpoints import Ended, Exchange

SINGLE = 1e-3
"""How far two answers of float32 arithmetic may lie apart, of the largest number in them: sums in another order."""
TOLERANCES = {"float64": 1e-5, "float16": 5e-2, "bfloat16": 5e-2}
_STAMP = re.compile(
    r"id|uuid|guid|time|timestamp|datetime|date|latency|elapsed|duration|took|ms|seconds|secs|count|counter|calls|cached|"
    r"cache|hit|version|host|hostname|pid|worker|request|trace|span|uptime|memory|nonce|created|expires|session"
)
_WORDS = re.compile(r"[A-Za-z][a-z]*|[A-Z]+(?![a-z])")


def told(exchange: Exchange) -> Any:
    """Return what a client is told: the body read by its type, else its bytes; of a failure its status and kind."""
    response = exchange.response
    if response is None or exchange.ended is not Ended.ANSWERED:
        return ("ended", exchange.ended.value)
    if not exchange.succeeded:
        failure = exchange.failure
        return ("fails", response.status, failure.type if failure is not None else "", str(failure or response.error))
    value, problem = read_back(exchange)
    if problem is not None or value is None:
        return response.body
    return unstamped(value.tolist() if hasattr(value, "tolist") else value)


def unstamped(value: Any) -> Any:
    """Return a value without the keys that mark a request (an id, a time, a count), where others stand beside them."""
    if isinstance(value, dict):
        kept = {key: unstamped(inner) for key, inner in value.items() if not is_stamp(str(key))}
        return kept or value
    if isinstance(value, list):
        return [unstamped(inner) for inner in value]
    return value


def is_stamp(key: str) -> bool:
    """Whether a key names what belongs to one request alone, by one of its words."""
    return any(_STAMP.fullmatch(word.lower()) for word in _WORDS.findall(key))


def tolerance(dtype: str | None) -> float:
    """Return the tolerance for values of a dtype (`float32`, `torch.float16`); what is not known counts as float32."""
    return TOLERANCES.get((dtype or "").rpartition(".")[2], SINGLE)


def same(one: Any, other: Any, within: float = SINGLE) -> bool:
    """Whether two answers are the same: numbers within `within` of the largest of them, all else exactly."""
    return _same(one, other, within, within * max(_largest(one), _largest(other)))


def _same(one: Any, other: Any, within: float, apart: float) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key], within, apart) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_same(a, b, within, apart) for a, b in zip(one, other, strict=True))
    if one == other:
        return True
    numbers = _number(one), _number(other)
    if numbers[0] is None or numbers[1] is None or bytes in (type(one), type(other)):
        return False
    left, right = numbers[0], numbers[1]
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    return abs(left - right) <= apart or math.isclose(left, right, rel_tol=within)


def _largest(value: Any) -> float:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return max(map(_largest, value), default=0.0)
    number = _number(value)
    return abs(number) if number is not None and math.isfinite(number) else 0.0


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None


def shown(answer: Any) -> str:
    """Return an answer in a few words."""
    if isinstance(answer, tuple) and answer[:1] in (("fails",), ("ended",)):
        return f"{answer[1]} ({answer[3]})" if answer[0] == "fails" else f"nothing: it {answer[1]}"
    text = repr(answer)
    return text if len(text) <= 120 else f"{text[:117]}..."
