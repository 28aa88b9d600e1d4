"""The active plugin: contract items in pytest's session, and the report at its end."""

from __future__ import annotations

import os
import random
from collections.abc import Collection, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from smcontract import __version__
from smcontract.confirming import confirmation_problem
from smcontract.endpoints._installed import describe_engine
from smcontract.errors import UsageError
from smcontract.pytest_collection import ContractCollection
from smcontract.pytest_interrupts import Interrupts
from smcontract.pytest_items import RECORD, outcome_of
from smcontract.pytest_own_checks import own_checks
from smcontract.pytest_summary import write_summary
from smcontract.records import record, resolution, script_report
from smcontract.reporting.json_report import write_json
from smcontract.reporting.merge import ItemRecord, build_report
from smcontract.reporting.report import Outcome
from smcontract.reporting.resolution import format_resolution
from smcontract.resting import stubs_ahead
from smcontract.runner import Result
from smcontract.saving import save_cases
from smcontract.settings_sources import read_flags, read_ini
from smcontract.workspace import Judged, Workspace

LOST = (
    "the worker that ran it ended before it could answer: it was killed, or this machine ran out of memory; "
    "this says nothing about the script"
)
UNPROTECTED = (
    "isolation none: the script runs in pytest's own process, without time limits; a crash of it ends pytest, and it "
    "sees this process's variables, memory and files"
)
HEADERS = 12
"""Scripts beyond which the header only counts."""


def activate(config: pytest.Config) -> None:
    """Judge the scripts that the flag or the ini file names; raises `pytest.UsageError`."""
    try:
        own_checks(config)
        config.pluginmanager.register(Interrupts(config), "smcontract-interrupts")
        config.pluginmanager.register(ContractPlugin(config), "smcontract-contract")
    except UsageError as error:
        raise pytest.UsageError(f"smcontract: {error}") from None


class ContractPlugin:
    """Finds what the named scripts' contracts are, and reports what their items found."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.seed = run_seed(config)
        self.records: list[ItemRecord] = []
        self.notes: list[str] = []
        flagged = config.getoption("smcontract_paths") or []
        self.workspace = Workspace(
            rootdir=config.rootpath,
            invocation_dir=config.invocation_params.dir,
            flags=read_flags(config.getoption),
            ini=read_ini(config.getini, present=_ini_keys(config)),
        )
        try:
            self.judged = _by_path(self.workspace, self._named(flagged))
        except UsageError:
            self.workspace.close()
            raise
        collection = ContractCollection(config, self.judged.values(), seed=self.seed)
        collection.add_arguments(config, flagged=bool(flagged))
        config.pluginmanager.register(collection, "smcontract-collection")

    def _named(self, flagged: list[str]) -> Iterator[Path]:
        for name in flagged:
            yield self.config.invocation_params.dir / name
        if not flagged:
            for name in self.config.getini("smcontract"):
                yield self.config.rootpath / name

    def pytest_report_header(self) -> list[str]:
        """Say what is judged, under which stack and why, and who serves each function."""
        checks = _counted(sum(len(judged.items) for judged in self.judged.values()), "check")
        scripts = _counted(len(self.judged), "script")
        lines = [f"smcontract {__version__}: {scripts}, {checks}, seed {self.seed}"]
        if len(self.judged) > HEADERS:
            return lines
        for judged in self.judged.values():
            lines += [f"  {line}" for line in self._about(judged)]
        return lines

    def _about(self, judged: Judged) -> Iterator[str]:
        for stack, reason in judged.stacks:
            report = script_report(judged, stack, self.config.rootpath)
            checks = sum(item.stack is stack for item in judged.items)
            model = report.model_dir or "none (give one with --smcontract-model-dir)"
            settings = judged.settings
            engine = describe_engine(settings.engine, stack, settings.python)
            yield f"{judged.name}: stack {stack.name}@{stack.version} ({reason}), engine {engine}"
            yield f"  model directory {model}, {_counted(checks, 'check')}"
            if settings.isolation == "none":
                yield f"  {UNPROTECTED}"
            if unconfirmed := confirmation_problem(stack, settings):
                yield f"  {unconfirmed}"
            if stubs := stubs_ahead(judged.target, settings):
                yield f"  {stubs}"
            yield f"  {format_resolution(resolution(judged.script, stack), stack=stack.name)}"
            if report.model_dir is None and settings.stand_in == "auto":
                yield "  a stand-in takes the model's place if model_fn fails without one (--smcontract-stand-in off)"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Have what an item found travel on its report."""
        del call
        report = yield
        found = getattr(item, "record", None)
        if report.when == "call" and found is not None:
            setattr(report, RECORD, outcome_of(found, report).to_dict())
        return report

    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
        """Count as an error what is no failure of the script's."""
        data: dict[str, Any] | None = getattr(report, RECORD, None)
        if data is None or not report.failed or data["check"]["outcome"] != Outcome.ERROR:
            return None
        return "error", "E", "ERROR"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what an item found from its report, in whichever process it ran."""
        data: dict[str, Any] | None = getattr(report, RECORD, None)
        if data is not None and not hasattr(self.config, "workerinput"):
            self.records.append(ItemRecord.from_dict(data))

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """Keep the place of an item whose xdist worker died: only what it found is lost."""
        path, _, name = crashitem.partition("::")
        for judged in self.judged.values():
            for item in judged.items if judged.name == path else ():
                if item.name == name:
                    lost = record(
                        judged, item, Result(outcome="error", reason=LOST), node_id=crashitem, root=self.config.rootpath
                    )
                    setattr(report, RECORD, lost.to_dict())

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send the run's one seed to an xdist worker."""
        node.workerinput["smcontract_seed"] = self.seed

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report and the cases; only the controlling process writes."""
        if hasattr(self.config, "workerinput") or self.config.getoption("collectonly"):
            return
        try:
            save_cases(self.records, self.workspace)
        except OSError as error:
            self.notes.append(f"the failing requests are not kept for `smcontract replay`: {error}")
        try:
            self._write_reports()
        except UsageError as error:
            self.notes.append(str(error))
            session.exitstatus = session.exitstatus or pytest.ExitCode.USAGE_ERROR

    def _write_reports(self) -> None:
        reports = self.workspace.settings().reports
        if not reports:
            return
        root = self.config.rootpath
        bare = [script_report(judged, stack, root) for judged in self.judged.values() for stack, _ in judged.stacks]
        report = build_report(self.records, seed=self.seed, root=root, scripts=bare)
        for path in reports:
            write_json(report, path)
            self.notes.append(f"report: {path}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what masking a function would change, and where the report is."""
        write_summary(terminalreporter, self.records, self.notes)

    def pytest_unconfigure(self) -> None:
        """Remove what was unpacked."""
        self.workspace.close()


def _by_path(workspace: Workspace, named: Iterator[Path]) -> dict[Path, Judged]:
    found: dict[Path, Judged] = {}
    for path in named:
        for judged in workspace.judge(path):
            found.setdefault(Path(os.path.abspath(judged.target.path)), judged)
    return found


def _ini_keys(config: pytest.Config) -> Collection[str]:
    # pytest only warns of a key that it does not know, and has no public name for those that are there.
    known: Mapping[str, object] = vars(config).get("_inicfg") or vars(config).get("inicfg") or {}
    return known.keys()


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def run_seed(config: pytest.Config) -> int:
    """Return the run's seed: the controller's, else `--hypothesis-seed`, else 0 in CI, else one drawn."""
    sent = getattr(config, "workerinput", {}).get("smcontract_seed")
    if sent is not None:
        return int(sent)
    given = config.getoption("hypothesis_seed", None)
    if given is not None:
        try:
            return int(given)
        except ValueError:
            return sum(str(given).encode())
    if os.environ.get("CI"):
        return 0
    # A generator of its own: pytest-randomly, and the user, own the global one.
    return random.SystemRandom().randrange(2**32)


__all__ = ["ContractPlugin", "activate", "run_seed"]
