"""The one table of settings, from which pytest's flags, their ini twins and configuration keys are made.

pytest imports this module at every start, so it imports next to nothing.
"""

from __future__ import annotations

from smcontract.lean import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    Kind = Literal["str", "list", "int", "float", "bool", "path", "choice", "pairs"]

PHASES = ("static", "load", "matrix", "property", "lifecycle", "server", "train")
REPORT_SUFFIXES = (".json",)
MAX_PAYLOAD = 256 * 1024**2
"""Bytes of a payload file: more than any request but an asynchronous one; it is sent again and again."""
ENGINES = ("builtin", "toolkit", "worker")
LIMITS = ("memory", "disk", "output")


class Option(NamedTuple):
    """One setting.

    `name` is its key in `[tool.smcontract]`, `field` the field of `Settings` that it fills, `kind` how
    its text is read: `list` splits at commas, `pairs` is a table whose texts are KEY=VALUE. `flag` and
    `ini` are None for what only a table can say.
    """

    name: str
    field: str
    kind: Kind
    metavar: str
    help: str
    repeatable: bool = False
    choices: tuple[str, ...] = ()
    flag: str | None = None
    ini: str | None = None

    @property
    def dest(self) -> str:
        """Name under which argparse keeps the flag's value."""
        return "smcontract_" + self.name.replace("-", "_")

    @property
    def is_many(self) -> bool:
        """Whether the setting holds several values."""
        return self.repeatable or self.kind in ("list", "pairs")


def _option(
    name: str,
    kind: Kind,
    metavar: str,
    text: str,
    *,
    field: str | None = None,
    repeatable: bool = False,
    choices: tuple[str, ...] = (),
) -> Option:
    return Option(
        name=name,
        field=field or name.replace("-", "_"),
        kind=kind,
        metavar=metavar,
        help=text,
        repeatable=repeatable,
        choices=choices,
        flag="--smcontract-" + name,
        ini="smcontract_" + name.replace("-", "_"),
    )


PATHS = Option(
    name="paths",
    field="paths",
    kind="path",
    metavar="PATH",
    help="judge a script, a model directory with code/, a model.tar.gz, or every script of a directory",
    repeatable=True,
    flag="--smcontract",
    ini="smcontract",
)

OPTIONS: tuple[Option, ...] = (
    _option(
        "stack",
        "list",
        "NAME[@VERSION]",
        "container family to judge for: auto (default: from imports and layout), all, or a name",
        field="stacks",
        repeatable=True,
    ),
    _option("model-dir", "path", "PATH", "directory or tar.gz that model_fn gets"),
    _option(
        "payload",
        "str",
        "FILE[;TYPE[;ACCEPT]]",
        "a real request body; the type is guessed from the suffix if not given",
        field="payloads",
        repeatable=True,
    ),
    _option("content-types", "list", "LIST", "content types that the endpoint is meant to accept"),
    _option("accepts", "list", "LIST", "content types that the endpoint is meant to answer in"),
    _option("select", "list", "CODES", "run only these checks: codes or prefixes such as SMC3"),
    _option("ignore", "list", "CODES", "leave these checks out: codes or prefixes"),
    _option("phases", "list", "LIST", f"run only these phases, of {','.join(PHASES)}", choices=PHASES),
    _option("max-examples", "int", "N", "examples per property (default: the Hypothesis profile's, 100 as it comes)"),
    _option("timeout", "float", "SECONDS", "per request (default: 60, as on SageMaker)"),
    _option("load-timeout", "float", "SECONDS", "for the import of the script and model_fn (default: 60)"),
    _option("budget", "float", "SECONDS", "per script, for the search for failures (default: none)"),
    _option(
        "isolation",
        "choice",
        "process|none",
        "run the script in its own process (default), or in pytest's, for --pdb and coverage",
        choices=("process", "none"),
    ),
    _option(
        "engine",
        "choice",
        "builtin|toolkit|worker",
        "what answers: our model of the container (default), AWS's own toolkit, or AWS's whole worker process, "
        "which must be installed beside the script's packages",
        choices=ENGINES,
    ),
    _option(
        "confirm",
        "choice",
        "auto|off",
        "replay what fails on AWS's toolkit where that is installed at the stack's version (default), or never",
        choices=("auto", "off"),
    ),
    _option(
        "stand-in",
        "choice",
        "auto|off",
        "where model_fn finds no model, judge the rest with a stand-in that answers row by row (default), or skip it",
        choices=("auto", "off"),
    ),
    _option(
        "stub-missing",
        "choice",
        "auto|off",
        "put stubs in the place of what the script imports and this machine has not (default), so that what does not "
        "need it is judged, or leave it missing",
        choices=("auto", "off"),
    ),
    _option("python", "path", "PATH", "another interpreter for the script's process"),
    _option("env", "pairs", "KEY=VALUE", "set a variable of the container's environment", repeatable=True),
    _option(
        "limit",
        "pairs",
        "NAME=MIB",
        "end the script's process where it holds more MiB of memory, writes more to disk, or more to its output in one "
        "request (memory, disk: default nine tenths of what this machine has left; output: 4096)",
        field="limits",
        repeatable=True,
    ),
    _option(
        "report",
        "path",
        "FILE",
        f"write a report; the suffix says which: {', '.join(REPORT_SUFFIXES)}",
        field="reports",
        repeatable=True,
    ),
    _option("strict", "bool", "", "warnings fail too"),
    Option(
        name="expected-failures",
        field="expected_failures",
        kind="pairs",
        metavar="",
        help="checks that are known to fail, each with the reason",
    ),
    Option(
        name="python-version",
        field="python_version",
        kind="str",
        metavar="X.Y",
        help="the Python of the container, whose syntax the script must keep to",
    ),
)


def is_selected(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    """Return whether `select` and `ignore` let a code run: the longest prefix wins, then `ignore`."""
    chosen = max((len(prefix) for prefix in select if code.startswith(prefix)), default=-1)
    left_out = max((len(prefix) for prefix in ignore if code.startswith(prefix)), default=-1)
    if not select:
        return left_out < 0
    return chosen > left_out


def register(add_flag: Callable[..., object], add_ini: Callable[..., object]) -> None:
    """Declare every flag and its ini twin.

    Args:
        add_flag: `addoption` of a pytest option group, or `add_argument` of an argparse parser.
        add_ini: `addini` of pytest's parser.

    """
    for option in (PATHS, *OPTIONS):
        if option.flag is not None:
            add_flag(option.flag, **flag_keywords(option))
        if option.ini is not None:
            # Numbers as text: pytest reads them since 8.4 alone, and `build` judges text all the same.
            kind = "linelist" if option.is_many else "bool" if option.kind == "bool" else "string"
            add_ini(option.ini, option.help, type=kind, default=None)


def flag_keywords(option: Option) -> dict[str, object]:
    """Return argparse's keywords for an option: values stay text, which `settings.build` reads and judges."""
    keywords: dict[str, object] = {"dest": option.dest, "help": option.help, "default": None}
    if option.kind == "bool":
        return {**keywords, "action": "store_const", "const": True}
    return {**keywords, "metavar": option.metavar, "action": "append" if option.is_many else "store"}
