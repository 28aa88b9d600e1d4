"""What is judged: the scripts that a path on the command line stands for, each with its model directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from smcontract.errors import UsageError, nearest
from smcontract.layout import (
    ALL_SERVERS,
    Place,
    holds_model,
    is_archive_layout,
    is_model_dir,
    module_name,
    place_in_model_dir,
    place_script,
    wanted_program,
)
from smcontract.lean import dataclass
from smcontract.searching import search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["script", "model_dir", "archive"]

_EXPECTED = "expected a Python script, a model directory holding code/, a model.tar.gz or a directory to search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One script to judge, laid out as the container lays it out.

    `path` is what the user named (for a directory that was searched, the script found in it); every
    other path is absolute. `model_dir` None is a script without a model. `program` is the value of
    `SAGEMAKER_PROGRAM` under which the script is served, `module` the name it is imported by.
    `layout_problem` says why a container would not find the script, under the servers in
    `layout_servers` alone, and `layout_fix` what to do; the script is judged all the same.
    """

    path: Path
    kind: Kind
    script: Path
    code_dir: Path
    model_dir: Path | None
    program: str
    module: str
    layout_problem: str | None = None
    layout_fix: str | None = None
    layout_servers: tuple[str, ...] = ALL_SERVERS
    unpacked: Path | None = None
    """Directory that an archive was unpacked into."""
    is_inferred: bool = False
    """Whether only the layout says that `model_dir` is one."""

    @property
    def is_model_known(self) -> bool:
        """Whether the model is there: what the layout alone says is often a source tree without one."""
        return self.model_dir is not None and (not self.is_inferred or holds_model(self.model_dir))

    def layout_problem_under(self, server: str) -> str | None:
        """Return why this server would not find the script, None if it would."""
        return self.layout_problem if server in self.layout_servers else None


def find_targets(
    path: Path,
    *,
    model_dir: Path | None = None,
    env: Mapping[str, str],
    extract_to: Callable[[], Path],
) -> list[Target]:
    """Return the targets that a path stands for, in a stable order; no script is run or imported.

    Args:
        path: a script, a model directory, a `model.tar.gz`, or a directory to search.
        model_dir: directory or archive that `model_fn` gets; None takes what the layout says: `X` for a
            script `X/code/NAME.py`, else a folder `model/` beside the script, else none.
        env: the container's environment as the user gives it; `SAGEMAKER_PROGRAM` counts.
        extract_to: returns a fresh empty directory for an archive each time it is called.

    Raises:
        UsageError: the path or model directory is missing, damaged or of no known kind, or holds no
            handler script.

    """
    from smcontract.archives import extract, is_archive

    given_model_dir = None if model_dir is None else _open_model_dir(model_dir, extract_to)
    wanted_program(env)
    if os.path.isdir(path):
        if is_model_dir(_absolute(path), env):
            return [_of_model_dir(path, _absolute(path), "model_dir", given_model_dir, env)]
        return _of_searched(path, given_model_dir, env)
    _check_file(path)
    if is_archive(path):
        root = _absolute(extract(path, extract_to()))
        return [_of_model_dir(path, root, "archive", given_model_dir, env)]
    return [target_of_script(path, given_model_dir, env)]


def target_of_script(path: Path, model_dir: Path | None, env: Mapping[str, str]) -> Target:
    """Return the target of a script that is named by itself, without looking at the file."""
    place = place_script(_absolute(path), env)
    return _target(path, "script", place, model_dir or _model_dir_by_layout(place), is_inferred=model_dir is None)


def target_of_model_dir(path: Path, model_dir: Path | None, env: Mapping[str, str]) -> Target | None:
    """Return the target of a directory that holds a model and, in code/, a script; None for any other directory."""
    if not is_archive_layout(_absolute(path), env):
        return None
    return _of_model_dir(path, _absolute(path), "model_dir", model_dir, env)


def _of_searched(directory: Path, model_dir: Path | None, env: Mapping[str, str]) -> list[Target]:
    scripts = search(directory)
    if not scripts:
        raise UsageError(
            f"{directory}: holds no handler script (a .py file that defines model_fn, input_fn, predict_fn, "
            f"output_fn or transform_fn); {_EXPECTED}"
        )
    return [target_of_script(script, model_dir, env) for script in scripts]


def _of_model_dir(path: Path, root: Path, kind: Kind, model_dir: Path | None, env: Mapping[str, str]) -> Target:
    place = place_in_model_dir(root, env)
    if place is None:
        raise UsageError(
            f"{path}: holds no handler script; expected code/{wanted_program(env)} in it, or name the script "
            f"and give this as its model: --smcontract SCRIPT --smcontract-model-dir {path}"
        )
    unpacked = root if kind == "archive" else None
    is_inferred = kind == "model_dir" and model_dir is None
    return _target(path, kind, place, model_dir or root, unpacked=unpacked, is_inferred=is_inferred)


def _target(
    path: Path,
    kind: Kind,
    place: Place,
    model_dir: Path | None,
    *,
    unpacked: Path | None = None,
    is_inferred: bool,
) -> Target:
    return Target(
        path=path,
        kind=kind,
        script=place.script,
        code_dir=place.code_dir,
        model_dir=model_dir,
        program=place.program,
        module=module_name(place.program),
        layout_problem=place.problem,
        layout_fix=place.fix,
        layout_servers=place.servers,
        unpacked=unpacked,
        is_inferred=is_inferred and model_dir is not None,
    )


def _model_dir_by_layout(place: Place) -> Path | None:
    if place.code_dir.name == "code":
        above = place.code_dir.parent
        # A repository checked out as /code or ~/code makes no model directory of / or of the home directory.
        if str(above) not in (above.anchor, os.path.expanduser("~")):
            return above
    beside = os.path.join(os.path.dirname(place.script), "model")
    return Path(beside) if os.path.isdir(beside) else None


def _open_model_dir(path: Path, extract_to: Callable[[], Path]) -> Path:
    from smcontract.archives import SUFFIXES, extract, is_archive

    if os.path.isdir(path):
        return _absolute(path)
    _check_reached(path, f"model directory {path}", "no such directory or archive")
    if not os.path.isfile(path) or not is_archive(path):
        raise UsageError(f"model directory {path}: expected a directory or an archive ({', '.join(SUFFIXES)})")
    return _absolute(extract(path, extract_to()))


def _check_file(path: Path) -> None:
    from smcontract.archives import is_archive

    _check_reached(path, str(path), "no such file or directory", f"; {_EXPECTED}")
    if not os.path.isfile(path) or not (path.suffix == ".py" or is_archive(path)):
        raise UsageError(f"{path}: neither a .py file nor an archive; {_EXPECTED}")
    if not os.access(path, os.R_OK):
        raise UsageError(f"{path}: may not be read")


def _check_reached(path: Path, what: str, missing: str, expected: str = "") -> None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{what}: {missing}{_similar(path)}{expected}") from None
    except (OSError, ValueError) as error:
        # Too long, in a folder that may not be entered, links in a circle, a null byte.
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise UsageError(f"{what}: {why[:1].lower()}{why[1:]}{expected}") from None


def _similar(path: Path) -> str:
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return ""
    return nearest(path.name, names)


def _absolute(path: Path) -> Path:
    # Links stay as they are: the name under which the script was given is the name it is served by.
    found = os.path.abspath(path)
    return path if found == os.fspath(path) else Path(found)
