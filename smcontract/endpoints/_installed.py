"""AWS's packages beside the script: which are installed, and what they can be used for."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from smcontract.runtime import installed
from smcontract.stacks import Stack

WORKERS = {"multi-model-server": "mms/model_service_worker.py"}
"""The servers whose Python worker can be run without the server, and the file of the worker."""
_ANSWERS_WITHIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A distribution in the script's interpreter: its version (None: not there), and what is wrong with it."""

    name: str
    version: str | None
    problem: str | None = None
    place: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name


def find_installed(name: str, python: str | Path | None = None) -> Installed:
    """Return a distribution as the script's interpreter has it (None: this one); asked for once."""
    return _find(name, None if python is None or str(python) == sys.executable else str(python))


@lru_cache
def _find(name: str, python: str | None) -> Installed:
    if python is None:
        return Installed(name=name, **installed.look(name))
    try:
        asked = subprocess.run(
            [python, "-B", installed.__file__, name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWERS_WITHIN,
            check=False,
        )
        mark, _, found = asked.stdout.decode().partition(" ")
        return Installed(name=name, **(json.loads(found)[name] if mark == "smcontract" else {"version": None}))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return Installed(name=name, version=None)


def parts(engine: str, stack: Stack, python: str | Path | None) -> tuple[Installed, ...]:
    """Return the distributions of AWS's that an engine runs, the toolkit first."""
    if engine == "builtin":
        return ()
    toolkit = find_installed(stack.toolkit, python)
    return (toolkit, find_installed(stack.server, python)) if engine == "worker" else (toolkit,)


def describe_engine(engine: str, stack: Stack, python: str | Path | None = None) -> str:
    """Return the engine and the versions that it runs, for the header: `toolkit sagemaker-inference 1.10.1`."""
    used = parts(engine, stack, python)
    if not used:
        return engine
    told = f"{engine} {' under '.join(map(str, used))}"
    return told if used[0].version == stack.version else f"{told} (what is said of the stack holds for {stack.version})"


def engine_problem(engine: str, stack: Stack, python: str | Path | None = None) -> str | None:
    """Say in one line why an engine cannot serve under a stack, or None where it can."""
    if engine == "builtin":
        return None
    if stack.handler_service is None or (engine == "worker" and stack.server not in WORKERS):
        return f"the container of the stack {stack.name} has no {engine} that can be installed; its engine is builtin"
    for part in parts(engine, stack, python):
        if part.version is None:
            return f"{part.name} is not installed in the script's interpreter ({python or sys.executable})"
        if part.problem is not None:
            return f"{part} is installed, but {part.problem}: install it again, in an environment of its own"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmer:
    """Whether failures under a stack can be confirmed on AWS's toolkit; `problem` says why not where it is there."""

    by: str | None = None
    problem: str | None = None


def find_confirmer(stack: Stack, python: str | Path | None = None) -> Confirmer:
    """Return what confirms failures under a stack: the toolkit as it was shipped, at the stack's version."""
    if stack.handler_service is None:
        return Confirmer()
    toolkit = find_installed(stack.toolkit, python)
    if toolkit.version is None:
        return Confirmer()
    if toolkit.problem is not None:
        return Confirmer(problem=f"{toolkit} is installed, but {toolkit.problem}; failures are not confirmed on it")
    if toolkit.version != stack.version:
        problem = f"{toolkit} is installed, and the stack is of {stack.version}; failures are not confirmed on it"
        return Confirmer(problem=problem)
    return Confirmer(by=str(toolkit))
