"""A package with a check and a stack of one's own: installed beside smcontract, both are simply there."""

from smcontract.checks import Phase, check
from smcontract.stacks.inference import STACK
from smcontract.violations import OnSageMaker, Severity


class HouseStack(STACK):
    """The container of the house: the toolkit's, whose default Accept is CSV."""

    name = "house"
    versions = ("1.10.1",)

    def accept(self, header, env):
        return "text/csv" if header in {None, "", "*/*"} else super().accept(header, env)


@check("HOUSE001", "no-docstring", phases=(Phase.STATIC,), severity=Severity.WARNING)
def no_docstring(ctx):
    """The script does not say what it is.

    ## What it does
    Looks for the text at the top of the file.
    """
    first = ctx.script.tree.body[:1] if ctx.script.tree is not None else []
    if first and not isinstance(getattr(getattr(first[0], "value", None), "value", None), str):
        yield ctx.violation(
            message="the script does not say what it is",
            expected="a docstring",
            got="none",
            on_sagemaker=OnSageMaker(status=None, message="whoever is called at night reads the code"),
            line=1,
        )


CHECKS = [no_docstring]
