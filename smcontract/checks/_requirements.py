"""What the `requirements.txt` beside a script asks for."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from smcontract.lean import NamedTuple

_REQUIREMENT = r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;#@]*)"
_UPPER = r"(==|<=|<|~=)\s*v?(\d+(?:\.\d+)*)(\.\*)?"


class Requirements(NamedTuple):
    """The packages that a file asks for, by normal name, with their version specifiers.

    `is_whole` is false where it holds more than names: other files, addresses, options.
    """

    packages: dict[str, str]
    is_whole: bool


def normal(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(script: Path) -> Requirements | None:
    """Return what the file beside a script asks for, None where there is none that can be read."""
    return _read(os.path.join(os.path.dirname(script), "requirements.txt"))


@lru_cache(maxsize=16)
def _read(path: str) -> Requirements | None:
    try:
        with open(path, encoding="utf-8-sig") as file:
            lines = file.read().replace("\\\n", " ").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    packages: dict[str, str] = {}
    is_whole = True
    for line in lines:
        text = line.strip()
        if not text or text.startswith(("#", "--index-url", "--extra-index-url", "-i ")):
            continue
        found = re.match(_REQUIREMENT, text)
        if found is None or "@" in text or "://" in text or text.endswith((".whl", ".gz", ".zip")):
            is_whole = False
            continue
        packages[normal(found.group(1))] = found.group(2).strip()
    return Requirements(packages, is_whole)


def brings_transformers(script: Path) -> bool:
    """Return whether the file beside a script asks for what the `huggingface` containers have without it."""
    asked = requirements(script)
    return asked is not None and "transformers" in asked.packages


def pinned(script: Path, package: str, *, below: tuple[int, ...]) -> bool:
    """Return whether the file beside a script allows only releases of a package that are older than `below`."""
    asked = requirements(script)
    if asked is None:
        return False
    return any(
        _ceiling(operator, tuple(map(int, version.split("."))), wild) <= below
        for operator, version, wild in re.findall(_UPPER, asked.packages.get(package, ""))
    )


def _ceiling(operator: str, release: tuple[int, ...], wild: str) -> tuple[int, ...]:
    """Return the first release that a specifier does not allow."""
    if operator == "<":
        return release
    if operator == "~=":
        return (*release[:-2], release[-2] + 1) if len(release) > 1 else release
    return (*release[:-1], release[-1] + 1) if wild else (*release, 0)
