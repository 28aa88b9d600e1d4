"""Where a serving container looks for the script, and whether it would find it there.

The toolkits import the module that `SAGEMAKER_PROGRAM` names (default `inference.py`) and serve
every function by its default where there is none (sagemaker-inference 1.10.1, `environment.py`,
`transformer.py`). `code/` of the model directory comes first on the path (`model_server.py`); both
model servers add the model directory itself (multi-model-server and TorchServe, `WorkerLifeCycle.java`),
the Flask stack does not (sagemaker-containers 2.8.6.post2, `_env.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from smcontract.errors import UsageError
from smcontract.lean import dataclass
from smcontract.script import read_script
from smcontract.searching import handlers_in, search

PROGRAM = "SAGEMAKER_PROGRAM"
DEFAULT_PROGRAM = "inference.py"
ALL_SERVERS = ("multi-model-server", "torchserve", "flask")

_MODEL_SUFFIXES = frozenset({
    ".bin", ".bst", ".cbm", ".ckpt", ".h5", ".joblib", ".keras", ".model", ".npz", ".onnx", ".params",
    ".pb", ".pickle", ".pkl", ".pt", ".pth", ".safetensors", ".ubj",
})  # fmt: skip
_MODEL_FILES = frozenset({"model-symbol.json", "model-shapes.json", "model_index.json"})
_PROJECT_FILES = (".git", "pyproject.toml", "setup.cfg", "setup.py", "tox.ini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A script, the module name under which it is served, and what keeps a container from finding it.

    `problem` is a sentence for the servers in `servers`; `fix` says what to do about it.
    """

    script: Path
    code_dir: Path
    program: str
    problem: str | None = None
    fix: str | None = None
    servers: tuple[str, ...] = ALL_SERVERS


def module_name(program: str) -> str:
    """Return the module that a container imports for a `SAGEMAKER_PROGRAM`."""
    return program.removesuffix(".py")


def wanted_program(env: Mapping[str, str]) -> str:
    """Return the program that a container looks for.

    Raises:
        UsageError: `SAGEMAKER_PROGRAM` is given and empty.

    """
    program = env.get(PROGRAM, DEFAULT_PROGRAM)
    if not module_name(program):
        raise UsageError(f"{PROGRAM} is {program!r}; expected the name of a script, such as {DEFAULT_PROGRAM}")
    return program


def place_script(script: Path, env: Mapping[str, str]) -> Place:
    """Return the place of a script that the user names; it is the program unless `env` says another."""
    program = wanted_program(env) if PROGRAM in env else script.name
    module = module_name(program)
    parts = tuple(module.split("."))
    if PROGRAM in env and _parts_of(script, len(parts)) == parts:
        return Place(script=script, code_dir=script.parents[len(parts) - 1], program=program)
    place = Place(script=script, code_dir=script.parent, program=script.name)
    if PROGRAM in env:
        return _with_problem(
            place,
            f"{PROGRAM} is {program!r}, so the container imports the module {module!r}, never {script.name}",
            f"set {PROGRAM}={script.name}",
        )
    if "." in module:
        return _with_problem(
            place,
            f"the container imports {script.name} as the module {module!r}, which Python takes for a package",
            f"rename {script.name} so that its name holds no further dot",
        )
    return place


def is_model_dir(directory: Path, env: Mapping[str, str]) -> bool:
    """Return whether a directory is laid out as a model directory, or is one whose script stands at its top.

    The latter needs a model file beside the script, and nothing that marks a project.
    """
    module = module_name(wanted_program(env))
    code = directory / "code"
    if _module_file(code, module) or handlers_in(code):
        return True
    if not _module_file(directory, module) or any(map(os.path.exists, (directory / name for name in _PROJECT_FILES))):
        return False
    try:
        files = list(directory.iterdir())
    except OSError:
        # It may be entered but not listed.
        return False
    return any(_is_of_a_model(file.name) for file in files if os.path.isfile(file))


def holds_model(directory: Path) -> bool:
    """Return whether a file that stands directly in a directory looks like a model's."""
    try:
        return any(_is_of_a_model(name) and os.path.isfile(directory / name) for name in os.listdir(directory))
    except OSError:
        return False


def is_archive_layout(directory: Path, env: Mapping[str, str]) -> bool:
    """Return whether a directory holds what a model archive does: a model, handlers in code/, and no project."""
    code = directory / "code"
    if not os.path.isdir(code) or any(os.path.exists(directory / name) for name in _PROJECT_FILES):
        return False
    return holds_model(directory) and is_model_dir(directory, env)


def place_in_model_dir(root: Path, env: Mapping[str, str]) -> Place | None:
    """Return the place of the one script that an endpoint made of a model directory is meant to serve.

    None if no file in it is a handler script.
    """
    program = wanted_program(env)
    module = module_name(program)
    code = root / "code"
    in_code = handlers_in(code)
    wanted = _module_file(code, module)
    if wanted and (_may_serve(wanted) or not in_code):
        return Place(script=wanted, code_dir=code, program=program)
    at_top = _module_file(root, module)
    if at_top and not wanted and (_may_serve(at_top) or not in_code):
        place = Place(script=at_top, code_dir=root, program=program)
        if env.get("SAGEMAKER_SUBMIT_DIRECTORY", "").removeprefix("file://").rstrip("/") == "/opt/ml/model":
            return place
        problem = f"the container looks for code/{at_top.relative_to(root)}, and it stands outside code/"
        return _with_problem(place, problem, f"move {at_top.relative_to(root)} into code/", ("flask",))
    others = in_code or handlers_in(root) or search(root)
    return _elsewhere(others[0], root, env, wanted) if others else None


def _elsewhere(script: Path, root: Path, env: Mapping[str, str], wanted: Path | None) -> Place:
    """Return the place of a script that no server finds; `wanted` is the file that they find instead."""
    program = wanted_program(env)
    module = module_name(program)
    says = f"{PROGRAM} is {program!r}" if PROGRAM in env else f"{PROGRAM} is not given"
    if "/" in module:
        looks = f"imports the module {module!r}, which no Python can"
    elif wanted is None:
        looks = f"looks for code/{module.replace('.', '/')}.py, which is not there"
    else:
        looks = f"imports {wanted.relative_to(root).as_posix()}, which defines none of the five functions"
    if script.parent == root / "code":
        fix = f"deploy with {PROGRAM}={script.name}"
        if PROGRAM not in env and wanted is None:
            fix += f", or rename it to {DEFAULT_PROGRAM}"
    else:
        fix = f"put it at code/{script.name if PROGRAM in env else DEFAULT_PROGRAM} of the model directory"
    return _with_problem(
        Place(script=script, code_dir=script.parent, program=script.name),
        f"{says}, so the container {looks}; the handlers are in {script.relative_to(root).as_posix()}",
        fix,
    )


def _with_problem(place: Place, problem: str, fix: str, servers: tuple[str, ...] = ALL_SERVERS) -> Place:
    return Place(
        script=place.script,
        code_dir=place.code_dir,
        program=place.program,
        problem=problem,
        fix=fix,
        servers=servers,
    )


def _parts_of(script: Path, count: int) -> tuple[str, ...]:
    return (*script.parts[-count:-1], script.stem)


def _is_of_a_model(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in _MODEL_SUFFIXES or name in _MODEL_FILES


def _module_file(directory: Path, module: str) -> Path | None:
    # A name with a slash is no module, though a file may lie there.
    if "/" in module or not all(module.split(".")):
        return None
    path = directory.joinpath(*module.split("."))
    candidates = (path / "__init__.py", path.with_name(path.name + ".py"))
    return next((file for file in candidates if os.path.isfile(file)), None)


def _may_serve(file: Path) -> bool:
    script = read_script(file)
    return script.is_handler or script.is_opaque or script.problem is not None or script.family != "plain"
