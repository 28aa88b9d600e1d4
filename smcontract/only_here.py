"""Failures that this machine causes, and that a container need not have: what is missing only here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from smcontract.endpoints import Failure
from smcontract.script import Script
from smcontract.script.statements import walk

_NO_NAME = re.compile(r"cannot import name '([^']+)' from '([^']+)'")
_NO_ATTRIBUTE = re.compile(r"'NoneType' object has no attribute '(\w+)'")
_UNDER_ML = re.compile(r"/opt/ml\b[^'\")\s]*")
_INSTALLED = re.compile(r"/(?:site|dist)-packages/([^/]+)")
_REMOVED = re.compile(r"\b(was|were|been) (removed|expired)\b|\bdeprecated alias\b")
_NO_GPU = (
    "Torch not compiled with CUDA enabled",
    "Found no NVIDIA driver",
    "No CUDA GPUs are available",
    "torch.cuda.is_available() is False",
    "no CUDA-capable device is detected",
    "CUDA driver version is insufficient",
)
_NO_NETWORK = frozenset(
    {
        "ClientConnectorError",
        "ConnectTimeout",
        "ConnectTimeoutError",
        "ConnectionError",
        "ConnectionRefusedError",
        "EndpointConnectionError",
        "LocalEntryNotFoundError",
        "MaxRetryError",
        "NewConnectionError",
        "NoCredentialsError",
        "NoRegionError",
        "OfflineModeIsEnabled",
        "PartialCredentialsError",
        "ProxyError",
        "SSLError",
        "URLError",
        "gaierror",
    }
)


def missing_here(failure: Failure, script: Script, code_dir: Path) -> str | None:
    """Return what this machine lacks and how to give it, or None where the script itself is at fault.

    A package, a name that another version of a package has, a variable of the container's environment,
    a GPU, the network, and what a container has under `/opt/ml`: the deployed script may have them all.
    """
    return (
        _package(failure, code_dir)
        or _optional_package(failure, script)
        or _variable(failure)
        or _file(failure)
        or _gpu(failure)
        or _network(failure)
        or _versions(failure, code_dir)
    )


def _package(failure: Failure, code_dir: Path) -> str | None:
    name = failure.missing_module
    if name is not None and not _is_beside(name, code_dir):
        return not_installed((name,))
    found = _NO_NAME.match(failure.message) if failure.type == "ImportError" else None
    if found is not None and not _is_beside(found[2], code_dir):
        return (
            f"the script imports {found[1]!r} from {found[2]!r}, which the version installed here does not "
            f"have: name an interpreter that has the container's with --smcontract-python"
        )
    return None


def not_installed(packages: Sequence[str]) -> str:
    """Say what to do about packages that are not installed here."""
    if len(packages) == 1:
        what, them = f"package {packages[0]!r}, which is", "it"
    else:
        what, them = f"packages {', '.join(map(repr, packages))}, which are", "them"
    return (
        f"the script needs the {what} not installed here: install {them}, or "
        f"name an interpreter that has {them} with --smcontract-python"
    )


def _is_beside(name: str, code_dir: Path) -> bool:
    top = name.partition(".")[0]
    return (code_dir / top).is_dir() or (code_dir / f"{top}.py").is_file()


def _optional_package(failure: Failure, script: Script) -> str | None:
    """Tell a name that `try: import ... except ImportError` left unbound, or bound to None."""
    if not failure.frames or script.tree is None:
        return None
    if failure.type != "NameError" and "'NoneType' object" not in failure.message:
        return None
    code = failure.frames[-1].code
    is_unbound = failure.type == "NameError"
    # A global name that is not bound was not imported, wherever it is read.
    for name, package in _optional_imports(walk(script.tree.body, into_functions=not is_unbound)):
        if (
            f"name '{name}' is not defined" in failure.message
            if is_unbound
            else _reads_none(name, failure.message, code)
        ):
            return not_installed((package,))
    return None


def _reads_none(name: str, message: str, code: str) -> bool:
    """Return whether it is this name of the line that was None: what the message tells was done to it."""
    attribute = _NO_ATTRIBUTE.search(message)
    if attribute is not None:
        done = rf"\.\s*{re.escape(attribute[1])}\b"
    else:
        done = r"\(" if "not callable" in message else r"\["
    return re.search(rf"(?<![\w.]){re.escape(name)}\s*{done}", code) is not None


def _optional_imports(statements: Iterable[ast.stmt]) -> list[tuple[str, str]]:
    """Return the names that an import in a `try` binds, each with the package it comes from."""
    found = []
    for node in statements:
        if not isinstance(node, ast.Try) or not node.handlers:
            continue
        for statement in node.body:
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    top = alias.name.partition(".")[0]
                    found.append((alias.asname or top, top))
            elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
                top = statement.module.partition(".")[0]
                found += [(alias.asname or alias.name, top) for alias in statement.names]
    return found


def _variable(failure: Failure) -> str | None:
    # Up to Python 3.10 the innermost frame is that of `os.environ` itself.
    if failure.type != "KeyError" or not failure.frames:
        return None
    name = failure.message.strip("'\"")
    last = failure.frames[-1]
    # Up to Python 3.10 the innermost frame is that of `os.environ` itself.
    of_environ = last.function == "__getitem__" and Path(last.file).name == "os.py"
    if not of_environ and not _reads_variable(name, last.code):
        return None
    # Serving sets no SM_ variable, whoever deploys: that one is missing there too.
    if name.startswith("SM_"):
        return None
    return (
        f"the script needs the environment variable {name!r}, which whoever deploys it may set: give it "
        f"with --smcontract-env {name}=VALUE"
    )


def _reads_variable(name: str, code: str) -> bool:
    """Return whether a line can fail for want of this variable alone: by its name, or for no other key."""
    if re.search(rf"""\benviron\s*(\[|\.pop\()\s*(['"]){re.escape(name)}\2""", code):
        return True
    return code.count("[") == 1 and re.search(r"\benviron\s*\[\s*[^'\"\s]", code) is not None


def _file(failure: Failure) -> str | None:
    if failure.type not in {"FileNotFoundError", "NotADirectoryError", "OSError", "PermissionError"}:
        return None
    found = _UNDER_ML.search(failure.message)
    if found is None:
        return None
    return (
        f"the script names the path {found[0]}, which a container has and this machine has not: build it "
        f"from model_dir, and it can be judged here"
    )


def _gpu(failure: Failure) -> str | None:
    if not any(text in failure.message for text in _NO_GPU):
        return None
    return (
        f"the script needs a GPU, which this machine has not ({failure}): fall back to the CPU where "
        f"torch.cuda.is_available() is False, and it can be judged here"
    )


def _network(failure: Failure) -> str | None:
    if failure.type not in _NO_NETWORK and "couldn't connect to" not in failure.message:
        return None
    return (
        f"the script reaches for the network, and fails here ({failure}): run it where what it needs can be "
        f"reached, or let it load from model_dir"
    )


def _versions(failure: Failure, code_dir: Path) -> str | None:
    """Tell an installed package that cannot be imported beside the versions that are installed here.

    Its own import raises, in its own files: whatever the script did was to name it. So it is with a name that the
    package says its newer versions have no more.
    """
    root, name = code_dir.resolve(), None
    for frame in reversed(failure.frames):
        if not Path(frame.file).is_absolute() or Path(frame.file).resolve().is_relative_to(root):
            break
        found = _INSTALLED.search(Path(frame.file).as_posix())
        if found is not None and (frame.function == "<module>" or _is_removed(failure)):
            name = found[1].removesuffix(".py")
    if name is None:
        return None
    return (
        f"the package {name!r} fails as it is installed here ({failure}): name an interpreter that has the "
        f"container's versions with --smcontract-python"
    )


def _is_removed(failure: Failure) -> bool:
    return failure.type == "AttributeError" and _REMOVED.search(failure.message) is not None
