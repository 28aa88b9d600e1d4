"""The settings of the static check: flags, and the `[tool.smcontract]` that is nearest above a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smcontract.settings import Settings

RELEVANT = ("stack", "model-dir", "select", "ignore", "env", "strict", "expected-failures", "python-version")
"""What bears on the source alone; other settings may name what is not on the machine that commits."""

_FILE = "pyproject.toml"


class Choice:
    """The settings for one script."""

    def __init__(self, settings: Settings | None = None, *, root: str, own: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self.root = root
        self.own_expected_failures: Mapping[str, str] = own or {}
        """Those of the script's own table."""
        self.file = os.path.join(root, _FILE)

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks to judge under, as the user names them."""
        return self._settings.stacks if self._settings else ("auto",)

    @property
    def env(self) -> Mapping[str, str]:
        """The container's environment."""
        return self._settings.env if self._settings else {}

    @property
    def model_dir(self) -> str | None:
        """The model directory or archive that the user names."""
        given = self._settings.model_dir if self._settings else None
        return None if given is None else str(given)

    @property
    def strict(self) -> bool:
        """Whether warnings fail too."""
        return bool(self._settings and self._settings.strict)

    @property
    def python_version(self) -> tuple[int, int] | None:
        """The Python whose syntax the script must keep to, None for the one that runs."""
        return self._settings.python_version if self._settings else None

    @property
    def expected_failures(self) -> Mapping[str, str]:
        """The checks that are known to fail, each with the reason."""
        return self._settings.expected_failures if self._settings else {}

    def line_of(self, text: str) -> int:
        """Return the first line of the configuration that holds a text, 1 where none does."""
        with open(self.file, encoding="utf-8") as file:
            return next((number for number, line in enumerate(file, start=1) if text in line), 1)

    def is_selected(self, code: str) -> bool:
        """Return whether a code is to be reported."""
        return self._settings is None or self._settings.is_selected(code)


class Configuration:
    """Finds the settings of each file; raises `UsageError` where they are wrong."""

    def __init__(self, flags: Mapping[str, object]) -> None:
        self.flags = {name: value for name, value in flags.items() if value is not None}
        self.here = os.getcwd()
        self._tables: dict[str, tuple[str, Mapping[str, object]]] = {}
        self._choices: dict[str, Choice] = {}

    @cached_property
    def _stacks(self) -> Mapping[str, tuple[str, ...]]:
        from smcontract.stacks import get_stack, stack_names

        return {name: get_stack(name).versions for name in stack_names()}

    def choice(self, file: str) -> Choice:
        """Return the settings for one file, which need not be there."""
        root, table = self.table(os.path.dirname(os.path.abspath(file)))
        if not table.get("scripts"):
            # The same for every script of the project.
            if root not in self._choices:
                self._choices[root] = self._build(root, table, None)
            return self._choices[root]
        return self._build(root, table, os.path.relpath(os.path.abspath(file), root))

    def _build(self, root: str, table: Mapping[str, object], script: str | None) -> Choice:
        table = _relevant(table)
        if not table and not self.flags:
            return Choice(root=root)
        from pathlib import Path

        from smcontract.checks import codes
        from smcontract.settings import build
        from smcontract.settings_sources import script_table

        # To list them all imports more than the check itself.
        names_stack = any("stack" in given for given in (self.flags, table, script_table(table, script)))
        settings = build(
            rootdir=Path(root),
            invocation_dir=Path(self.here),
            known_stacks=self._stacks if names_stack else {},
            known_codes=codes(),
            flags=self.flags,
            pyproject=table,
            script=script,
        )
        own = script_table(table, script).get("expected-failures")
        return Choice(settings, root=root, own=own if isinstance(own, Mapping) else None)

    def table(self, folder: str) -> tuple[str, Mapping[str, object]]:
        """Return the nearest `[tool.smcontract]` from a folder upwards, and the folder that it stands in.

        Where there is none that is the current directory.
        """
        found = self._tables.get(folder)
        if found is None:
            found = self._above(folder)
            self._tables[folder] = found
        return found

    def _above(self, folder: str) -> tuple[str, Mapping[str, object]]:
        table = _read(folder)
        if table is not None:
            return folder, table
        above = os.path.dirname(folder)
        return (self.here, {}) if above == folder else self.table(above)


def _read(folder: str) -> Mapping[str, object] | None:
    """Return the table in a folder's `pyproject.toml`, None where there is none; raises `UsageError`."""
    try:
        with open(os.path.join(folder, _FILE), "rb") as file:
            if not _may_hold_table(file.read()):
                return None
    except OSError:
        return None
    from pathlib import Path

    from smcontract.settings_sources import read_pyproject

    return read_pyproject(Path(folder)) or None


def _may_hold_table(document: bytes) -> bool:
    """Return whether `[tool.smcontract]` may stand in a document, however it is spelt.

    Most hold none, though they name smcontract where they say what to install, and reading TOML takes as long
    as checking a script.
    """
    if b"smcontract" not in document:
        return False
    plain = document.translate(None, b" \t\"'")
    return any(start in plain for start in (b"tool.smcontract", b"[tool]", b"tool={"))


def _relevant(table: Mapping[str, object]) -> Mapping[str, object]:
    kept = {name: value for name, value in table.items() if name in RELEVANT}
    scripts = table.get("scripts")
    if isinstance(scripts, Mapping) and scripts:
        own = {path: _relevant(settings) for path, settings in scripts.items() if isinstance(settings, Mapping)}
        if any(own.values()):
            kept["scripts"] = own
    return kept
