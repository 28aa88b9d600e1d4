"""What every driver needs: the script that shows what reached it, and how a value or an answer is written down.

Runs under the toolkit's own interpreter, with the standard library and numpy alone, and never imports smcontract.
"""

import os
import platform
import re
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

LONGEST = 150
"""Characters of a text that are kept."""

_NUMBER = re.compile(r"recorded_script_\d+")
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{6,}")

DIED = "ESCAPES"
"""The status of a request that ended the worker, so that no answer came from it."""

PREDICTING = """
SEEN = []
PREDICTION = []

def model_fn(model_dir):
    return MODEL

def predict_fn(data, model):
    SEEN.append(data)
    return PREDICTION[0]

MODEL = None
"""


class A:
    """A prediction that numpy does not know and that has a `tolist`."""

    def tolist(self) -> list[int]:
        return [1, 2]


def namespace() -> dict[str, Any]:
    """Return the names that a prediction's expression may use; a package that is not installed is absent."""
    names: dict[str, Any] = {"A": A}
    for name, module in (("np", "numpy"), ("torch", "torch"), ("sp", "scipy.sparse"), ("mx", "mxnet")):
        try:
            names[name] = __import__(module, fromlist=["_"])
        except ImportError:
            continue
    return names


def about(toolkit: str, server: str) -> dict[str, str]:
    """Return `recorded_with`: the versions of two distributions, of numpy and of Python."""
    return {
        "toolkit": toolkit,
        "version": version(toolkit),
        "server": server,
        "server_version": version(server),
        "numpy": version("numpy"),
        "python": platform.python_version(),
        "source": "recorder",
    }


def without_chance(text: str) -> str:
    """Return a text without addresses in memory and numbers of scripts, which differ from run to run."""
    return _NUMBER.sub("recorded_script", _ADDRESS.sub("0x", text))


class Scripts:
    """Scripts written as modules of their own name into one directory on `sys.path`."""

    def __init__(self, workdir: str) -> None:
        self.model_dir = Path(workdir) / "model"
        self.code = self.model_dir / "code"
        self.code.mkdir(parents=True)
        sys.path.insert(0, str(self.code))
        self._count = 0

    def write(self, source: str) -> str:
        """Return the new module's name; the toolkits read it from the environment."""
        self._count += 1
        name = f"recorded_script_{self._count}"
        (self.code / f"{name}.py").write_text(source, encoding="utf-8")
        # The finder keeps a listing of the directory for as long as its time stamp, which is coarse.
        sys.path_importer_cache.pop(str(self.code), None)
        os.environ["SAGEMAKER_PROGRAM"] = f"{name}.py"
        return name

    def load_error(self, error: BaseException) -> str:
        """Return `class: first line` of what loading a script raised."""
        kind, _, message = described(error).partition(": ")
        lines = message.strip().splitlines()
        return self.shorten(f"{kind}: {lines[0] if lines else ''}")

    def shorten(self, text: str) -> str:
        """Return a text without paths of this machine and addresses in memory, cut."""
        if text.strip() == os.getcwd():
            return "PATH"
        return without_chance(text.replace(str(self.model_dir), "PATH"))[:LONGEST]


def describe(value: Any) -> list[Any]:
    """Return `[type, dtype, shape, repr]` of a value, None for what it has not."""
    kind = type(value)
    name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
    dtype, shape = getattr(value, "dtype", None), getattr(value, "shape", None)
    if shape is None:
        return [name, None, None, without_chance(repr(value))[:LONGEST]]
    text = repr(value.tolist() if hasattr(value, "tolist") else value)
    return [name, str(dtype), str(tuple(shape)), text[:LONGEST]]


def described(error: BaseException) -> str:
    """Return `class: message`; a script's exception may not be able to say one."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return f"{type(error).__name__}: <str() fails>"


def cause(error: BaseException) -> BaseException:
    """Return what a wrapper (ClientError(error)) was made from."""
    while error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
    return error


def body_text(body: bytes, is_text: bool) -> str:
    """Return `str:` or `bytes:` and the repr of a body, cut."""
    return f"str:{body.decode()[:LONGEST]!r}" if is_text else f"bytes:{body[:LONGEST]!r}"


def shown(status: int, body: bytes) -> str:
    """Return a body's text without a traceback, which has paths of this machine; of an error its last line alone."""
    text = body.decode("utf-8", "replace")
    if status < 300:
        # A toolkit's error can name any status.
        return text.partition("\nTraceback (most")[0]
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def evaluated(expression: str, names: dict[str, Any]) -> Callable[[], Any]:
    """Return the value of an expression from the committed cases, made anew at each call."""
    code = compile(expression, "<prediction>", "eval")
    return lambda: eval(code, names)
