"""SMC116: an import that the container does not have and that requirements.txt does not ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.checks._preinstalled import PREINSTALLED, brought
from smcontract.checks._requirements import requirements
from smcontract.violations import Severity, Violation

# Gone from the standard library since Python 3.7, the oldest that these containers have.
_ONCE_STANDARD = frozenset({
    "aifc", "asynchat", "asyncore", "audioop", "binhex", "cgi", "cgitb", "chunk", "crypt", "distutils", "formatter",
    "imghdr", "imp", "mailcap", "nntplib", "nis", "pipes", "smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "uu",
    "xdrlib",
})  # fmt: skip


@check("SMC116", "undeclared-dependency", phases=(Phase.STATIC,), severity=Severity.WARNING)
def undeclared_dependency(ctx: StaticContext) -> Iterator[Violation]:
    """The script imports a package that neither the container has nor the `requirements.txt` beside it asks for.

    ## What it does
    Where a `requirements.txt` stands beside the script, compares the script's imports with it, with the standard
    library, with what stands beside the script, and with what the container's own requirements install.

    ## Why it fails on SageMaker
    ModuleNotFoundError when the script is imported: under Flask /ping fails and the endpoint never goes InService;
    under multi-model-server every request is answered with 500.

    ## Example
        import nltk                             # requirements.txt: emoji

    ## Fix
    Add the package to `requirements.txt`.

    ## When it stays silent
    Without a `requirements.txt`; under stacks whose containers publish no requirements; where the file asks for
    anything whose own dependencies are not known here (they may bring the package), or names other files, addresses
    or options; for imports in a function, a `try` or under a condition; and where the script installs packages or
    changes `sys.path` itself.

    ## Source
    sagemaker-scikit-learn-container and sagemaker-xgboost-container, `requirements.txt`.
    """
    script = ctx.script
    there = PREINSTALLED.get(ctx.stack.name)
    asked = requirements(script.path)
    if there is None or asked is None or not asked.is_whole or script.tree is None:
        return
    names = brought(asked.packages)
    if names is None or "sys.path" in script.source or ("pip" in script.source and "install" in script.source):
        return
    known = there | names | sys.stdlib_module_names | _ONCE_STANDARD
    for name, line in sorted(
        {entry.name: entry.line for entry in reversed(script.imports) if not entry.guarded}.items()
    ):
        if name in known or _is_beside(name, ctx):
            continue
        yield ctx.violation(
            message=f"{name} is imported, and neither the container nor requirements.txt has it",
            expected=f"the package that holds {name} in requirements.txt",
            got=", ".join(sorted(asked.packages)) or "an empty requirements.txt",
            on_sagemaker=load_fails(ctx.stack, f"ModuleNotFoundError: No module named {name!r}"),
            line=line,
            column=1,
            fix=f"add the package that holds {name} to requirements.txt",
            cause=name,
        )


def _is_beside(name: str, ctx: StaticContext) -> bool:
    try:
        names = os.listdir(ctx.target.code_dir)
    except OSError:
        return True
    return any(found.partition(".")[0] == name for found in names)
