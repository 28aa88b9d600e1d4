"""What the user asks for: every setting of a run over one script, read and validated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from smcontract.lean import dataclass, field
from smcontract.options import OPTIONS, PHASES, is_selected
from smcontract.settings_sources import Given, given_values
from smcontract.settings_values import Known, Payload, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Payload", "Settings", "build"]


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings for one script; paths are absolute, times are in seconds.

    `max_examples` is None where the user named none: the Hypothesis profile then decides. `budget` None
    is no limit. An empty `content_types` or `accepts` leaves the choice to the script's own source, an
    empty `select` takes every check. `limits` are sizes in MiB, by name.
    """

    stacks: tuple[str, ...] = ("auto",)
    model_dir: Path | None = None
    payloads: tuple[Payload, ...] = ()
    content_types: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    phases: tuple[str, ...] = PHASES
    max_examples: int | None = None
    timeout: float = 60.0
    load_timeout: float = 60.0
    budget: float | None = None
    isolation: str = "process"
    engine: str = "builtin"
    confirm: str = "auto"
    stand_in: str = "auto"
    stub_missing: str = "auto"
    python: Path | None = None
    env: Mapping[str, str] = field(default_factory=_nothing)
    limits: Mapping[str, str] = field(default_factory=_nothing)
    reports: tuple[Path, ...] = ()
    strict: bool = False
    expected_failures: Mapping[str, str] = field(default_factory=_nothing)
    python_version: tuple[int, int] | None = None

    def is_selected(self, code: str) -> bool:
        """Return whether `select` and `ignore` let a code run: the longest prefix wins, then `ignore`."""
        return is_selected(code, self.select, self.ignore)


def build(
    *,
    rootdir: Path,
    invocation_dir: Path,
    known_stacks: Collection[str],
    known_codes: Collection[str],
    flags: Mapping[str, object] | None = None,
    ini: Mapping[str, object] | None = None,
    pyproject: Mapping[str, object] | None = None,
    script: str | None = None,
) -> Settings:
    """Return the settings for one script.

    The first of these that names a setting decides: flag, the script's own table, `[tool.smcontract]`,
    ini, default. Tables (`env`, `expected-failures`) are merged key by key in that order.

    Args:
        rootdir: what relative paths of configuration files start from.
        invocation_dir: what relative paths of flags start from.
        known_stacks: names of the stacks; a mapping of names to versions has versions judged too.
        known_codes: codes of all checks.
        flags: values by option name, as `read_flags` returns them.
        ini: values by option name, as `read_ini` returns them.
        pyproject: the table `[tool.smcontract]`, as `read_pyproject` returns it.
        script: the script's path as named, relative to rootdir, to find its own table; None for none.

    Raises:
        UsageError: a key or value is wrong; one line that names it, what is valid and the nearest.

    """
    known = Known(stacks=known_stacks, codes=known_codes)
    found: dict[str, Any] = {}
    for option in OPTIONS:
        given = given_values(
            option,
            flags=flags or {},
            ini=ini or {},
            pyproject=pyproject or {},
            script=script,
            rootdir=rootdir,
            invocation_dir=invocation_dir,
        )
        if not given:
            continue
        if option.kind == "pairs":
            found[option.field] = _merged(given, known)
        else:
            found[option.field] = read(given[0], known)
    return Settings(**found)


def _merged(given: list[Given], known: Known) -> Mapping[str, str]:
    table: dict[str, str] = {}
    for value in reversed(given):
        table.update(read(value, known))
    return MappingProxyType(table)
