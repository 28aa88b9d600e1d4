"""Reading the value of each setting into what `Settings` holds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from pathlib import Path

from smcontract import settings_kinds as kinds
from smcontract.errors import nearest
from smcontract.lean import dataclass
from smcontract.options import LIMITS, MAX_PAYLOAD, REPORT_SUFFIXES
from smcontract.settings_sources import Given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TOKEN = r"[\w!#$&^.+*-]+"
_MEDIA_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}(\s*;\s*{_TOKEN}=(\"[^\"]*\"|[^\s;\"]+))*\Z", re.ASCII)
_OLDEST = (3, 8)
_OLDEST_SYNTAX = (3, 6)
_ANSWERS_WITHIN = 30.0
_TYPE_OF_SUFFIX = {
    ".csv": "text/csv",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".libsvm": "text/libsvm",
    ".ndjson": "application/jsonlines",
    ".npy": "application/x-npy",
    ".npz": "application/x-npz",
    ".parquet": "application/x-parquet",
    ".pbr": "application/x-recordio-protobuf",
    ".png": "image/png",
    ".txt": "text/plain",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A request body that the user gives; a header that is None is not sent."""

    file: Path
    content_type: str | None
    accept: str | None

    @property
    def is_schema(self) -> bool:
        """Whether the file holds a JSON Schema of the bodies, and no body: `NAME.schema.json`."""
        return self.file.name.lower().endswith(".schema.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that exist: stacks (a mapping gives their versions) and codes of checks."""

    stacks: Collection[str]
    codes: Collection[str]


def read(given: Given, known: Known) -> Any:
    """Return what `Settings` holds for a given value.

    Raises:
        UsageError: the value is none that the option takes.

    """
    option = given.option
    if option.field in _KNOWING:
        return _KNOWING[option.field](given, known)
    reader = _OF_FIELD.get(option.field) or _OF_KIND[option.kind]
    return reader(given)


def _stacks(given: Given, known: Known) -> tuple[str, ...]:
    chosen = kinds.texts(given)
    for text in chosen:
        name, at, version = text.partition("@")
        if at and name in ("auto", "all"):
            raise given.refuse(f"{name!r} takes no version, got {text!r}")
        kinds.one_of(given, name, ("auto", "all", *sorted(known.stacks)), "stack")
        if at and isinstance(known.stacks, Mapping):
            kinds.one_of(given, version, known.stacks[name], f"version of {name}")
    return tuple(chosen) or ("auto",)


def _codes(given: Given, known: Known) -> tuple[str, ...]:
    chosen = [text.upper() for text in kinds.texts(given)]
    codes = sorted(known.codes)
    for prefix in chosen:
        if not any(code.startswith(prefix) for code in codes):
            raise given.refuse(
                f"unknown code {prefix!r}{nearest(prefix, codes)}; "
                f"valid: a code or the start of one, of {', '.join(codes)}"
            )
    return tuple(dict.fromkeys(chosen))


def _media_types(given: Given) -> tuple[str, ...]:
    return tuple(_media_type(given, text) for text in kinds.texts(given))


def _media_type(given: Given, text: str) -> str:
    if not _MEDIA_TYPE.match(text):
        suggestion = nearest(text, (*_TYPE_OF_SUFFIX.values(), "application/octet-stream"))
        raise given.refuse(f"{text!r} is no content type, such as text/csv{suggestion}")
    return text


def _payloads(given: Given) -> tuple[Payload, ...]:
    return tuple(_payload(given, text) for text in kinds.texts(given))


def _payload(given: Given, text: str) -> Payload:
    name, *rest = (part.strip() for part in text.split(";"))
    headers: list[str] = []
    for part in rest:
        # The parameter of a content type stands behind a semicolon too: `a.csv;text/csv; charset=utf-8`.
        if headers and "=" in part and "/" not in part.partition("=")[0]:
            headers[-1] += f"; {part}"
        else:
            headers.append(part)
    if not name or len(headers) > 2:
        raise given.refuse(f"expected {given.option.metavar}, got {text!r}")
    file = kinds.path(given, name)
    if not file.is_file():
        problem = "is not a file" if file.exists() else "no such payload file"
        raise given.refuse(f"{problem}: {name!r}; expected {given.option.metavar}")
    if not os.access(file, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        raise given.refuse(f"may not be read: {name!r}")
    size = file.stat().st_size
    if size > MAX_PAYLOAD:
        raise given.refuse(
            f"{name!r} holds {size} bytes; a payload is sent again and again, and may hold {MAX_PAYLOAD}"
        )
    for media_type in (part.strip() for header in headers for part in header.split(",")):
        if media_type:
            _media_type(given, media_type)
    content_type, accept = (*(header or None for header in headers), None, None)[:2]
    if content_type is None:
        content_type = _TYPE_OF_SUFFIX.get(file.suffix.lower())
        if content_type is None:
            raise given.refuse(
                f"the content type of {name!r} cannot be told from its suffix; say it: '{name};text/csv'"
            )
    return Payload(file=file, content_type=content_type, accept=accept)


def _reports(given: Given) -> tuple[Path, ...]:
    return tuple(_report(given, text) for text in kinds.texts(given))


def _report(given: Given, text: str) -> Path:
    file = kinds.path(given, text)
    if file.suffix not in REPORT_SUFFIXES:
        raise given.refuse(f"{text!r}: the suffix says which report; valid: {', '.join(REPORT_SUFFIXES)}")
    if file.is_dir():
        raise given.refuse(f"{text!r} is a directory; expected the name of a file to write")
    return file


def _python(given: Given) -> Path:
    text = kinds.text(given)
    file = kinds.path(given, text)
    if not file.exists() and os.path.basename(text) == text:
        import shutil

        found = shutil.which(text)
        file = Path(found) if found else file
    if file.is_dir():
        raise given.refuse(f"{text!r} is a directory; expected an interpreter, such as {text}/bin/python")
    if not file.is_file() or not os.access(file, os.X_OK):
        problem = "cannot be executed" if file.exists() else "no such file"
        raise given.refuse(f"{problem}: {text!r}; expected a Python interpreter")
    unfit = _interpreter_problem(file)
    if unfit is not None:
        raise given.refuse(f"{text!r} {unfit}; expected a Python interpreter, {_OLDEST[0]}.{_OLDEST[1]} or later")
    return file


@lru_cache
def _interpreter_problem(file: Path) -> str | None:
    """Say why a file cannot run a script, or None; the file is asked for its version."""
    import subprocess

    ask = "import sys; sys.stdout.write('smcontract %d %d' % sys.version_info[:2])"
    try:
        asked = subprocess.run(
            [file, "-c", ask], stdin=subprocess.DEVNULL, capture_output=True, timeout=_ANSWERS_WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"did not run ({getattr(error, 'strerror', None) or 'no answer'})"
    match asked.stdout.split():
        case [b"smcontract", major, minor]:
            version = int(major), int(minor)
            return None if version >= _OLDEST else f"is Python {version[0]}.{version[1]}"
        case _:
            return "does not answer as Python"


def _env(given: Given) -> dict[str, str]:
    table = kinds.table(given)
    for key, value in table.items():
        if not key or "=" in key or "\0" in key + value:
            raise given.refuse(f"{key!r} is no name of an environment variable; expected KEY=VALUE")
    return table


def _limits(given: Given) -> dict[str, str]:
    table = kinds.table(given)
    for name, size in table.items():
        kinds.one_of(given, name, LIMITS, "limit")
        if re.fullmatch(r"\d{1,12}", size.strip(), re.ASCII) is None or int(size) < 1:
            raise given.refuse(f"{name}: expected a whole number of MiB of at least 1, got {size!r}")
    return table


def _expected_failures(given: Given, known: Known) -> dict[str, str]:
    if not isinstance(given.value, Mapping):
        raise given.refuse(f'expected a table such as {{SMC505 = "the reason"}}, got {given.value!r}')
    for code, reason in given.value.items():
        kinds.one_of(given, code, sorted(known.codes), "code")
        if not isinstance(reason, str) or not reason.strip():
            raise given.refuse(f"{code}: expected the reason as text, got {reason!r}")
    return dict(given.value)


def _python_version(given: Given) -> tuple[int, int]:
    text = kinds.text(given)
    match = re.fullmatch(r"3\.(\d{1,2})(\.\d+)?", text)
    if match is None or (3, int(match[1])) < _OLDEST_SYNTAX:
        oldest = ".".join(map(str, _OLDEST_SYNTAX))
        raise given.refuse(f"{text!r} is no version of Python, from {oldest} on, such as 3.10")
    return (3, int(match[1]))


_Reader = Callable[[Given], object]
_KNOWING: dict[str, Callable[[Given, Known], Any]] = {
    "stacks": _stacks,
    "select": _codes,
    "ignore": _codes,
    "expected_failures": _expected_failures,
}
_OF_FIELD: dict[str, _Reader] = {
    "model_dir": lambda given: kinds.path(given, kinds.text(given)),
    "payloads": _payloads,
    "content_types": _media_types,
    "accepts": _media_types,
    "phases": kinds.choices,
    "python": _python,
    "python_version": _python_version,
    "env": _env,
    "limits": _limits,
    "reports": _reports,
}
_OF_KIND: dict[str, _Reader] = {
    "int": kinds.count,
    "float": kinds.number,
    "bool": kinds.boolean,
    "choice": kinds.choice,
}
