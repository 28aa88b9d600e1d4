"""Collection: contract items in the place of what pytest's own collector, which imports, would make."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from smcontract.pytest_items import ContractCollector, ContractItem
from smcontract.workspace import Judged


class ContractCollection:
    """Collects the contract items of the named scripts."""

    def __init__(self, config: pytest.Config, judged: Iterable[Judged], *, seed: int) -> None:
        self.seed = seed
        self._here = config.invocation_params.dir
        self._at: dict[Path, list[Judged]] = {}
        self._file_of: dict[Path, Path] = {}
        for one in judged:
            file = collected_file(one)
            self._at.setdefault(file, []).append(one)
            self._file_of[_absolute(one.target.path)] = file
        self._above = {folder for file in self._at for folder in file.parents}
        self._entered: set[Path] = set()

    def add_arguments(self, config: pytest.Config, *, flagged: bool) -> None:
        """Have pytest collect the scripts.

        With a flag and no path of the user's own nothing else is collected; scripts of the ini file are
        collected like tests, so that a path on the command line leaves out those that it does not cover.
        """
        scripts = [self._relative(file) for file in self._at]
        given = [self._translated(str(argument)) for argument in config.args]
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args = scripts if flagged else [*given, *scripts]
            return
        named = {_absolute(self._here / argument.partition("::")[0]) for argument in given}
        config.args = [*given, *scripts] if flagged and not named & set(self._at) else given

    def _translated(self, argument: str) -> str:
        """Turn the id of a model directory's item into the script's: pytest takes no name behind a directory."""
        path, found, name = argument.partition("::")
        file = self._file_of.get(_absolute(self._here / path))
        return f"{self._relative(file)}::{name}" if found and file is not None else argument

    def _relative(self, file: Path) -> str:
        # pytest takes no argument with a bracket in it, and the folders above may have one.
        return os.path.relpath(file, self._here)

    @pytest.hookimpl(wrapper=True)
    def pytest_ignore_collect(self, collection_path: Path) -> Generator[None, bool | None, bool | None]:
        """Enter a folder that pytest passes over (`build/`), but only for the scripts that are named."""
        ignored = yield
        if collection_path in self._at:
            return False
        if collection_path in self._above:
            if ignored or collection_path.parent in self._entered:
                self._entered.add(collection_path)
            return False
        return True if collection_path.parent in self._entered else ignored

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """Put the contract in the place of pytest's own collector, which would import the script."""
        collectors = yield
        judged = self._at.get(file_path)
        if judged is None:
            return collectors
        others = [found for found in collectors if type(found) is not pytest.Module]
        return [*others, *(self._collector(parent, one, file_path) for one in judged)]

    def _collector(self, parent: pytest.Collector, judged: Judged, path: Path) -> pytest.Collector:
        # The session and not the directory is the parent: a package's __init__ must not run for a script.
        found: ContractCollector = ContractCollector.from_parent(
            parent.session, name=judged.name, nodeid=judged.name, path=path, judged=judged, seed=self.seed
        )
        return found

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the items of one script together, however they were shuffled: they share a process."""
        first: dict[pytest.Item | ContractCollector, int] = {}
        for index, item in enumerate(items):
            first.setdefault(_group(item), index)
        items.sort(key=lambda item: first[_group(item)])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Have the workers of `-n` run neighbouring items, and the first that is done take over what is left.

        By xdist's own choice, `load`, each script would run in all of the workers: each would start its process, load
        its model and find out what it takes. A `--dist` or `-d` of the user's own holds.
        """
        # xdist turns the option itself into `load` where there is none.
        given = config.known_args_namespace
        if config.getoption("dist") != "load" or getattr(given, "dist", "no") != "no" or given.distload:
            return None
        try:
            from xdist.scheduler import WorkStealingScheduling
        except ImportError:
            return None
        return WorkStealingScheduling(config, log)


def collected_file(judged: Judged) -> Path:
    """Return the file at which pytest meets a script: of a model directory, whose tests stay tests, the script."""
    target = judged.target
    return target.script if target.kind == "model_dir" else _absolute(target.path)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _group(item: pytest.Item) -> pytest.Item | ContractCollector:
    return item.parent if isinstance(item, ContractItem) else item
