"""Facts about a script, told from its source; the script never runs."""

from smcontract.script.facts import HANDLERS, HOOKS, Function, Ignore, Import, Parameters, Problem
from smcontract.script.reading import read_script, source_lines
from smcontract.script.script import Script

__all__ = [
    "HANDLERS",
    "HOOKS",
    "Function",
    "Ignore",
    "Import",
    "Parameters",
    "Problem",
    "Script",
    "read_script",
    "source_lines",
]
