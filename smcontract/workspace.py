"""From what the user typed to what will be judged: targets, settings, stacks and items of each script."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from smcontract import scratch
from smcontract.checks import codes
from smcontract.endpoints._installed import engine_problem
from smcontract.errors import UsageError
from smcontract.plan import Item, plan
from smcontract.script import Script, read_script
from smcontract.session import Session, Spent
from smcontract.settings import Settings, build
from smcontract.settings_sources import read_pyproject
from smcontract.stacks import Stack, StackNotFound, detect, get_stack, stack_names
from smcontract.targets import Target, find_targets

if TYPE_CHECKING:
    from smcontract.payloads._hook import Source

_OF_PYTEST = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")
_SECTIONS = {
    "pyproject.toml": re.compile(r"^\s*\[\s*tool\s*\.\s*pytest\s*(\.\s*ini_options\s*)?\]", re.MULTILINE),
    "tox.ini": re.compile(r"^\[pytest\]", re.MULTILINE),
    "setup.cfg": re.compile(r"^\[tool:pytest\]", re.MULTILINE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One script: laid out, read, with its settings, its stacks and why those, and its items."""

    name: str
    target: Target
    script: Script
    settings: Settings
    stacks: tuple[tuple[Stack, str], ...]
    items: tuple[Item, ...]
    spent: Spent = field(default_factory=Spent)

    def session(self, stack: Stack, *, payloads: Source | None = None) -> Session:
        """Return a new session of this script under one of its stacks; `payloads` hands over bodies."""
        peers = tuple(other for other, _ in self.stacks if other is not stack)
        return Session(
            target=self.target,
            script=self.script,
            stack=stack,
            settings=self.settings,
            peers=peers,
            spent=self.spent,
            payloads=payloads,
        )

    def named(self, file: str) -> str:
        """Return a file as it is told: one of an archive by its place in it, not by where it was unpacked."""
        unpacked = self.target.unpacked
        if unpacked is None or not Path(file).is_relative_to(unpacked):
            return file
        return f"{self.name}/{Path(file).relative_to(unpacked).as_posix()}"


def project_root(here: Path) -> Path:
    """Return pytest's rootdir of a run without arguments, from `here`.

    That is where the nearest file with pytest's configuration stands, else the nearest `pyproject.toml`, else
    the nearest `setup.py`, else `here` (pytest 9.0, `_pytest/config/findpaths.py`, `determine_setup`).
    """
    holds = (_configures_pytest, _has("pyproject.toml"), _has("setup.py"))
    return next((above for one in holds for above in (here, *here.parents) if one(above)), here)


def _has(name: str) -> Callable[[Path], bool]:
    return lambda folder: (folder / name).is_file()


def _configures_pytest(folder: Path) -> bool:
    """Whether a folder holds a file that is pytest's own, or one with a section of pytest's."""
    if any((folder / name).is_file() for name in _OF_PYTEST):
        return True
    return any(_SECTIONS[name].search(_text_of(folder / name)) is not None for name in _SECTIONS)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


@dataclass(kw_only=True)
class Workspace:
    """What settings are read from, and the temporary directories that archives are unpacked into."""

    rootdir: Path
    invocation_dir: Path
    flags: Mapping[str, object] = field(default_factory=dict)
    ini: Mapping[str, object] = field(default_factory=dict)
    _unpacked: list[Path] = field(default_factory=list)

    def settings(self, script: str | None = None) -> Settings:
        """Return the settings for one script (None: those that hold for all); raises `UsageError`."""
        return build(
            rootdir=self.rootdir,
            invocation_dir=self.invocation_dir,
            known_stacks={name: get_stack(name).versions for name in stack_names()},
            known_codes=codes(),
            flags=self.flags,
            ini=self.ini,
            pyproject=read_pyproject(self.rootdir),
            script=script,
        )

    def judge(self, path: Path) -> list[Judged]:
        """Return what a path stands for, ready to run; no script is run or imported. Raises `UsageError`."""
        common = self.settings()
        return [
            self._judged(target, common)
            for target in find_targets(path, model_dir=common.model_dir, env=common.env, extract_to=self._directory)
        ]

    def _judged(self, target: Target, common: Settings) -> Judged:
        name = self.name_of(target.path)
        settings = self.settings(name)
        if (settings.model_dir, settings.env) != (common.model_dir, common.env):
            (target,) = find_targets(
                target.path, model_dir=settings.model_dir, env=settings.env, extract_to=self._directory
            )
        script = read_script(target.script)
        stacks = choose_stacks(settings, script, target)
        _need_engine(settings, [stack for stack, _ in stacks])
        items = plan(script, [stack for stack, _ in stacks], settings)
        return Judged(name=name, target=target, script=script, settings=settings, stacks=stacks, items=items)

    def name_of(self, path: Path) -> str:
        """Return how a path is called in ids and reports: relative to rootdir, absolute outside it."""
        absolute = Path(os.path.abspath(path))
        if absolute.is_relative_to(self.rootdir):
            return absolute.relative_to(self.rootdir).as_posix()
        return str(absolute)

    def _directory(self) -> Path:
        directory = scratch.directory("smcontract-archive-")
        self._unpacked.append(directory)
        return directory

    def close(self) -> None:
        """Remove what was unpacked."""
        while self._unpacked:
            shutil.rmtree(self._unpacked.pop(), ignore_errors=True)


def choose_stacks(settings: Settings, script: Script, target: Target) -> tuple[tuple[Stack, str], ...]:
    """Return the stacks to judge under, each with why; raises `UsageError` for one that is not known."""
    chosen: dict[str, tuple[Stack, str]] = {}
    for wanted in settings.stacks:
        for name, reason in _named(wanted, script, target, settings.env):
            try:
                stack = get_stack(name)
            except StackNotFound as error:
                raise UsageError(f"--smcontract-stack {name}: {error}") from None
            chosen.setdefault(f"{stack.name}@{stack.version}", (stack, reason))
    return tuple(chosen.values())


def _need_engine(settings: Settings, stacks: Iterable[Stack]) -> None:
    """Raise `UsageError` where the chosen engine is not installed, or is broken."""
    for stack in stacks:
        problem = engine_problem(settings.engine, stack, settings.python)
        if problem is not None:
            raise UsageError(f"--smcontract-engine {settings.engine}: {problem}")


def _named(name: str, script: Script, target: Target, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if name == "auto":
        yield detect([found.name for found in script.imports], _model_files(target), env)
    elif name == "all":
        for family in stack_names():
            yield family, "all stacks were asked for"
    else:
        yield name, "named by the user"


def _model_files(target: Target) -> list[str]:
    if target.model_dir is None:
        return []
    try:
        return sorted(entry.name for entry in target.model_dir.iterdir())
    except OSError:
        return []
