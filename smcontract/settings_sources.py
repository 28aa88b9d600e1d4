"""Where settings come from: flags, the ini file, `[tool.smcontract]` and its per-script tables."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from smcontract.errors import UsageError, nearest
from smcontract.lean import dataclass
from smcontract.options import OPTIONS, PATHS, Option

_KEYS = tuple(option.name for option in OPTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A setting's raw value, the words for where it stands, and what its relative paths start from."""

    option: Option
    value: object
    where: str
    base: Path

    def refuse(self, problem: str) -> UsageError:
        """Return the error that says what is wrong with this value, and where it stands."""
        return UsageError(f"{self.where}: {problem}")


def read_flags(get: Callable[[str], object]) -> dict[str, object]:
    """Return the flags that were given, by option name; `get` answers an option's `dest` or None."""
    values = {option.name: get(option.dest) for option in OPTIONS if option.flag is not None}
    return {name: value for name, value in values.items() if value is not None}


def read_ini(get: Callable[[str], object], present: Iterable[str] = ()) -> dict[str, object]:
    """Return what the ini file sets, by option name.

    Args:
        get: pytest's `config.getini`.
        present: all keys that stand in the ini file, so that a misspelt one is not passed over.

    Raises:
        UsageError: a key that starts like ours and is unknown, or a value of a type that pytest refuses.

    """
    valid = [option.ini for option in (PATHS, *OPTIONS) if option.ini is not None]
    for key in present:
        if key.startswith("smcontract_") and key not in valid:
            raise UsageError(f"{key} (ini): unknown key{nearest(key, valid)}; valid keys: {', '.join(valid)}")
    values: dict[str, object] = {}
    for option in OPTIONS:
        if option.ini is None:
            continue
        try:
            value = get(option.ini)
        except Exception as error:
            # ValueError, TypeError or pytest's own, by version; none of them need name the key.
            raise UsageError(f"{option.ini} (ini): {_one_line(error)}") from None
        if value not in (None, "", []):
            values[option.name] = value
    return values


def read_pyproject(rootdir: Path) -> Mapping[str, object]:
    """Return `[tool.smcontract]` of the `pyproject.toml` in a directory; empty without file or table.

    Raises:
        UsageError: the file cannot be read, is not TOML, or holds a key of ours that is unknown.

    """
    import tomllib

    file = rootdir / "pyproject.toml"
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file}: cannot be read as TOML: {_one_line(error)}") from None
    tool = document.get("tool", {})
    table = tool.get("smcontract", {}) if isinstance(tool, dict) else {}
    _check_tables(table, rootdir)
    return dict(table)


def given_values(
    option: Option,
    *,
    flags: Mapping[str, object],
    ini: Mapping[str, object],
    pyproject: Mapping[str, object],
    script: str | None,
    rootdir: Path,
    invocation_dir: Path,
) -> list[Given]:
    """Return the values given for an option, the one that counts most first."""
    found: list[Given] = []

    def take(table: Mapping[str, object], where: str, base: Path) -> None:
        if table.get(option.name) is not None:
            found.append(Given(option=option, value=table[option.name], where=where, base=base))

    take(flags, option.flag or option.name, invocation_dir)
    for key, table in _script_tables(pyproject, script):
        take(table, f'{option.name} in [tool.smcontract.scripts."{key}"]', rootdir)
    take(pyproject, f"{option.name} in [tool.smcontract]", rootdir)
    take(ini, f"{option.ini or option.name} (ini)", rootdir)
    return found


def script_table(pyproject: Mapping[str, object], script: str | None) -> Mapping[str, object]:
    """Return the first `[tool.smcontract.scripts."PATH"]` that is a script's own; empty if there is none."""
    return next((table for _, table in _script_tables(pyproject, script)), {})


def _script_tables(pyproject: Mapping[str, object], script: str | None) -> list[tuple[str, Mapping[str, object]]]:
    tables = pyproject.get("scripts")
    if script is None or not isinstance(tables, Mapping):
        return []
    wanted = posixpath.normpath(script.replace("\\", "/"))
    return [(key, table) for key, table in tables.items() if posixpath.normpath(key) == wanted]


def _check_tables(table: object, rootdir: Path) -> None:
    if not isinstance(table, dict):
        raise UsageError(f"[tool.smcontract]: expected a table, got {_kind(table)}")
    _check_keys(table, "[tool.smcontract]", (*_KEYS, "scripts"))
    scripts = table.get("scripts", {})
    if not isinstance(scripts, dict):
        raise UsageError(
            "[tool.smcontract]: scripts must be tables named by path, such as "
            f'[tool.smcontract.scripts."code/inference.py"], got {_kind(scripts)}'
        )
    for path, settings in scripts.items():
        where = f'[tool.smcontract.scripts."{path}"]'
        if not isinstance(settings, dict):
            raise UsageError(f"{where}: expected a table of settings, got {_kind(settings)}")
        _check_keys(settings, where, _KEYS)
        if not (rootdir / path).exists():
            raise UsageError(f"{where}: no such file; expected a path relative to {rootdir}")


def _check_keys(table: Mapping[str, object], where: str, valid: tuple[str, ...]) -> None:
    for key in table:
        if key not in valid:
            raise UsageError(f"{where}: unknown key {key!r}{nearest(key, valid)}; valid keys: {', '.join(valid)}")


def _kind(value: object) -> str:
    return f"{type(value).__name__} {value!r}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
