"""From the words of a command line to the command that runs."""

from __future__ import annotations

import argparse
import importlib
from typing import NoReturn, Protocol

from smcontract import __version__
from smcontract.errors import UsageError, nearest

COMMANDS = ("check", "test", "resolve", "invoke", "replay", "checks", "explain")

_GLOBAL = ("-h", "--help", "--version")
_ABOUT = "Contract tests for Amazon SageMaker entry-point scripts, with no Docker and no AWS account."
_EXAMPLES = """\
examples:
  smcontract check inference.py
  smcontract test inference.py --model-dir model/
  smcontract test model.tar.gz --stack sklearn -- -x -k SMC3
  smcontract resolve inference.py
  smcontract invoke inference.py --body 1,2,3 --content-type text/csv --accept text/csv
  smcontract replay 9db297a849
  smcontract checks
  smcontract explain SMC109
"""


class Command(Protocol):
    """What a module of this package offers: one command."""

    HELP: str
    EXAMPLES: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Run the command and return its exit status; raises `UsageError`."""


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`."""
        raise UsageError(f"{message}; see `{self.prog} --help`")


def run(argv: list[str]) -> int:
    """Run the command that the words name; raises `UsageError`."""
    if not argv:
        raise UsageError(f"name a command: {', '.join(COMMANDS)}; see `smcontract --help`")
    word = argv[0]
    if word.startswith("-") and word not in _GLOBAL:
        raise UsageError(f"unknown option {word}{nearest(word, _GLOBAL)}; see `smcontract --help`")
    if not word.startswith("-") and word not in COMMANDS:
        raise UsageError(f"unknown command {word!r}{nearest(word, COMMANDS)}; commands: {', '.join(COMMANDS)}")
    argv, behind = _split(argv)
    parser, commands = _parsers()
    try:
        arguments, unknown = parser.parse_known_args(argv)
    except SystemExit as end:
        # --help and --version; they print what they have to say.
        return int(end.code or 0)
    if unknown:
        raise UsageError(_unknown(unknown, commands[arguments.command], arguments.command))
    if arguments.command == "test":
        arguments.pytest_arguments = behind
    command: Command = arguments.module
    return command.run(arguments)


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """Split off the arguments for pytest behind the first `--`; for other commands it is argparse's."""
    if argv[0] != "test" or "--" not in argv:
        return argv, []
    at = argv.index("--")
    return argv[:at], argv[at + 1 :]


def _parsers() -> tuple[Parser, dict[str, Parser]]:
    parser = Parser(
        prog="smcontract",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"smcontract {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    made = {}
    for name in COMMANDS:
        module: Command = importlib.import_module(f"smcontract.cli.{name}")
        made[name] = subparsers.add_parser(
            name,
            help=module.HELP,
            description=f"{module.HELP[0].upper()}{module.HELP[1:]}.",
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(made[name])
        made[name].set_defaults(module=module)
    return parser, made


def _unknown(unknown: list[str], parser: Parser, command: str) -> str:
    word = unknown[0]
    if not word.startswith("-"):
        return f"{command}: one argument too many: {word!r}; see `{parser.prog} --help`"
    name = word.partition("=")[0]
    known = [option for option in parser._option_string_actions if not option.startswith("--smcontract")]
    hint = "; pytest's own arguments stand behind --" if command == "test" else ""
    return f"{command}: unknown option {name}{nearest(name, known)}{hint}; see `{parser.prog} --help`"
