"""The settings of a run as options of a command: the plugin's flags, without their prefix."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smcontract.errors import UsageError
from smcontract.options import OPTIONS, Option, flag_keywords
from smcontract.settings_sources import read_flags

if TYPE_CHECKING:
    from smcontract.workspace import Judged, Workspace

_PREFIX = "--smcontract-"


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Declare the settings in `names` (none: all that have a flag), in the plugin's own spelling, too."""
    for option in OPTIONS:
        if option.flag is None or (names and option.name not in names):
            continue
        keywords: dict[str, Any] = dict(flag_keywords(option))
        keywords["help"] = str(keywords["help"]).replace("%", "%%")
        parser.add_argument(f"--{option.name}", **keywords)
        parser.add_argument(option.flag, **{**keywords, "help": argparse.SUPPRESS})


def plugin_flags(arguments: argparse.Namespace) -> Iterator[str]:
    """Yield what was given as the plugin spells it, each a word that holds its value."""
    for option in OPTIONS:
        value = getattr(arguments, option.dest, None)
        if value is not None:
            yield from _words(option, value)


def _words(option: Option, value: Any) -> Iterator[str]:
    if value is True:
        yield str(option.flag)
    else:
        yield from (f"{option.flag}={text}" for text in (value if isinstance(value, list) else [value]))


def open_workspace(arguments: argparse.Namespace) -> Workspace:
    """Return the workspace of the current directory's project with what was given; its owner closes it."""
    from smcontract.workspace import Workspace, project_root

    here = Path.cwd()
    flags = read_flags(lambda dest: getattr(arguments, dest, None))
    return Workspace(rootdir=project_root(here), invocation_dir=here, flags=flags)


def one_script(workspace: Workspace, path: str) -> Judged:
    """Return what a path stands for, which must be one script under one stack; raises `UsageError`."""
    judged = workspace.judge(Path(path))
    if len(judged) != 1:
        names = ", ".join(one.name for one in judged[:4]) + (", ..." if len(judged) > 4 else "")
        raise UsageError(f"{path}: holds {len(judged)} handler scripts; name one of them: {names}")
    stacks = [stack.name for stack, _ in judged[0].stacks]
    if len(stacks) != 1:
        raise UsageError(f"{path}: one request goes to one stack; name one with --stack: {', '.join(stacks)}")
    return judged[0]


def spoken(message: str) -> str:
    """Return a message on the plugin's flags in the words of the command line."""
    return re.sub(rf"{_PREFIX}(?=\w)", "--", message).replace("--smcontract ", "")
