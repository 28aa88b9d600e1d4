"""From paths to what the source of each file shows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from smcontract.checks import Check, StaticContext, static_checks
from smcontract.errors import UsageError
from smcontract.script import Script, read_script
from smcontract.script.families import Family, family_of
from smcontract.script.keeping import forget
from smcontract.searching import hints_at_handlers, python_files
from smcontract.stacks import Stack, detect, get_stack, stack_names
from smcontract.static.configuration import Choice, Configuration
from smcontract.static.spreading import spread
from smcontract.targets import Target, target_of_model_dir, target_of_script
from smcontract.violations import OnSageMaker, Severity, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_UNUSED = "SMC100"
_UNPARSABLE = "SMC101"
_NEAR_MISS = "SMC103"
_PROGRAM = "inference.py"


class Checked:
    """What the check of one file came to.

    `told` is the file as the user named it. `why` is one line: what the file was taken for and why, or why
    it could not be read. `data` is what it holds, `lines` where the functions stand that it binds, `imports`
    the modules that it imports. `checks` are the checks that ran, under each of `stacks`. The script itself is
    not kept: a directory's trees would fill the memory.
    """

    def __init__(self, told: str, *, why: str, could_not_run: bool = False, data: bytes = b"") -> None:
        self.told = told
        self.path = os.path.abspath(told)
        self.why = why
        self.could_not_run = could_not_run
        self.data = data
        self.lines: dict[str, int] = {}
        self.imports: frozenset[str] = frozenset()
        self.target: Target | None = None
        self.stacks: tuple[tuple[Stack, str], ...] = ()
        self.checks: tuple[Check, ...] = ()
        self.expected: Mapping[str, str] = {}
        """The codes that are known to fail, with the reason."""
        self.found: dict[str, tuple[Violation, ...]] = {}
        """The violations under each stack, by `NAME@VERSION`, those of expected failures among them."""

    @property
    def is_judged(self) -> bool:
        """Whether the file was taken for one that a container would run."""
        return bool(self.stacks)

    @property
    def every_violation(self) -> tuple[Violation, ...]:
        """The violations under all stacks, one of each cause, in the order of lines."""
        every = [violation for under in self.found.values() for violation in under]
        found = {violation.key: violation for violation in reversed(every)}
        return tuple(sorted(found.values(), key=lambda v: (v.line or 0, v.column or 0, v.code)))

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The violations without those that are expected."""
        return tuple(violation for violation in self.every_violation if violation.code not in self.expected)

    def named(self, file: str) -> str:
        """Return how to tell a violation's file: this one as the user named it."""
        return self.told if file == self.path else os.path.relpath(file)


def check_paths(paths: Iterable[str], configuration: Configuration) -> Iterator[Checked]:
    """Yield what each file came to, in order; a file that is named twice is checked once."""
    seen: set[str] = set()
    for path in paths:
        for one in _of_path(path, configuration):
            if one.path not in seen:
                seen.add(one.path)
                yield one


def _of_path(path: str, configuration: Configuration) -> Iterator[Checked]:
    if os.path.isdir(path):
        yield from _of_directory(path, configuration)
        return
    if path.endswith(".py") or not os.path.exists(path):
        yield check_file(path, configuration, is_named=True)
    elif path.endswith((".tar.gz", ".tgz")):
        why = "is an archive: name the directory that it was made of, or see what `smcontract test` says of it"
        yield Checked(path, why=why, could_not_run=True)
    else:
        yield Checked(path, why="it is no Python file")


def _of_directory(directory: str, configuration: Configuration) -> Iterator[Checked]:
    problems: list[OSError] = []
    files = python_files(directory, problems.append)
    for error in problems:
        yield _unread(str(error.filename), error)
    laid_out = _laid_out(directory, configuration)
    checked = spread(
        lambda file: check_file(os.path.normpath(file), configuration, is_named=False, laid_out=laid_out),
        files,
        plain=plain,
        restored=restored,
    )
    parts = _parts([one for one in checked if one.is_judged])
    for one in checked:
        yield Checked(one.told, why=f"it is a part of {parts[one.path]}") if one.path in parts else one


def plain(checked: Checked) -> dict[str, Any]:
    """Return what a file came to as values that `marshal` knows."""
    target = checked.target
    return {
        **vars(checked),
        "target": None if target is None else {n: _text(v) for n, v in _fields(target).items()},
        "stacks": [(repr(stack), reason) for stack, reason in checked.stacks],
        "checks": [check.code for check in checked.checks],
        "expected": dict(checked.expected),
        "found": {name: [_plain_violation(v) for v in under] for name, under in checked.found.items()},
    }


def restored(values: dict[str, Any]) -> Checked:
    """Return what `plain` was made of."""
    checked = object.__new__(Checked)
    vars(checked).update(
        values,
        target=None if values["target"] is None else _restored_target(values["target"]),
        stacks=tuple((get_stack(stack), reason) for stack, reason in values["stacks"]),
        checks=_checks_of(tuple(values["checks"])),
        found={name: tuple(map(_restored_violation, under)) for name, under in values["found"].items()},
    )
    return checked


@lru_cache(maxsize=8)
def _checks_of(codes: tuple[str, ...]) -> tuple[Check, ...]:
    return static_checks(lambda code: code in codes)


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).__match_args__}


def _text(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _restored_target(values: dict[str, Any]) -> Target:
    paths = ("path", "script", "code_dir", "model_dir", "unpacked")
    fields: dict[str, Any] = {n: Path(v) if n in paths and v is not None else v for n, v in values.items()}
    return Target(**fields)


def _plain_violation(violation: Violation) -> dict[str, Any]:
    answer = violation.on_sagemaker
    return {
        **_fields(violation),
        "severity": str(violation.severity),
        "on_sagemaker": (answer.status, answer.message),
    }


def _restored_violation(values: dict[str, Any]) -> Violation:
    status, message = values["on_sagemaker"]
    answer = OnSageMaker(status=status, message=message)
    return Violation(**{**values, "severity": Severity(values["severity"]), "on_sagemaker": answer})


def _laid_out(directory: str, configuration: Configuration) -> Target | None:
    """Return the one script that a model directory is to serve, None for a directory of another kind."""
    if not os.path.isdir(os.path.join(directory, "code")):
        return None
    choice = configuration.choice(os.path.join(directory, "code", _PROGRAM))
    return target_of_model_dir(Path(directory), _given_model_dir(choice), choice.env)


def _parts(scripts: list[Checked]) -> dict[str, str]:
    """Return the scripts without a model_fn that another one beside them imports, with the name of that one."""
    folders: dict[str, dict[str, Checked]] = {}
    for script in scripts:
        folder, name = os.path.split(script.path)
        folders.setdefault(folder, {})[name.removesuffix(".py")] = script
    return {
        beside[name].path: os.path.basename(script.path)
        for beside in folders.values()
        for script in beside.values()
        for name in script.imports
        if name in beside and _may_be_part(beside[name], script)
    }


def _may_be_part(part: Checked, of: Checked) -> bool:
    return part is not of and "model_fn" not in part.lines and os.path.basename(part.path) != _PROGRAM


def _unread(told: str, error: OSError | ValueError) -> Checked:
    why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return Checked(told, why=f"cannot be read: {why}", could_not_run=True)


def check_file(file: str, configuration: Configuration, *, is_named: bool, laid_out: Target | None = None) -> Checked:
    """Return what one file came to; `is_named` says that the user named it, and did not find it by a search.

    `laid_out` is the script of the model directory that was searched, if it was one. Raises `UsageError` where the
    file's settings are wrong.
    """
    try:
        return _check_file(file, configuration, is_named=is_named, laid_out=laid_out)
    except UsageError:
        raise
    except RecursionError:
        return Checked(file, why="is nested too deeply to be checked", could_not_run=True)
    except Exception as error:
        if os.environ.get("SMCONTRACT_TRACEBACK"):
            raise
        # The other files are checked all the same.
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Checked(file, why=f"smcontract itself failed ({text}); report it, please", could_not_run=True)
    finally:
        forget()


def _check_file(file: str, configuration: Configuration, *, is_named: bool, laid_out: Target | None) -> Checked:
    try:
        with open(file, "rb") as opened:
            data = opened.read()
    except (OSError, ValueError) as error:
        return _unread(file, error)
    is_hinted = hints_at_handlers(data)
    if not is_hinted and not is_named and os.path.basename(file) != _PROGRAM:
        return Checked(file, why="it names none of the five functions")
    choice = configuration.choice(file)
    told = Path(file)
    absolute = os.path.abspath(file)
    path = told if absolute == file else Path(absolute)
    script = read_script(path, data=data, python_version=choice.python_version)
    if script.problem is not None and choice.python_version is not None and choice.python_version > sys.version_info:
        version = ".".join(map(str, choice.python_version))
        why = f"cannot be read with this Python, older than {version}: it {script.problem.message}"
        return Checked(file, why=why, could_not_run=True)
    family = family_of(script)
    checked = Checked(file, why=family.why, data=data)
    checked.lines = {name: function.line for name, function in script.functions.items()}
    checked.imports = frozenset(found.name for found in script.imports)
    wanted = _codes(script, family, is_named=is_named, is_hinted=is_hinted)
    if wanted != ():
        if laid_out is None or laid_out.script != script.path:
            laid_out = target_of_script(told, _given_model_dir(choice), choice.env)
        checked.target = laid_out
        _judge(checked, laid_out, script, choice, wanted)
    if wanted == (_NEAR_MISS,) and not _keep_errors(checked):
        # A module of another trade: no name in it can only be meant for the container.
        return Checked(file, why=family.why)
    return checked


def _codes(script: Script, family: Family, *, is_named: bool, is_hinted: bool) -> tuple[str, ...] | None:
    """Return the codes of the checks that hold for a file: None for all, none at all to pass it over."""
    name = script.path.name
    if script.problem is not None:
        # An empty file is usual, but as the program.
        is_meant = name == _PROGRAM if script.problem.is_empty else is_named or is_hinted
        return (_UNPARSABLE,) if is_meant else ()
    if family.name == "sagemaker":
        return None
    return (_NEAR_MISS,) if family.name == "plain" and name == _PROGRAM and not script.is_opaque else ()


def _keep_errors(checked: Checked) -> bool:
    found = {name: tuple(v for v in under if v.severity is Severity.ERROR) for name, under in checked.found.items()}
    checked.found = found
    return any(found.values())


def _given_model_dir(choice: Choice) -> Path | None:
    return None if choice.model_dir is None else Path(choice.model_dir)


# The same for all scripts of a project.
@lru_cache(maxsize=8)
def _checks(choice: Choice, wanted: tuple[str, ...] | None) -> tuple[Check, ...]:
    return static_checks(lambda code: choice.is_selected(code) and (wanted is None or code in wanted))


def _judge(checked: Checked, target: Target, script: Script, choice: Choice, wanted: tuple[str, ...] | None) -> None:
    checked.checks = _checks(choice, wanted)
    checked.stacks = tuple(_stacks(choice, script, target))
    checked.expected = choice.expected_failures
    for stack, reason in checked.stacks:
        context = StaticContext(
            script=script,
            stack=stack,
            target=target,
            env=choice.env,
            is_guessed=reason.startswith("the script imports"),
        )
        found = [v for check in checked.checks for v in check.function(context.turned_to(check))]
        kept = [v for v in found if not script.is_ignored(v.code, v.line)]
        checked.found[repr(stack)] = tuple(kept)
    unused = [check for check in checked.checks if check.code == _UNUSED]
    if unused and choice.own_expected_failures:
        stack = checked.stacks[0][0]
        context = StaticContext(script=script, stack=stack, target=target, env=choice.env, check=unused[0])
        checked.found[repr(stack)] += tuple(_unused_expectations(context, checked, choice))


def _unused_expectations(context: StaticContext, checked: Checked, choice: Choice) -> Iterator[Violation]:
    from smcontract.checks.smc100_unused_ignore import is_told_by_the_source, unused_expectation

    ran = {check.code for check in checked.checks}
    failed = {violation.code for under in checked.found.values() for violation in under}
    for code in choice.own_expected_failures:
        if code in ran and code not in failed and is_told_by_the_source(code):
            yield unused_expectation(context, code, choice.file, choice.line_of(code))


def _stacks(choice: Choice, script: Script, target: Target) -> Iterator[tuple[Stack, str]]:
    for name in choice.stacks:
        if name == "auto":
            found, reason = detect([found.name for found in script.imports], _model_files(target), choice.env)
            yield get_stack(found), reason
        elif name == "all":
            yield from ((get_stack(each), "all stacks were asked for") for each in stack_names())
        else:
            yield get_stack(name), "named by the user"


def _model_files(target: Target) -> list[str]:
    try:
        return [] if target.model_dir is None else sorted(os.listdir(target.model_dir))
    except OSError:
        return []
