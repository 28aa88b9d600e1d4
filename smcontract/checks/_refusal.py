"""What reads as a refusal: a result that says, in words or by its keys, that the request could not be answered."""

from __future__ import annotations

import json
import re
from typing import Any

from smcontract.script.media_types import is_media_type

_ERROR_KEYS = frozenset(
    {"error", "errors", "errormessage", "errormsg", "errortype", "errorcode", "exception", "err", "traceback"}
)
_STATUS_KEYS = frozenset({"status", "statuscode", "code", "httpstatus", "httpstatuscode"})
_MESSAGE_KEYS = frozenset({"message", "msg", "detail", "details", "reason", "description", "body"})
_FAILED = frozenset({"error", "fail", "failed", "failure", "bad request"})
_NOTHING = frozenset({"", "none", "null", "no", "ok", "false", "n/a", "-"})
_LONGEST = 400
"""Characters beyond which a text is no message: a model that writes may write of errors."""
_REFUSAL = re.compile(
    r"^\W*(error|unsupported|invalid|unknown (content|accept|type|media)|bad request|failed to|exception|"
    r"could not|cannot|can't|unable to)\b"
    r"|\b(content|media|accept|mime)[ -]?type\b.*\b(not supported|unsupported|not allowed|invalid|unknown)\b"
    r"|\b(unsupported|unknown|invalid) (content|media|accept|mime|request|input|payload|body)",
    re.IGNORECASE | re.DOTALL,
)
_OF_EXCEPTION = re.compile(
    r"Traceback \(most recent call last\)|\b[A-Z]\w*(Error|Exception): "
    r"|Expecting (value|property name|',' delimiter|':' delimiter)|Unterminated string starting|Extra data: line"
    r"|codec can't decode|(unexpected|invalid) (end of|token|character).*JSON"
)
"""The text of an exception of Python, of its JSON parser and of its codecs."""


def refusal_in(value: Any) -> str | None:
    """Return the words or keys by which a value says that it is a refusal, or None where it is a result.

    A value is what a function returned, or a response's body. Lists of several records are results, whatever
    one of the records says.
    """
    try:
        return _told(value, 0)
    except RecursionError:
        return None


def exception_in(value: Any) -> str | None:
    """Return the refusal of a value if it is, beyond doubt, the text of an exception of Python's own parsers."""
    told = refusal_in(value)
    text = _text(value) if told is not None else None
    return told if text is not None and _OF_EXCEPTION.search(text) else None


def _told(value: Any, depth: int) -> str | None:
    if depth > 4:
        return None
    match value:
        case bytes() | bytearray():
            return _told(bytes(value).decode("utf-8", "replace"), depth + 1)
        case str():
            return _of_text(value, depth)
        case dict() if value:
            return _of_keys(value, depth)
        case tuple() if len(value) == 2 and is_media_type(value[1]):
            return _told(value[0], depth + 1)
        case list() | tuple() if len(value) == 1:
            return _told(value[0], depth + 1)
    return None


def _of_text(text: str, depth: int) -> str | None:
    inner = _decoded(text)
    if inner is not None:
        return _told(inner, depth + 1)
    text = text.strip()
    if len(text) > _LONGEST and not text.startswith("Traceback"):
        return None
    # A single word is a label: of a class called "invalid" or "error", for example.
    is_message = " " in text and (_REFUSAL.search(text) or _OF_EXCEPTION.search(text))
    return text.partition("\n")[0] if is_message else None


def _decoded(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _of_keys(value: dict[Any, Any], depth: int) -> str | None:
    for key, inner in value.items():
        name = re.sub(r"[\W_]", "", str(key)).lower()
        if name in _ERROR_KEYS and _is_told(inner):
            return f"{key}: {inner}"
        if name in _STATUS_KEYS and _is_failure(inner):
            return f"{key}: {inner}"
        if name in {"success", "ok"} and inner is False:
            return f"{key}: {inner}"
        if name in _MESSAGE_KEYS and isinstance(inner, str) and _of_text(inner, depth + 1):
            return f"{key}: {inner}"
    return _told(next(iter(value.values())), depth + 1) if len(value) == 1 else None


def _is_told(value: Any) -> bool:
    """Whether what stands under an error's key says something: a measure called "error" is a number."""
    match value:
        case str():
            return value.strip().lower() not in _NOTHING
        case dict():
            return any(map(_is_told, value.values()))
        case list() | tuple():
            return any(map(_is_told, value))
    return value is True


def _is_failure(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in _FAILED or re.fullmatch(r"[45]\d\d", value.strip()) is not None
    return isinstance(value, int) and 400 <= value <= 599


def _text(value: Any) -> str | None:
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else repr(value)
