"""`smcontract check PATH...`: what the source alone shows."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from smcontract.static.run import Checked

HELP = "check scripts by their source alone: nothing runs, nothing needs to be installed"
EXAMPLES = """\
Directories are searched for handler scripts. The exit status is 0 where nothing is found, 1 where errors or
warnings are, 2 where a file could not be checked.

examples:
  smcontract check inference.py
  smcontract check src/ --stack pytorch --ignore SMC114
  smcontract check . --format sarif > smcontract.sarif
"""

FORMATS = ("concise", "full", "json", "github", "sarif")
_STACK = "container family to judge for: auto (default: from imports and layout), all, or a name"
_OPTIONS = {
    "stack": ("NAME[@VERSION]", _STACK),
    "select": ("CODES", "run only these checks: codes or prefixes such as SMC12"),
    "ignore": ("CODES", "leave these checks out: codes or prefixes"),
    "python-version": ("X.Y", "the Python of the container, whose syntax the scripts must keep to"),
    "model-dir": ("PATH", "the model directory that model_fn gets"),
    "env": ("KEY=VALUE", "set a variable of the container's environment"),
}
_REPEATABLE = ("stack", "select", "ignore", "env")


def plain_run(words: Sequence[str]) -> int | None:
    """Run the command where all of its words are paths, as in a hook; None where argparse must read them."""
    if not words or any(word.startswith("-") for word in words):
        return None
    return check(words, {})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the paths and options."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a script, or a directory to search")
    for name, (metavar, text) in _OPTIONS.items():
        action = "append" if name in _REPEATABLE else "store"
        parser.add_argument(f"--{name}", metavar=metavar, help=text, action=action)
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="how to tell what was found")
    parser.add_argument("--statistics", action="store_true", help="count the violations of each code instead")
    parser.add_argument("-v", "--verbose", action="store_true", help="say of each file what it was taken for")


def run(arguments: argparse.Namespace) -> int:
    """Check the paths and print what was found; raises `UsageError`."""
    flags = {name: getattr(arguments, name.replace("-", "_")) for name in _OPTIONS}
    return check(arguments.paths, flags, arguments.format, statistics=arguments.statistics, verbose=arguments.verbose)


def check(
    paths: Sequence[str],
    flags: Mapping[str, object],
    form: str = FORMATS[0],
    *,
    statistics: bool = False,
    verbose: bool = False,
) -> int:
    """Check the paths, print what was found and return the exit status; raises `UsageError`."""
    import gc

    # Trees hold no cycles, and looking for some among them takes most of the time that parsing takes.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        found = _checked(paths, flags, verbose=verbose)
    finally:
        if was_enabled:
            gc.enable()
    for path in paths:
        if os.path.isdir(path) and not any(one.is_judged or one.could_not_run for one in found):
            _note(f"{path}: holds no handler script; --verbose says of each file what it was taken for")
    if statistics:
        _count(found)
    else:
        _WRITERS[form](found)
    if any(one.could_not_run for one in found):
        return 2
    return 1 if any(violation.severity != "note" for one in found for violation in one.violations) else 0


def _checked(paths: Sequence[str], flags: Mapping[str, object], *, verbose: bool) -> list[Checked]:
    from smcontract.static.configuration import Configuration
    from smcontract.static.run import check_paths

    found = []
    for one in check_paths(paths, Configuration(flags)):
        found.append(one)
        if one.could_not_run:
            _note(f"{one.told}: {one.why}")
        elif verbose:
            _note(_taken_for(one))
    return found


def _concise(found: Sequence[Checked]) -> None:
    from smcontract.reporting.concise import concise

    color = _wants_color()
    for one in found:
        for violation in one.violations:
            print(concise(violation, file=one.named(violation.file), color=color))


def _full(found: Sequence[Checked]) -> None:
    from pathlib import Path

    from smcontract.reporting.text import format_violation
    from smcontract.script import source_lines

    color = _wants_color()
    for one in found:
        for violation in one.violations:
            stack = next(name for name, under in one.found.items() if violation in under)
            lines = source_lines(Path(violation.file))
            print(format_violation(violation, lines, stack=stack, file=one.named(violation.file), color=color) + "\n")


def _github(found: Sequence[Checked]) -> None:
    from smcontract.reporting.github import annotation

    for one in found:
        for violation in one.violations:
            print(annotation(violation, file=one.named(violation.file)))


def _json(found: Sequence[Checked]) -> None:
    from pathlib import Path

    from smcontract.reporting.json_report import to_json
    from smcontract.static.report import report_of

    print(to_json(report_of(found, root=Path.cwd())), end="")


def _sarif(found: Sequence[Checked]) -> None:
    from smcontract.reporting.sarif import Located, to_sarif

    located = [
        Located(violation, one.named(violation.file), one.expected.get(violation.code))
        for one in found
        for violation in one.every_violation
    ]
    checks = [check for one in found for check in one.checks]
    unread = [(one.told, one.why) for one in found if one.could_not_run]
    print(to_sarif(located, checks, unread=unread), end="")


_WRITERS: dict[str, Callable[[Sequence[Checked]], None]] = {
    "concise": _concise,
    "full": _full,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
}


def _count(found: Sequence[Checked]) -> None:
    """Print a line per code: how many violations, the code, its name."""
    counts: dict[tuple[str, str], int] = {}
    for one in found:
        for violation in one.violations:
            key = (violation.code, violation.name)
            counts[key] = counts.get(key, 0) + 1
    width = len(str(max(counts.values(), default=0)))
    for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:>{width}}  {code}  {name}")


def _taken_for(one: Checked) -> str:
    if not one.is_judged:
        return f"{one.told}: passed over: {one.why}"
    stacks = ", ".join(f"{stack!r} ({reason})" for stack, reason in one.stacks)
    return f"{one.told}: {one.why}; judged for {stacks}"


def _note(text: str) -> None:
    from smcontract.reporting.concise import printable

    print(f"smcontract: {printable(text)}", file=sys.stderr)


def _wants_color() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
